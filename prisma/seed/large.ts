import type pg from "pg";

/**
 * Millions of attempts, made by the server itself: 200 tenants of very different size, for the benchmarks. The rows refer
 * to one exam and one student per tenant and attempt number, so that the keys are those of real data.
 */
export async function seedLarge(client: pg.Client, attempts: number): Promise<void> {
  await client.query("set session_replication_role = replica").catch(() => undefined);
  await client.query("set synchronous_commit = off; set statement_timeout = 0; set maintenance_work_mem = '512MB'");
  await client.query(`
    insert into public.college (id, name, username, code, subscription_status)
    select public.invigil_uuid7(now() - interval '3 years'), 'Large ' || n, 'large' || n, 'LG' || n, 'ACTIVE' from generate_series(1, 200) n
    on conflict do nothing`);
  // Sizes fall off as in a real market: the first tenant has a tenth of everything, the last a sliver.
  await client.query(`
    create temporary table large_tenant as
      select id, row_number() over (order by code) as n, 1.0 / (10 + row_number() over (order by code)) as weight from public.college where code like 'LG%'`);
  await client.query(`
    insert into public."class" (id, college_id, name, academic_year) select public.invigil_uuid7(), id, 'Large class', '2026' from large_tenant on conflict do nothing`);
  await client.query(`
    insert into public."user" (id, college_id, name, email, roll_no)
    select public.invigil_uuid7(), t.id, 'Student ' || s, 'student' || s || '@large.example', 'L' || s
    from large_tenant t, generate_series(1, 50) s on conflict do nothing`);
  await client.query(`
    insert into public.exam (id, college_id, title, duration_minutes, total_marks, passing_marks, start_time, end_time, class_id, status)
    select public.invigil_uuid7(now() - (e || ' days')::interval), t.id, 'Large exam ' || e, 90, 100, 50, now() - (e || ' days')::interval, now() - (e || ' days')::interval + interval '2 hours', c.id, 'PUBLISHED'
    from large_tenant t join public."class" c on c.college_id = t.id and c.name = 'Large class', generate_series(1, 20) e`);
  await client.query(
    "create temporary table large_people as select t.n, u.id as user_id, u.college_id, row_number() over (partition by t.n) as k from large_tenant t join public.\"user\" u on u.college_id = t.id and u.email like '%@large.example'",
  );
  await client.query(
    "create temporary table large_exams as select t.n, e.id as exam_id, row_number() over (partition by t.n) as k from large_tenant t join public.exam e on e.college_id = t.id and e.title like 'Large exam %'",
  );
  await client.query("analyze large_people; analyze large_exams");
  // An index is built over millions of rows in a tenth of the time that it takes to keep it while they come. All in one
  // transaction: whoever stops it leaves the table as it was.
  const indexes = attempts >= WORTH_REBUILDING ? await secondaryIndexes(client) : [];
  await client.query("begin");
  // Each of these attempts has a number of its own, far above what any exam allows. Where triggers are skipped it binds nothing.
  await client.query("alter table public.student_exam_attempt disable trigger student_exam_attempt_max_attempts");
  for (const { name } of indexes) await client.query(`drop index public."${name}"`);
  const batch = 500_000;
  for (let from = 0; from < attempts; from += batch) {
    const n = Math.min(batch, attempts - from);
    await client.query({
      text: `
        insert into public.student_exam_attempt (id, college_id, user_id, exam_id, attempt_no, candidate_no, state, started_at, ended_at, answered_count, score, total_marks, is_completed, suspicious_activity, violation_count, risk_score, review_state)
        select public.invigil_uuid7(now() - (i % 31536000) * interval '1 second'), p.college_id, p.user_id, e.exam_id, $1 + i, i % 10000, case when i % 50 = 0 then 'SUBMITTED' else 'GRADED' end,
               now() - (i % 31536000) * interval '1 second', now() - (i % 31536000) * interval '1 second' + interval '1 hour', 20, (i * 37) % 10000, 100, true, i % 19 = 0, case when i % 19 = 0 then i % 7 else 0 end,
               (i * 7919) % 101, case when (i * 7919) % 101 > 95 then 'QUEUED' else 'NONE' end
        from (select i, least(199, floor(200 * power((i * 2654435761 % 1000003) / 1000003.0, 2.2)))::int + 1 as n from generate_series($1::bigint, $1::bigint + $2::bigint - 1) i) pick
        join large_people p on p.n = pick.n and p.k = 1 + pick.i % 50
        join large_exams e on e.n = pick.n and e.k = 1 + (pick.i / 50) % 20`,
      values: [from, n],
    });
  }
  for (const { definition } of indexes) await client.query(definition);
  await client.query("alter table public.student_exam_attempt enable trigger student_exam_attempt_max_attempts");
  await client.query("commit");
  await client.query("analyze public.student_exam_attempt");
}

const WORTH_REBUILDING = 1_000_000;

async function secondaryIndexes(client: pg.Client): Promise<{ name: string; definition: string }[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select c.relname as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = 'public.student_exam_attempt'::regclass and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid)`,
  );
  return rows;
}
