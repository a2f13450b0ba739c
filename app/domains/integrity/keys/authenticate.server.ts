import { createHash } from "node:crypto";
import { z } from "zod";
import { systemCtx } from "~/access/ctx.server.ts";
import type { Clock } from "~/platform/clock.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { withScope } from "~/db/scope.server.ts";
import { singleton } from "~/platform/singleton.ts";

const keyRow = z.object({
  id: z.string(),
  college_id: z.string(),
  code: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  rate_per_minute: z.number(),
  expires_at: z.date().nullable(),
});
export type Key = z.infer<typeof keyRow>;

/** How long a key is believed without asking again: a revoked one stops within this. */
const HELD_MS = 5000;
const USED_EVERY_MS = 30_000;
const MOST_HELD = 5000;

type Held = { key: Key | null; at: number; usedAt: number };
const held = () => singleton("integrity.keys", () => new Map<string, Held>());

export const forgetKeys = (): void => held().clear();

/** The tenant's key behind a bearer token, or null. The hash is looked up, so that time tells nothing about a key. */
export async function authenticate(token: string, clock: Clock): Promise<Key | null> {
  if (!/^ivg_[\w-]{4,40}\.[\w-]{20,100}$/.test(token)) return null;
  const hash = createHash("sha256").update(token).digest("hex");
  const now = clock.now().getTime();
  const known = held().get(hash);
  const fresh = known && now - known.at < HELD_MS ? known : await find(hash, now, known?.usedAt ?? 0);
  const { key } = fresh;
  if (!key || (key.expires_at && key.expires_at.getTime() <= now)) return null;
  if (now - fresh.usedAt > USED_EVERY_MS) {
    fresh.usedAt = now;
    await withScope(scopeOfKey(key), (ctx) =>
      execute(
        ctx.tx,
        sql`update public.api_key
            set last_used_at = ${new Date(now)}
            where id = ${key.id} and college_id = ${key.college_id}`,
      ),
    );
  }
  return key;
}

async function find(hash: string, at: number, usedAt: number): Promise<Held> {
  // Which tenant it is, is what the key says: only here are all of them looked through.
  const key = await withScope(systemCtx("api key"), (ctx) =>
    firstRow(
      ctx.tx,
      sql`select k.id, k.college_id, c.code, k.name, k.scopes, k.rate_per_minute, k.expires_at
          from public.api_key k
            join public.college c on c.id = k.college_id
          where k.key_hash = ${hash} and k.revoked_at is null and c.deleted_at is null`,
      keyRow,
    ),
  );
  const entry = { key, at, usedAt };
  if (held().size >= MOST_HELD) held().clear();
  held().set(hash, entry);
  return entry;
}

const scopeOfKey = (key: Key) => systemCtx("api key", { kind: "tenants", ids: [key.college_id] });
