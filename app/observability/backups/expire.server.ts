import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { record } from "~/audit/record.server.ts";
import { clusterPlace } from "~/db/cluster/place.server.ts";
import { rolePool } from "~/db/clients.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { execute, rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import { retire } from "./retention.ts";
import { isSegment, segmentName, positionOf } from "./wal.ts";

/** Seven backups and seven days, whichever keeps more. */
export const PROMISE = { count: 7, days: 7 };

/** Removes what the promise no longer needs: old backups, then the WAL before the oldest that stays. */
export async function expireBackups(ctx: Ctx): Promise<{ backups: number; segments: number }> {
  const place = clusterPlace();
  const kept = await rows(
    rolePool("owner"),
    sql`select b.id, b.state, b.directory, b.started_at, b.start_lsn, b.timeline,
               not exists (select 1 from console.backup_check c where c.backup_id = b.id and c.ok = false) as good
        from console.backup b where b.state = 'DONE'`,
    z.object({
      id: z.string(),
      state: z.string(),
      directory: z.string(),
      started_at: z.date(),
      start_lsn: z.string().nullable(),
      timeline: z.number().nullable(),
      good: z.boolean(),
    }),
  );
  const { remove, keepFrom } = retire(
    kept.map((row) => ({
      id: row.id,
      state: row.state,
      startedAt: row.started_at.getTime(),
      startSegment: row.start_lsn && row.timeline ? segmentName(row.timeline, positionOf(row.start_lsn)) : null,
      good: row.good,
    })),
    PROMISE,
    ctx.clock.now().getTime(),
  );
  for (const id of remove) {
    // First the ledger, then the files: a crash between the two leaves files, never a backup that is not there.
    await withScope({ ...ctx, scope: { kind: "all" } }, async (inner) => {
      await execute(inner.tx, sql`update console.backup set state = 'EXPIRED' where id = ${id}`);
      await record(inner, { action: "backup.expire", resource: "backup", resourceId: id });
    });
    fs.rmSync(kept.find((row) => row.id === id)!.directory, { recursive: true, force: true });
  }
  let segments = 0;
  if (keepFrom)
    for (const name of fs.readdirSync(place.archive).filter(isSegment)) {
      // Timelines are compared by position too: the first eight digits are the timeline.
      if (name.slice(8) < keepFrom.slice(8) && name.slice(0, 8) <= keepFrom.slice(0, 8)) {
        fs.rmSync(path.join(place.archive, name), { force: true });
        segments++;
      }
    }
  return { backups: remove.length, segments };
}
