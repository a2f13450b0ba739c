import { z } from "zod";
import { clients } from "~/db/clients.server.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { newId } from "~/platform/ids.ts";
import { read } from "~/access/verb.server.ts";
import { Forbidden, NotFound } from "~/platform/errors.ts";

/** What a job leaves behind for the person who asked for it. */
export async function saveFile(jobId: string, name: string, contentType: string, content: string | Buffer): Promise<void> {
  await execute(
    clients().primary,
    sql`insert into console.job_file (id, job_id, name, content_type, content) values (${newId()}, ${jobId}, ${name}, ${contentType}, ${Buffer.from(content)})`,
  );
}

export const jobFile = read({
  name: "jobs.file",
  permission: "jobs.read",
  on: "primary",
  input: z.object({ jobId: z.uuid(), fileId: z.uuid() }),
  async run({ ctx, input }) {
    const file = await ctx.tx.prisma.jobFile.findUnique({ where: { id: input.fileId }, include: { job: true } });
    if (!file || file.jobId !== input.jobId) throw new NotFound("There is no such file");
    if (file.job.staffId !== ctx.actor.id && ctx.actor.role !== "SUPER_ADMIN")
      throw new Forbidden("This file belongs to somebody else's job");
    return { name: file.name, contentType: file.contentType, content: Buffer.from(file.content) };
  },
});
