import { singleton } from "~/platform/singleton.ts";
import type { Ctx, Scope } from "./ctx.ts";
import { holdsConnection } from "./held.server.ts";

/**
 * Small answers that many requests ask for, held in this process. Tenant and role are part of the key, so nobody is
 * answered from what someone else may see; a write to one of the tables ends what was made of it, also a write of another
 * process (change-bus). While the others are not heard, nothing is kept for longer than a moment.
 */
const CACHE_TTL_MS = 300_000;
const MOST = 1000;
/** A standby may still tell the state before a write that was just made here: such an answer is not kept for long. */
const SETTLING_MS = 5000;
const UNSETTLED_TTL_MS = 500;
const UNHEARD_TTL_MS = 1000;

type Entry = { value: unknown; until: number; tables: readonly string[] };
type Store = {
  entries: Map<string, Entry>;
  /** Askers of the same thing at the same time wait for one answer. */
  asked: Map<string, Promise<unknown>>;
  /** When each table was last written here, and how often: an answer older than a write is never kept. */
  writes: Map<string, { n: number; at: number }>;
  /** Whether changes of other processes arrive; null in a process that is alone, such as a command. */
  heard: boolean | null;
  /** How often that has changed: an answer that was asked for before is not kept. */
  turns: number;
  tell: ((tables: ReadonlySet<string>) => void) | null;
};

const store = () =>
  singleton("db.cache", (): Store => ({
    entries: new Map(),
    asked: new Map(),
    writes: new Map(),
    heard: null,
    turns: 0,
    tell: null,
  }));

const scopeKey = (scope: Scope) => (scope.kind === "tenants" ? [...scope.ids].sort().join(",") : scope.kind);

type Reader = Pick<Ctx, "actor" | "scope">;

type Question<T> = {
  key: string;
  /** The tables that the answer was read from: `college`, `exam`. */
  of: readonly string[];
  ttlMs?: number;
  read(): Promise<T>;
};

async function get<T>(ctx: Reader, { key, of, ttlMs = CACHE_TTL_MS, read }: Question<T>, now = Date.now): Promise<T> {
  const shared = store();
  const { entries, asked, writes } = shared;
  const whole = `${ctx.actor.role}|${scopeKey(ctx.scope)}|${key}`;
  const kept = entries.get(whole);
  if (kept && kept.until > now()) return kept.value as T;
  entries.delete(whole);
  const written = () => `${shared.turns}:${of.map((table) => writes.get(table)?.n ?? 0).join(",")}`;
  const before = written();
  // Whoever holds a connection joins only those who hold one too: the others may still be waiting for his.
  const held = holdsConnection();
  const asking = `${whole}|${before}|${held ? "held" : "free"}`;
  const known = asked.get(asking);
  if (known) return known as Promise<T>;
  const answer = (async () => {
    try {
      const value = await read();
      if (written() === before) {
        const fresh = of.some((table) => now() - (writes.get(table)?.at ?? -Infinity) < SETTLING_MS);
        const longest = fresh ? UNSETTLED_TTL_MS : shared.heard === false ? UNHEARD_TTL_MS : ttlMs;
        entries.set(whole, { value, until: now() + Math.min(ttlMs, longest), tables: of });
        if (entries.size > MOST) entries.delete(entries.keys().next().value!);
      }
      return value;
    } finally {
      asked.delete(asking);
    }
  })();
  asked.set(asking, answer);
  return answer;
}

/** A write to these tables that another process has committed. */
function changedElsewhere(tables: Iterable<string>, now = Date.now): void {
  const { entries, writes } = store();
  const touched = new Set(tables);
  if (touched.size === 0) return;
  for (const table of touched) writes.set(table, { n: (writes.get(table)?.n ?? 0) + 1, at: now() });
  for (const [key, entry] of entries) if (entry.tables.some((table) => touched.has(table))) entries.delete(key);
}

/** A committed write to these tables: ended here at once, and told to the other processes. */
function changed(tables: Iterable<string>, now = Date.now): void {
  const touched = new Set(tables);
  changedElsewhere(touched, now);
  if (touched.size > 0) store().tell?.(touched);
}

/** From now on changes of other processes arrive, or do not; what was kept before may be old either way. True when that is new. */
function hears(heard: boolean): boolean {
  const shared = store();
  if (shared.heard === heard) return false;
  shared.heard = heard;
  shared.turns++;
  shared.entries.clear();
  return true;
}

/** Who tells the other processes. */
function publish(tell: Store["tell"]): void {
  store().tell = tell;
}

const WRITES = /\b(?:insert\s+into|update|delete\s+from|merge\s+into|truncate)\s+(?:only\s+)?"?(?:\w+)"?\s*\.\s*"?(\w+)"?/gi;

/** The tables that a statement writes to, by its words: every statement of ours names schema and table. */
export function tablesWritten(text: string): string[] {
  return [...text.matchAll(WRITES)].map((match) => match[1]!.toLowerCase());
}

export const cache = { get, changed, changedElsewhere, hears, publish };
