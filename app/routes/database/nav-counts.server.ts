import { z } from "zod";
import { may } from "~/access/policy.ts";
import { cache } from "~/db/cache.server.ts";
import { clients } from "~/db/clients.server.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import type { Ctx } from "~/db/ctx.ts";
import type { NavCounts } from "../nav-counts.server.ts";

/** Open incidents and what fires, beside their entries. */
export async function databaseCounts(ctx: Ctx): Promise<NavCounts> {
  if (!may(ctx.actor.role, "database.read")) return {};
  // Asked for by every page of everybody; the collector opens them, so a write of ours is the lesser half.
  const row = await cache.get(ctx, {
    key: "nav.database",
    of: ["incident", "alert_episode"],
    ttlMs: 2000,
    read: () =>
      firstRow(
        clients().primary,
        sql`select (select count(*)::int from console.incident where state = 'OPEN') as incidents,
                   (
                     select count(*)::int
                     from console.alert_episode
                     where state = 'FIRING' and severity <> 'INFO'
                   ) as alerts`,
        z.object({ incidents: z.number(), alerts: z.number() }),
      ),
  });
  return {
    ...(row?.incidents ? { "/database/incidents": { count: String(row.incidents), tone: "bad" as const } } : {}),
    ...(row?.alerts ? { "/database/alerts": { count: String(row.alerts), tone: "warn" as const } } : {}),
  };
}
