import { z } from "zod";
import { verifyAndKeep } from "~/access/log/verify.server.ts";
import { mutation, record } from "~/access/verb.server.ts";
import { enqueue } from "./enqueue.server.ts";
import type { JobHandler } from "./work.server.ts";

export const askVerification = mutation({
  name: "audit.ask_verification",
  permission: "audit.verify",
  input: z.object({}),
  async run({ ctx }) {
    const jobId = await enqueue(ctx, {
      kind: "audit.verify",
      title: "Verify the audit log",
      input: {},
      permission: "audit.verify",
    });
    await record(ctx, { action: "audit.ask_verification", resource: "audit", details: { job: jobId } });
    return { jobId };
  },
});

export const verifyLogJob: JobHandler = async ({ ctx, progress }) => {
  const result = await verifyAndKeep(ctx, progress);
  return {
    entries: result.checked,
    "anchored heads": result.anchors,
    findings: result.findings.length,
    verdict: !result.ok
      ? result.findings[0]!.says
      : result.anchors > 0
        ? "nothing was changed or cut"
        : "nothing was changed; without an anchor here, a cut can't be seen",
  };
};
