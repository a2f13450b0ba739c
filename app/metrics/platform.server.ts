import { z } from "zod";
import { systemCtx } from "~/access/ctx.server.ts";
import { firstRow, rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql, type Sql } from "~/db/sql.ts";
import type { Sampler } from "~/observability/sampler/sampler.server.ts";
import { findAll, type Latest } from "~/observability/findings/findings.server.ts";
import type { PlatformSample } from "./platform.ts";
import type { SignalCounts } from "./signal-counts.server.ts";

const counted = z.object({ key: z.string(), n: z.number() });

/** One look at the platform's tables; each question is answered by an index or a short table. */
export async function samplePlatform(signals: SignalCounts): Promise<PlatformSample> {
  const started = performance.now();
  return withScope(systemCtx("metrics"), async ({ tx }) => {
    await tx.query({ text: "set local statement_timeout = '5s'" });
    const count = (statement: Sql) => rows(tx, statement, counted);
    const sample = {
      tenants: await count(sql`select subscription_status as key, count(*)::int as n from public.college group by 1`),
      exams: await count(sql`
        select status as key, count(*)::int as n
        from public.exam
        where deleted_at is null
        group by 1`),
      attempts: await count(
        sql`select state as key, count(*)::int as n
            from public.student_exam_attempt
            where started_at > now() - interval '24 hours'
            group by 1`,
      ),
      tenantAttempts: await count(
        sql`select c.code as key, count(*)::int as n
            from public.student_exam_attempt a
              join public.college c on c.id = a.college_id
            where a.started_at > now() - interval '24 hours' and a.state = 'IN_PROGRESS'
            group by 1
            order by 2 desc`,
      ),
      events: await signals.read(tx, new Date()),
      reviews: await count(sql`select state as key, count(*)::int as n from public.review group by 1`),
      appeals: await count(sql`select status as key, count(*)::int as n from public.appeal group by 1`),
      jobs: await count(sql`select state as key, count(*)::int as n from console.job group by 1`),
      backups: await count(sql`select state as key, count(*)::int as n from console.backup group by 1`),
    };
    const oldest = await firstRow(
      tx,
      sql`select coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as s
          from public.review
          where decided_at is null`,
      z.object({ s: z.number() }),
    );
    const backup = await firstRow(
      tx,
      sql`select extract(epoch from now() - started_at)::float8 as age, size_bytes::float8 as bytes from console.backup
          where state = 'DONE' order by started_at desc limit 1`,
      z.object({ age: z.number(), bytes: z.number().nullable() }),
    );
    const checks = await rows(
      tx,
      sql`select distinct on (kind) kind, ok, extract(epoch from now() - finished_at)::float8 as "ageSeconds",
            rpo_ms::float8 / 1000 as "rpoSeconds", rto_ms::float8 / 1000 as "rtoSeconds"
          from console.backup_check where finished_at is not null and ok is not null order by kind, finished_at desc`,
      z.object({
        kind: z.string(),
        ok: z.boolean(),
        ageSeconds: z.number(),
        rpoSeconds: z.number().nullable(),
        rtoSeconds: z.number().nullable(),
      }),
    );
    const audit = await firstRow(
      tx,
      sql`select coalesce((select max(size) from audit.checkpoint), 0)::float8 as size,
                 (select count(*) from audit.pending)::int as pending,
                 (
                   select extract(epoch from now() - at)::float8
                   from audit.checkpoint
                   order by size desc
                   limit 1
                 ) as "headAgeSeconds",
                 v.ok as "verifiedOk", extract(epoch from now() - v.finished_at)::float8 as "verifiedAgeSeconds"
          from (select 1) as one
            left join lateral (
              select ok, finished_at
              from audit.verification
              order by finished_at desc
              limit 1
            ) v on true`,
      z.object({
        size: z.number(),
        pending: z.number(),
        headAgeSeconds: z.number().nullable(),
        verifiedOk: z.boolean().nullable(),
        verifiedAgeSeconds: z.number().nullable(),
      }),
    );
    // The process id is left out: a label that changes with each start would never end.
    const pools = await rows(
      tx,
      sql`select split_part(process, ' ', 1) as process, pool, sum(max)::int as max, sum(total)::int as total,
                 sum(idle)::int as idle, sum(waiting)::int as waiting
          from (
            select distinct on (process, pool) process, pool, max, total, idle, waiting
            from telemetry.pool
            where at > now() - interval '1 minute'
            order by process, pool, at desc
          ) latest
          group by 1, 2`,
      z.object({
        process: z.string(),
        pool: z.string(),
        max: z.number(),
        total: z.number(),
        idle: z.number(),
        waiting: z.number(),
      }),
    );
    return {
      at: Date.now(),
      ms: Math.round(performance.now() - started),
      ...sample,
      oldestReviewSeconds: oldest?.s ?? null,
      backupAgeSeconds: backup?.age ?? null,
      backupBytes: backup?.bytes ?? null,
      checks,
      audit: audit ?? { size: 0, pending: 0, headAgeSeconds: null, verifiedOk: null, verifiedAgeSeconds: null },
      pools,
    };
  });
}

/** What the numbered checks find, without what someone muted. */
export async function countFindings(sampler: Sampler): Promise<{ id: string; level: string; n: number | null }[]> {
  const latest: Latest = async (key, target) => sampler.latest(target, key) as never;
  const found = await withScope(systemCtx("metrics"), (ctx) => findAll(ctx, latest));
  return found.map(({ id, level, evidence, unknown }) => ({
    id,
    level,
    // What it found is so, also where it could not see everything.
    n: unknown && evidence.length === 0 ? null : evidence.filter((evidence) => !evidence.mute).length,
  }));
}
