import { copyOut } from "~/db/copy-out.server.ts";
import type { Queryable } from "~/db/query.ts";
import { firstRow } from "~/db/query.ts";
import { raw, sql, type Sql } from "~/db/sql.ts";
import { z } from "zod";
import { furthest, readAnchor, signedBy, type Anchor, type Anchored, type Epoch } from "./anchor.server.ts";
import type { SigningKey } from "./keys.server.ts";
import { Progression, RANGE, RangeCheck } from "./verify-range.ts";
import { checkErased, checkStored, findStray } from "./verify-around.server.ts";
import { checkNodes, compareNodes } from "./verify-nodes.server.ts";
import { SEALED_COLUMNS } from "./sealed-row.ts";

/** `cut`: the log ends before its anchor, which a declared restore explains and nothing else. */
export type Finding = { index: number | null; entry: string | null; says: string; cut?: true };
export type Verification = {
  ok: boolean;
  size: number;
  checked: number;
  erased: number;
  anchors: number;
  /** Restores that were declared, oldest first. */
  epochs: Epoch[];
  findings: Finding[];
};

const ENOUGH = 20;

type Progress = (done: number, total: number) => Promise<void>;

/** Lends transactions that see one and the same moment (repeatable read). More than one, and ranges are read side by side. */
export type Snapshot = <T>(run: (first: Queryable, ...others: Queryable[]) => Promise<T>) => Promise<T>;

/**
 * Reads the whole log and believes nothing of it: every leaf is made again from its entry, every commitment from its
 * content, the tree from the leaves; and every head that was anchored outside must be one of this tree.
 *
 * The anchor is read first, the moment of the database comes after: a head is anchored after its commit, so every head that
 * was read is in what the snapshot sees, however busy the sequencer is. What is anchored later is the next verification's.
 */
export async function verifyLog(
  snapshot: Snapshot,
  key: Pick<SigningKey, "name" | "publicKey">,
  anchor: string,
  progress?: Progress,
  width = RANGE,
): Promise<Verification> {
  const anchored = readAnchor(anchor, key.name, key.publicKey);
  return snapshot(async (...lanes) => {
    for (const on of lanes) {
      const level = await firstRow(on, sql`select current_setting('transaction_isolation') as is`, z.object({ is: z.string() }));
      if (level?.is !== "repeatable read" && level?.is !== "serializable")
        throw new Error("a log is verified as of one moment, and this transaction has several");
      // A range's joins stay in memory.
      await on.query({ text: "set local work_mem = '64MB'" });
    }
    return verifyMoment(lanes, key, anchored, width, progress);
  });
}

export type Key = Pick<SigningKey, "name" | "publicKey">;

async function verifyMoment(
  lanes: readonly [Queryable, ...Queryable[]],
  key: Key,
  { heads, epochs, foreign }: Anchor,
  width: number,
  progress?: Progress,
): Promise<Verification> {
  const [on] = lanes;
  const findings: Finding[] = [];
  const add = (index: number | null, entry: string | null, says: string) => {
    if (findings.length < ENOUGH) findings.push({ index, entry, says });
  };
  if (foreign > 0) add(null, null, `${foreign} anchored heads are not signed by this key`);
  const whole = (await firstRow(
    on,
    sql`select coalesce(max(index) + 1, 0)::bigint as size from audit.leaf`,
    z.object({ size: z.number() }),
  ))!.size;
  const sizes = new Map<number, Anchored[]>();
  for (const head of heads) {
    const same = sizes.get(head.checkpoint.size);
    if (same) same.push(head);
    else sizes.set(head.checkpoint.size, [head]);
  }
  const signed = signedBy(key.name, key.publicKey);
  const log = new Progression(whole, width, sizes, signed, add);
  let next = 0;
  const work = async (lane: Queryable): Promise<void> => {
    while (next < whole) {
      const from = next;
      next += width;
      const range = new RangeCheck(from, Math.min(from + width, whole), sizes);
      await copyOut(lane, await rangeOf(lane, from, from + width), (bytes, at) => range.take(bytes, at));
      await compareNodes(lane, range);
      log.add(range);
      await progress?.(log.checked, whole);
    }
  };
  // Who is called off calls the others off, and waits for them: their connections are still at work.
  const ended = await Promise.allSettled(
    lanes.map((lane) =>
      work(lane).catch((error: unknown) => {
        next = whole;
        throw error;
      }),
    ),
  );
  for (const one of ended) if (one.status === "rejected") throw one.reason;

  if (log.foreign > 0) add(null, null, `${log.foreign} anchored heads are not signed by this key`);
  const newest = furthest(heads, signed)?.size ?? 0;
  if (newest > whole)
    findings.push({
      index: whole,
      entry: null,
      says: `the log ends at ${whole} entries; a head for ${newest} is anchored: its end was cut, or an older state was brought back`,
      cut: true,
    });
  await checkStored(on, key, log, add);
  await findStray(on, log, add);
  await checkErased(on, log, add);
  await checkNodes(on, log, add);
  return {
    ok: findings.length === 0,
    size: whole,
    checked: log.checked,
    erased: log.erased.length,
    anchors: heads.length,
    epochs,
    findings,
  };
}

/**
 * The leaves of a range with what they stand for. Entries are asked for within the times that the leaves give, so that the
 * server reads a piece of one month in order instead of looking up each of them in all.
 */
async function rangeOf(on: Queryable, from: number, to: number): Promise<Sql> {
  const times = await firstRow(
    on,
    sql`select min(at) as first, max(at) as last from audit.leaf where index >= ${from} and index < ${to}`,
    z.object({ first: z.unknown(), last: z.unknown() }),
  );
  const within = (alias: string) => {
    const { first, last } = times!;
    if (!isTime(first) || !isTime(last)) return "";
    return ` and ${alias}.at >= '${new Date(first.getTime() - 1).toISOString()}' and ${alias}.at <= '${new Date(last.getTime() + 1).toISOString()}'`;
  };
  return raw(
    `select ${SEALED_COLUMNS} from audit.leaf l left join audit.entry e on e.at = l.at and e.id = l.entry_id${within("e")} left join audit.content c on c.at = l.at and c.entry_id = l.entry_id${within("c")} where l.index >= ${from} and l.index < ${to} order by l.index`,
  );
}

/** Far-off times are written in other ways than a plain ISO date; then the whole log is asked. */
const isTime = (value: unknown): value is Date =>
  value instanceof Date && value.getTime() > Date.UTC(1000, 0) && value.getTime() < Date.UTC(9000, 0);
