import fs from "node:fs";
import { z } from "zod";
import { clusterPlace } from "~/db/cluster/place.server.ts";
import { clients } from "~/db/clients.server.ts";
import { firstRow, type Queryable } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import type { BackupHealth } from "./signals.ts";
import { gapsIn, isSegment, positionOf, segmentName } from "./wal.ts";

const check = z.object({ at: z.number(), ok: z.boolean(), says: z.string().nullable() }).nullable();
const lastCheck = (kind: "VERIFY" | "DRILL") => sql`
  (
    select jsonb_build_object(
             'at', extract(epoch from c.finished_at) * 1000, 'ok', c.ok is true, 'says',
             (c.findings -> 0 ->> 'file') || ': ' || (c.findings -> 0 ->> 'says')
           )
    from console.backup_check c
    where c.kind = ${kind} and c.finished_at is not null and not c.stopped
    order by c.started_at desc
    limit 1
  )`;
const proven = (kind: "VERIFY" | "DRILL") =>
  sql`(
        select (extract(epoch from max(c.finished_at)) * 1000)::float8
        from console.backup_check c
        where c.kind = ${kind} and c.ok
      )`;

const ledgerRow = z.object({
  born: z.number(),
  lastGood: z.number().nullable(),
  lastEnded: z.object({ at: z.number(), error: z.string().nullable() }).nullable(),
  verified: z.number().nullable(),
  lastVerify: check,
  drilled: z.number().nullable(),
  lastDrill: check,
  startLsn: z.string().nullable(),
  timeline: z.number().nullable(),
});

/** The ledger and the archive, as rules look at them. A backup that did not pass a check is not a good one. */
export async function readBackupHealth(on: Queryable = clients().primary): Promise<BackupHealth> {
  const place = clusterPlace();
  const ledger = (await firstRow(
    on,
    sql`select (select extract(epoch from min(finished_at)) * 1000 from public._prisma_migrations)::float8 as born,
               (
                 select extract(epoch from max(b.started_at)) * 1000
                 from console.backup b
                 where b.state = 'DONE'
                   and not exists (select 1 from console.backup_check c where c.backup_id = b.id and c.ok = false)
               )::float8 as "lastGood",
               (
                 select jsonb_build_object(
                          'at', extract(epoch from finished_at) * 1000, 'error',
                          case when state = 'FAILED' then coalesce(error, 'no reason is known') end
                        )
                 from console.backup
                 where state in ('DONE', 'FAILED') and finished_at is not null
                 order by started_at desc
                 limit 1
               ) as "lastEnded",
               ${proven("VERIFY")} as verified, ${lastCheck("VERIFY")} as "lastVerify", ${proven("DRILL")} as drilled,
               ${lastCheck("DRILL")} as "lastDrill", o.start_lsn as "startLsn", o.timeline
        from (select 1) as one
          left join lateral (
            select start_lsn, timeline
            from console.backup
            where state = 'DONE'
            order by started_at
            limit 1
          ) o on true`,
    ledgerRow,
  ))!;
  const { startLsn, timeline, ...rest } = ledger;
  const from = startLsn && timeline ? segmentName(timeline, positionOf(startLsn)) : "";
  const segments = (await fs.promises.readdir(place.archive)).filter(isSegment);
  const disk = await fs.promises.statfs(fs.existsSync(place.store) ? place.store : place.home);
  return {
    ...rest,
    // Before the oldest backup nothing is promised.
    gaps: from ? gapsIn(segments.filter((name) => name >= from)) : [],
    store: { used: disk.blocks > 0 ? 1 - disk.bavail / disk.blocks : 0, free: disk.bavail * disk.bsize },
  };
}
