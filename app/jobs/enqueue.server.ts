import type { Permission } from "~/access/policy.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { newId } from "~/platform/ids.ts";
import { QUEUE, sender, through } from "./boss.server.ts";

export type NewJob = {
  kind: string;
  title: string;
  input: Record<string, unknown>;
  collegeId?: string | null;
  /** Whoever may do this may read what the job leaves behind. */
  permission?: Permission | null;
};

/** In the caller's transaction: a job exists exactly when the act that asked for it committed. */
export async function enqueue(ctx: TxCtx, job: NewJob): Promise<string> {
  const id = newId(ctx.clock.now().getTime());
  await ctx.tx.prisma.job.create({
    data: {
      id,
      kind: job.kind,
      title: job.title,
      staffId: ctx.actor.kind === "staff" ? ctx.actor.id : null,
      collegeId: job.collegeId ?? null,
      permission: job.permission ?? null,
      input: { ...job.input, scope: scopeInput(ctx) } as never,
    },
  });
  await announce(ctx, id);
  return id;
}

/** Tells the workers, in the same transaction. */
export async function announce(ctx: TxCtx, id: string): Promise<void> {
  const boss = await sender(ctx.tx);
  await boss.send(QUEUE, { jobId: id }, { db: through(ctx.tx), retryLimit: 2, retryBackoff: true, expireInHours: 6 });
}

/** A job may see no more than who asked for it could; the worker narrows it again by what they may see when it runs. */
const scopeInput = (ctx: Ctx) => (ctx.scope.kind === "tenants" ? [...ctx.scope.ids] : ctx.scope.kind);
