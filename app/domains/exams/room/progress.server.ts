import type { TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { singleton } from "~/platform/singleton.ts";

/** A notification makes commits wait for one another: of hundreds of answers a second, one tells the boards. */
const EVERY_MS = 1000;
const MOST_REMEMBERED = 10_000;

const told = () => singleton("room.progress", () => new Map<string, number>());

/** Boards of this exam learn that answers come in, at most once a second from each process. */
export async function tellProgress(ctx: TxCtx, examId: string): Promise<void> {
  const now = Date.now();
  if (now - (told().get(examId) ?? 0) < EVERY_MS) return;
  if (told().size > MOST_REMEMBERED) told().clear();
  told().set(examId, now);
  await execute(ctx.tx, sql`select pg_notify('invigil_room', ${`${examId} progress`})`);
}
