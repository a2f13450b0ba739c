import { anchorFile, signingKey } from "~/audit/keys.server.ts";
import { record } from "~/audit/record.server.ts";
import { verifyLog, type Verification } from "~/audit/verify.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { withScope, withSnapshot } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import { log } from "~/platform/log.server.ts";
import { newId } from "~/platform/ids.ts";

/** The whole log as it is at one moment, while it goes on being written. */
export const wholeLog = (ctx: Ctx, progress?: (done: number, total: number) => Promise<void>): Promise<Verification> =>
  verifyLog(
    (run) =>
      withSnapshot({ ...ctx, scope: { kind: "all" } }, async (inner) => {
        await inner.tx.query({ text: "set local statement_timeout = 0" });
        return run(inner.tx);
      }),
    signingKey(),
    anchorFile(),
    progress,
  );

/** Reads the whole log once and keeps the result in the ledger. By a person, the clock or the command line. */
export async function verifyAndKeep(ctx: Ctx, progress?: (done: number, total: number) => Promise<void>): Promise<Verification> {
  const started = new Date();
  const result = await wholeLog(ctx, progress);
  await withScope({ ...ctx, scope: { kind: "all" } }, async (inner) => {
    await execute(
      inner.tx,
      sql`insert into audit.verification (id, started_at, finished_at, size, ok, findings, by_whom) values (${newId()}, ${started}, ${new Date()}, ${result.size}, ${result.ok}, ${JSON.stringify(result.findings)}::jsonb, ${ctx.actor.name})`,
    );
    await record(inner, {
      action: "audit.verify",
      resource: "audit",
      details: { ok: result.ok, size: result.size, findings: result.findings.length },
    });
  });
  if (!result.ok) log.error({ findings: result.findings }, "the audit log does not verify");
  return result;
}
