import type { RowOf } from "../probe.ts";
import type { locks } from "../probes/locks.ts";
import { readTag } from "../load/tags.ts";
import { brief } from "../queries/mask.ts";

type LockRow = RowOf<typeof locks>;

export type LockNode = {
  /** 0: no session, but a prepared transaction. */
  pid: number;
  /** The prepared transactions that hold what is waited for, by name. */
  prepared: string | null;
  backendStart: Date | null;
  app: string | null;
  tenant: string | null;
  username: string | null;
  state: string | null;
  /** What it waits for: "RowExclusiveLock on public.student_answer". Null: it waits for nobody. */
  wants: string | null;
  relation: string | null;
  holds: string[];
  waitingMs: number | null;
  transactionMs: number | null;
  since: Date | null;
  query: string;
  queryId: string | null;
  waiters: LockNode[];
};

const SELF = /^(invigil_observer|invigil_signaller)$/;
/** On a watched server we come in with a login of its owner's choice, under a name of ours. */
const OUR_APP = /^invigil \w+ (observer|signaller)\b/;

const isOurs = (row: LockRow) => SELF.test(row.username ?? "") || OUR_APP.test(row.app ?? "");

function node(row: LockRow): LockNode {
  const tag = readTag(row.app);
  return {
    pid: row.pid,
    backendStart: row.backend_start,
    prepared: row.prepared,
    app: row.prepared !== null ? `prepared transaction ${row.prepared}` : (tag.app ?? row.backend_type),
    tenant: tag.tenant,
    username: row.username,
    state: row.prepared !== null ? "prepared" : row.state,
    wants: row.mode
      ? `${row.mode} on ${row.relation ?? (row.locktype === "transactionid" ? "a transaction's row" : row.locktype)}`
      : null,
    relation: row.relation,
    holds: row.holds ?? [],
    waitingMs: row.blockers.length > 0 ? row.waiting_ms : null,
    transactionMs: row.transaction_ms,
    since: row.xact_start,
    query: brief(row.query ?? "", 2000),
    queryId: row.query_id,
    waiters: [],
  };
}

/**
 * Who waits for whom, as trees whose roots wait for nobody. A waiter with several blockers stands under the first;
 * a circle (which the server breaks within a second) gets its lowest pid as root.
 */
export function lockTrees(rows: readonly LockRow[]): LockNode[] {
  const mine = rows.filter((row) => !isOurs(row));
  const nodes = new Map(mine.map((row) => [row.pid, node(row)]));
  const placed = new Set<number>();
  const roots = mine.filter((row) => row.blockers.every((pid) => !nodes.has(pid)));
  const place = (parent: LockNode) => {
    placed.add(parent.pid);
    for (const row of mine) {
      if (placed.has(row.pid) || !row.blockers.includes(parent.pid)) continue;
      const child = nodes.get(row.pid)!;
      parent.waiters.push(child);
      place(child);
    }
  };
  const trees: LockNode[] = [];
  for (const row of roots.sort((a, b) => a.pid - b.pid)) {
    const root = nodes.get(row.pid)!;
    place(root);
    trees.push(root);
  }
  for (const row of [...mine].sort((a, b) => a.pid - b.pid)) {
    if (placed.has(row.pid)) continue;
    const root = nodes.get(row.pid)!;
    place(root);
    trees.push(root);
  }
  // The startup process of a standby waits for readers without being in anyone's way.
  return trees.filter((tree) => tree.waiters.length > 0).sort((a, b) => waitersOf(b) - waitersOf(a));
}

export function waitersOf(tree: LockNode): number {
  return tree.waiters.reduce((sum, waiter) => sum + 1 + waitersOf(waiter), 0);
}

export function longestWaitMs(tree: LockNode): number {
  return Math.max(tree.waitingMs ?? 0, ...tree.waiters.map(longestWaitMs));
}

/** The relation most of them wait for. */
export function contested(tree: LockNode): string | null {
  const counts = new Map<string, number>();
  const visit = (one: LockNode) => {
    if (one.relation && one.waitingMs !== null) counts.set(one.relation, (counts.get(one.relation) ?? 0) + 1);
    one.waiters.forEach(visit);
  };
  visit(tree);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

/** Who a root is, for a sentence. */
export const nameOf = (node: LockNode): string =>
  `${node.app ?? "a session"}${node.tenant ? ` of ${node.tenant}` : ""}${
    node.pid === 0 ? "" : ` (pid ${node.pid}${node.state === "idle in transaction" ? ", idle in transaction" : ""})`
  }`;

export const bare = (relation: string | null) => relation?.replace(/^public\./, "") ?? null;
