import { z } from "zod";
import { systemCtx } from "~/access/ctx.server.ts";
import type { Clock } from "~/platform/clock.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { withScope } from "~/db/scope.server.ts";
import { singleton } from "~/platform/singleton.ts";

const currentRow = z.object({ id: z.string(), name: z.string(), code: z.string(), scopes: z.array(z.string()) });
type CurrentKey = z.infer<typeof currentRow>;

/** As long as a key itself is believed: what was signed for a revoked one stops within this. */
const HELD_MS = 5000;
const MOST_HELD = 5000;
const held = () => singleton("integrity.current_keys", () => new Map<string, { key: CurrentKey | null; at: number }>());

/** The key that something was signed for, while it is neither revoked nor expired. */
export async function currentKey(id: string, collegeId: string, clock: Clock): Promise<CurrentKey | null> {
  const now = clock.now();
  const known = held().get(id);
  if (known && now.getTime() - known.at < HELD_MS) return known.key;
  const key = await withScope(systemCtx("api key", { kind: "tenants", ids: [collegeId] }), (ctx) =>
    firstRow(
      ctx.tx,
      sql`select k.id, k.name, c.code, k.scopes
          from public.api_key k join public.college c on c.id = k.college_id
          where k.id = ${id} and k.college_id = ${collegeId} and k.revoked_at is null and c.deleted_at is null
            and (k.expires_at is null or k.expires_at > ${now})`,
      currentRow,
    ),
  );
  if (held().size >= MOST_HELD) held().clear();
  held().set(id, { key, at: now.getTime() });
  return key;
}
