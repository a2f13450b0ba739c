import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { enqueue } from "~/jobs/enqueue.server.ts";
import { Conflict } from "~/platform/errors.ts";
import { EXPORT_JOB } from "./export-job.ts";
import { findPerson } from "~/domains/people/person-row.server.ts";
import { reasonField } from "~/platform/reason-field.ts";

/** Everything held on one person, as a file. The job's title names nobody: it outlives the person. */
export const startPersonExport = mutation({
  name: "privacy.export",
  permission: "platform.manage",
  stepUp: true,
  input: z.object({
    id: z.uuid(),
    reason: reasonField,
  }),
  async run({ ctx, input }) {
    const person = await findPerson(ctx, input.id);
    if (person.erased_at) throw new Conflict(`${person.name} was erased. There is no personal data left to export.`);
    const jobId = await enqueue(ctx, {
      kind: EXPORT_JOB,
      title: "Export of a person's data",
      input: { id: input.id },
      collegeId: person.college_id,
      permission: "platform.manage",
    });
    await record(ctx, {
      action: "user.export",
      resource: "user",
      resourceId: input.id,
      collegeId: person.college_id,
      reason: input.reason,
      details: { job: jobId },
    });
    return { jobId };
  },
});
