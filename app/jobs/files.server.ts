import { z } from "zod";
import { clients } from "~/db/clients.server.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { newId } from "~/platform/ids.ts";
import { read, record } from "~/access/verb.server.ts";
import { Forbidden, NotFound } from "~/platform/errors.ts";
import { readerOf } from "./reach.server.ts";

/** Long enough to fetch it, and to fetch it again; then what was taken out of the platform lies about no longer. */
export const FILE_DAYS = 30;

/** What a job leaves behind for the person who asked for it; one that is run again leaves it once. */
export async function saveFile(jobId: string, name: string, contentType: string, content: string | Buffer): Promise<void> {
  await execute(
    clients().primary,
    sql`with before as (delete from console.job_file where job_id = ${jobId} and name = ${name})
        insert into console.job_file (id, job_id, name, content_type, content)
        values (${newId()}, ${jobId}, ${name}, ${contentType}, ${Buffer.from(content)})`,
  );
}

export const jobFile = read({
  name: "jobs.file",
  permission: "jobs.read",
  on: "primary",
  input: z.object({ jobId: z.uuid(), fileId: z.uuid() }),
  async run({ ctx, input }) {
    const file = await ctx.tx.prisma.jobFile.findUnique({ where: { id: input.fileId }, include: { job: true } });
    if (!file || file.jobId !== input.jobId) throw new NotFound("File not found");
    if (!(await readerOf(ctx))(file.job))
      throw new Forbidden(
        file.job.staffId === ctx.actor.id
          ? "Your permissions have changed since this job ran. You can no longer read its files"
          : "This file belongs to someone else's job",
      );
    await record(ctx, {
      action: "job.download",
      resource: "job",
      resourceId: file.jobId,
      collegeId: file.job.collegeId,
      details: { job: file.job.title, file: file.name, bytes: file.content.length },
    });
    return { name: file.name, contentType: file.contentType, content: Buffer.from(file.content) };
  },
});

/** On a clock: files after a month, jobs themselves after a year. */
export async function forgetOldJobs(): Promise<void> {
  const { primary } = clients();
  await execute(primary, sql`delete from console.job_file where created_at < now() - ${FILE_DAYS} * interval '1 day'`);
  await execute(primary, sql`delete from console.job where finished_at < now() - interval '1 year'`);
}
