import pg from "pg";
import { systemCtx } from "../../app/access/ctx.server.ts";
import { installQueue } from "../../app/jobs/boss.server.ts";
import { runDrill } from "../../app/observability/backups/drill.server.ts";
import { takeBackup } from "../../app/observability/backups/take.server.ts";
import { askComparison } from "../../app/observability/backups/tenant/ask-comparison.server.ts";
import { askPutBack, askUndo } from "../../app/observability/backups/tenant/ask-put-back.server.ts";
import { compareJob } from "../../app/observability/backups/tenant/compare-job.server.ts";
import { putBackJob } from "../../app/observability/backups/tenant/put-back-job.server.ts";
import type { JobHandler } from "../../app/jobs/work.server.ts";
import { newId } from "../../app/platform/ids.ts";
import { makeCollege } from "../database.ts";
import { startOwnCluster } from "../fixtures/own-cluster.ts";
import type { Row } from "./similarity.ts";

const STUDENTS = 10_000;
const OTHERS = 5;
const reason = "The bench removed half of the students";
const ctx = systemCtx("bench");
const quiet = async () => undefined;

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; value: T }> {
  const started = performance.now();
  const value = await work();
  return { seconds: (performance.now() - started) / 1000, value };
}

const run = (handler: JobHandler, input: Record<string, unknown>) =>
  timed(() => handler({ id: newId(), input, ctx, progress: quiet }));

/** People with their profile, class, ten days of attendance, and one exam with ten answers each. */
async function fill(owner: pg.Client, college: string, students: number): Promise<void> {
  const steps = [
    `insert into public."user" (id, college_id, name, email, roll_no)
     select public.invigil_uuid7(), $1::uuid, 'Student ' || i, i || '-' || $1::uuid || '@students.example', 'R' || i
     from generate_series(1, $2::int) i`,
    `insert into public.class (id, college_id, name, academic_year) select public.invigil_uuid7(), $1::uuid, 'Class', '2026' where $2::int > 0`,
    `insert into public.student_profile (id, college_id, user_id, address)
     select public.invigil_uuid7(), $1::uuid, u.id, u.name || ' street' from public."user" u where u.college_id = $1::uuid and $2::int > 0`,
    `insert into public.enrollment (id, college_id, user_id, class_id)
     select public.invigil_uuid7(), $1::uuid, u.id, c.id
     from public."user" u join public.class c on c.college_id = u.college_id where u.college_id = $1::uuid and $2::int > 0`,
    `insert into public.attendance (id, college_id, user_id, class_id, date, status)
     select public.invigil_uuid7(), $1::uuid, u.id, c.id, date '2026-09-01' + d, 'PRESENT'
     from public."user" u join public.class c on c.college_id = u.college_id cross join generate_series(1, 10) d
     where u.college_id = $1::uuid and $2::int > 0`,
    `insert into public.exam (id, college_id, title, duration_minutes, total_marks, passing_marks, start_time, end_time, status, class_id)
     select public.invigil_uuid7(), $1::uuid, 'Exam', 60, 20, 10, now() - interval '2 hours', now() - interval '1 hour', 'CLOSED', c.id
     from public.class c where c.college_id = $1::uuid and $2::int > 0`,
    `insert into public.question (id, college_id, exam_id, text, type, correct_answer, marks, order_index)
     select public.invigil_uuid7(), $1::uuid, e.id, 'Question ' || i, 'SHORT_ANSWER', 'x', 2, i
     from public.exam e cross join generate_series(1, 10) i where e.college_id = $1::uuid and $2::int > 0`,
    `insert into public.student_exam_attempt (id, college_id, user_id, exam_id, state, started_at, total_marks)
     select public.invigil_uuid7(), $1::uuid, u.id, e.id, 'SUBMITTED', now() - interval '2 hours', 20
     from public."user" u join public.exam e on e.college_id = u.college_id where u.college_id = $1::uuid and $2::int > 0`,
    `insert into public.student_answer (id, college_id, attempt_id, question_id, answer_text, answered_at)
     select public.invigil_uuid7(), $1::uuid, a.id, q.id, 'An answer of a usual length', now() - interval '90 minutes'
     from public.student_exam_attempt a join public.question q on q.exam_id = a.exam_id and q.college_id = a.college_id
     where a.college_id = $1::uuid and $2::int > 0`,
  ];
  for (const step of steps) await owner.query(step, [college, students]);
}

/** Half of the students are gone with all that was theirs, and everybody else has a wrong name. */
async function breakTenant(owner: pg.Client, college: string): Promise<void> {
  const half = `select id from public."user" where college_id = $1 and right(roll_no, 1) in ('0', '1', '2', '3', '4')`;
  await owner.query(`delete from public.student_exam_attempt where college_id = $1 and user_id in (${half})`, [college]);
  await owner.query(`delete from public."user" where college_id = $1 and id in (${half})`, [college]);
  await owner.query(`update public."user" set name = 'Wrong' where college_id = $1`, [college]);
}

/** A tenant of 10,000 students back to a minute: the aim is 15 minutes for all of it. */
export const bench = {
  name: "restore",
  async run(): Promise<Row[]> {
    const home = await startOwnCluster();
    try {
      const maintenance = new pg.Client({ connectionString: home.cluster.urls.owner });
      maintenance.on("error", () => undefined);
      await maintenance.connect();
      await installQueue(maintenance);
      const college = (await makeCollege(home.owner)).id;
      await fill(maintenance, college, STUDENTS);
      for (let i = 0; i < OTHERS; i++) await fill(maintenance, (await makeCollege(home.owner)).id, STUDENTS / OTHERS);
      await maintenance.query("analyze");
      await takeBackup(ctx, quiet);
      const drill = await timed(() => runDrill(ctx, { backupId: null }, quiet));
      await new Promise((resolve) => setTimeout(resolve, 50));
      const moment = new Date();
      await new Promise((resolve) => setTimeout(resolve, 50));
      await breakTenant(maintenance, college);
      await maintenance.end();

      const { id: comparisonId } = await askComparison({
        ctx,
        input: { collegeId: college, moment: moment.toISOString(), reason },
      });
      const compared = await run(compareJob, { comparisonId });
      const { rows: found } = await home.owner.query<{ table_name: string; kind: string; rows: number }>(
        `select table_name, kind, count(*)::int as rows
         from console.restore_difference where comparison_id = $1 and state = 'OPEN' group by 1, 2`,
        [comparisonId],
      );
      const differing = found.reduce((sum, row) => sum + row.rows, 0);
      const { rows: phases } = await home.owner.query<{ name: string; ms: number }>(
        `select p ->> 'name' as name, (p ->> 'ms')::int as ms
         from console.restore_comparison c cross join lateral jsonb_array_elements(c.phases) p where c.id = $1`,
        [comparisonId],
      );
      const picks = found.map(({ table_name, kind }) => `${table_name}:${kind}`);
      const put = await askPutBack({ ctx, input: { comparisonId, picks, reason } });
      const putting = await run(putBackJob, { runId: put.id });
      const undo = await askUndo({ ctx, input: { runId: put.id, reason } });
      const undoing = await run(putBackJob, { runId: undo.id });
      const { rows: units } = await home.owner.query<{ run_id: string; units: number; rows: number }>(
        `select run_id, count(*)::int as units, sum(rows)::int as rows from console.restore_unit group by 1`,
      );
      const of = (id: string) => units.find((unit) => unit.run_id === id) ?? { units: 0, rows: 0 };
      const comparing = (phases.find(({ name }) => name === "comparing")?.ms ?? 0) / 1000;
      return [
        { metric: "students of the tenant", value: STUDENTS, unit: "" },
        { metric: "rows that differ and can be put back", value: differing, unit: "" },
        { metric: "a drill of the same backup", value: drill.seconds, unit: "s" },
        { metric: "comparison, restored copy included", value: compared.seconds, unit: "s" },
        { metric: "of that, comparing and storing", value: comparing, unit: "s" },
        { metric: "time of the drill", value: compared.seconds / drill.seconds, unit: "×" },
        { metric: "put back", value: putting.seconds, unit: "s" },
        { metric: "rows put back", value: of(put.id).rows, unit: "" },
        { metric: "transactions of the put-back", value: of(put.id).units, unit: "" },
        { metric: "undo", value: undoing.seconds, unit: "s" },
        { metric: "rows undone", value: of(undo.id).rows, unit: "" },
        {
          metric: "comparison and put-back together",
          value: (compared.seconds + putting.seconds) / 60,
          unit: "min",
          aim: "at most 15",
        },
      ];
    } finally {
      await home.stop();
    }
  },
};
