import type { Clock } from "../platform/clock.ts";
import type { Statement } from "./deferred-writes.server.ts";
import type { Queryable } from "./query.ts";
import type { Prisma } from "./prisma.server.ts";

export type Actor =
  /** `role` is a name of access/policy.ts. */
  | { kind: "staff"; id: string; name: string; email: string; role: string }
  /** The collector, a job, the command line: acts of the system itself. */
  | { kind: "system"; id: null; name: string; email: null; role: "SYSTEM" }
  | { kind: "api-key"; id: string; name: string; email: null; role: "API_KEY" }
  | { kind: "anonymous"; id: null; name: string; email: null; role: "ANONYMOUS" };

/** Which tenants this work may see. `all` becomes invigil_platform for the transaction; `none` sees no row. */
export type Scope = { kind: "all" } | { kind: "tenants"; ids: readonly string[] } | { kind: "none" };

export type Ctx = {
  actor: Actor;
  scope: Scope;
  clock: Clock;
  requestId: string;
  session?: { id: string; stepUpAt: Date | null; secondFactor: boolean; risk?: { rule: string; points: number; says: string }[] };
  address?: string;
  userAgent?: string;
  /** What load is attributed to in pg_stat_activity: one tenant's code, or `*` for several. */
  tenantTag?: string;
  /** The commit position that this reader has written and must see. */
  after?: string;
  tx?: Tx;
};

/** One transaction under one scope. `prisma` runs in the same one. */
export type Tx = Queryable & {
  /** Sent before whatever comes next in this transaction, or with its commit; if it fails, all of it fails. */
  late(statement: Statement): Promise<void>;
  readonly prisma: Prisma;
  /** How many audit entries this transaction has recorded: a mutation that ends with none is refused. */
  audited: number;
  /** It will be rolled back, whatever is done in it (db/dry-run). */
  dry?: boolean;
  /** Runs after a successful commit, never after a rollback. */
  afterCommit(run: () => void | Promise<void>): void;
};

export type TxCtx = Ctx & { tx: Tx };
