import { anchorFile, signingKey } from "~/audit/keys.server.ts";
import { record } from "~/audit/record.server.ts";
import { verifyLog, type Snapshot, type Verification } from "~/audit/verify.server.ts";
import { clients } from "~/db/clients.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { withScope, withSnapshot } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import { log } from "~/platform/log.server.ts";
import { newId } from "~/platform/ids.ts";

/** Two: while the one gathers a range, the other's is hashed. More would only press the server, beside an exam. */
const SIDE_BY_SIDE = 2;

/** One moment of the whole log, for a verification, on as many connections as the pool can spare. */
export const logSnapshot =
  (ctx: Ctx): Snapshot =>
  (run) =>
    withSnapshot(
      { ...ctx, scope: { kind: "all" } },
      async (...lanes) => {
        for (const { tx } of lanes) await tx.query({ text: "set local statement_timeout = 0" });
        const [first, ...others] = lanes.map(({ tx }) => tx);
        return run(first!, ...others);
      },
      Math.min(SIDE_BY_SIDE, Math.max(1, clients().primary.stats().max - 1)),
    );

/** The whole log as it is at one moment, while it goes on being written. */
export const wholeLog = (ctx: Ctx, progress?: (done: number, total: number) => Promise<void>): Promise<Verification> =>
  verifyLog(logSnapshot(ctx), signingKey(), anchorFile(), progress);

/** Reads the whole log once and keeps the result in the ledger. By a person, the clock or the command line. */
export async function verifyAndKeep(ctx: Ctx, progress?: (done: number, total: number) => Promise<void>): Promise<Verification> {
  const started = new Date();
  const result = await wholeLog(ctx, progress);
  await withScope({ ...ctx, scope: { kind: "all" } }, async (inner) => {
    await execute(
      inner.tx,
      sql`insert into audit.verification (id, started_at, finished_at, size, ok, findings, anchors, by_whom)
          values (
            ${newId()}, ${started}, ${new Date()}, ${result.size}, ${result.ok},
            ${JSON.stringify(result.findings)}::jsonb, ${result.anchors}, ${ctx.actor.name}
          )`,
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
