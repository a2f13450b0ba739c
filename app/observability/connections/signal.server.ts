import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { spoolAct } from "~/access/act-spool.server.ts";
import { rolePool } from "~/db/clients.server.ts";
import { createPool, type Pool } from "~/db/pool.server.ts";
import { firstRow } from "~/db/query.ts";
import { codeOf, isConnectionLoss } from "~/db/retry.ts";
import { sql } from "~/db/sql.ts";
import { connectionAt, watcherName } from "~/db/urls.server.ts";
import { env } from "~/platform/env.server.ts";
import { Conflict, messageOf, Unavailable } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import { singleton } from "~/platform/singleton.ts";
import { quoteName } from "../indexes/quote.ts";
import { maskedName, maskedStatement } from "../queries/mask.ts";
import { reasonField } from "~/platform/reason-field.ts";

export const signalInput = z.object({
  target: z.string().max(40).default("primary"),
  pid: z.coerce.number().int().positive("Not a process ID"),
  /** With the pid, what names one session: pids are used again. */
  backendStart: z.coerce.date(),
  act: z.enum(["cancel", "terminate"]),
  reason: reasonField,
});
type SignalInput = z.output<typeof signalInput>;

export type SignalOutcome = { outcome: "gone" | "cancelled" | "signalled"; who: string; says: string };
type Sent = SignalOutcome & { statement: string };

function signallerPool(target: string): Pool {
  const index = Number(/^standby-(\d+)$/.exec(target)?.[1] ?? 0);
  const replica = env().replicas[index - 1];
  if (target === "primary" || !replica) return rolePool("signaller");
  return singleton(`db.pool.signaller.${target}`, () =>
    createPool(`signaller ${target}`, {
      ...connectionAt("signaller", replica.url),
      applicationName: watcherName("web signaller"),
      max: 1,
      connectTimeoutMs: 3000,
    }),
  );
}

const WAIT_MS = 3000;
const sessionRow = z.object({
  username: z.string().nullable(),
  app: maskedName,
  query: maskedStatement,
  query_start: z.date().nullable(),
  state: z.string().nullable(),
  sent: z.boolean(),
});

/** A watched server's login has pg_monitor and nothing else, until somebody gives it more; never what it takes for a superuser. */
async function mayNotSignal(pool: Pool, refusal: string): Promise<Conflict> {
  const login = await firstRow(
    pool,
    sql`select current_user::text as name, pg_has_role('pg_signal_backend', 'USAGE') as may`,
    z.object({ name: z.string(), may: z.boolean() }),
  );
  return new Conflict(
    login!.may
      ? "This session belongs to a superuser, and only a superuser may end it"
      : `The server refuses it (${refusal}). To allow it, run there: GRANT pg_signal_backend TO ${quoteName(login!.name)};`,
  );
}

/** Over connections that the server keeps in reserve: it works when every ordinary one is used up. */
async function sendSignal(input: SignalInput): Promise<Sent> {
  const pool = signallerPool(input.target);
  const act = input.act === "cancel" ? sql`pg_cancel_backend(a.pid)` : sql`pg_terminate_backend(a.pid)`;
  // backend_start is told in milliseconds by forms, and kept in microseconds by the server.
  const same = sql`
    date_trunc('milliseconds', a.backend_start) = date_trunc('milliseconds', ${input.backendStart}::timestamptz)`;
  const found = await firstRow(
    pool,
    sql`select a.usename as username, a.application_name as app, a.query, a.query_start, a.state, ${act} as sent
        from pg_stat_activity a
        where a.pid = ${input.pid} and ${same} and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()`,
    sessionRow,
  ).catch(async (error: unknown) => {
    throw codeOf(error) === "42501" ? await mayNotSignal(pool, messageOf(error)) : error;
  });
  if (!found) throw new Conflict("This session has already ended, or its pid now belongs to another one");
  const who = `pid ${input.pid} of ${found.username ?? "?"} (${found.app || "no name"})`;
  const until = Date.now() + WAIT_MS;
  while (Date.now() < until) {
    const left = await firstRow(
      pool,
      sql`select a.state, a.query_start from pg_stat_activity a where a.pid = ${input.pid} and ${same}`,
      z.object({ state: z.string().nullable(), query_start: z.date().nullable() }),
    );
    if (!left) return { outcome: "gone", who, says: `${who} has ended.`, statement: found.query ?? "" };
    if (input.act === "cancel" && (left.state !== "active" || left.query_start?.getTime() !== found.query_start?.getTime()))
      return {
        outcome: "cancelled",
        who,
        says:
          found.state === "active"
            ? `The statement of ${who} was cancelled.`
            : `${who} runs no statement; there was nothing to cancel. Terminate it to end its transaction.`,
        statement: found.query ?? "",
      };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    outcome: "signalled",
    who,
    says: `${who} has been told to stop and is still running: it may be at a point that can't be interrupted.`,
    statement: found.query ?? "",
  };
}

const entry = (input: SignalInput, done: Sent) => ({
  action: `backend.${input.act}`,
  resource: "backend",
  resourceId: `${input.target}/${input.pid}`,
  reason: input.reason,
  details: {
    target: input.target,
    pid: input.pid,
    backendStart: input.backendStart.toISOString(),
    who: done.who,
    outcome: done.outcome,
    statement: done.statement.slice(0, 500),
  },
});

/** Sends it once, also when its transaction is tried again. */
const signalling = (remembered: { done?: Sent }) =>
  mutation({
    name: "backend.signal",
    permission: "database.act",
    stepUp: true,
    input: signalInput,
    async run({ ctx, input }): Promise<SignalOutcome> {
      remembered.done ??= await sendSignal(input);
      await record(ctx, entry(input, remembered.done));
      return remembered.done;
    },
  });

/**
 * Cancel a statement or end a session, by its pid and start. It can't be taken back, so it is recorded whatever becomes of the
 * transaction: where the audit log can't be written, in the signed spool.
 */
export async function signalBackend({ ctx, input }: { ctx: Ctx; input: z.input<typeof signalInput> }): Promise<SignalOutcome> {
  const remembered: { done?: Sent } = {};
  try {
    return await signalling(remembered)({ ctx, input });
  } catch (error) {
    // Permission and step-up were checked before a connection was asked for.
    if (!remembered.done && !isConnectionLoss(error) && codeOf(error) !== "53300") throw error;
    const parsed = signalInput.parse(input);
    const done =
      remembered.done ??
      (await sendSignal(parsed).catch((reason: unknown) => {
        if (reason instanceof Conflict) throw reason;
        throw new Unavailable("The server can't be reached, not even over the reserved connections");
      }));
    spoolAct(ctx, entry(parsed, done));
    log.warn({ reason: messageOf(error) }, "an action is recorded in the spool");
    return done;
  }
}
