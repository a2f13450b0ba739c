import { pick, type Stage } from "./stage.server.ts";

/** The live board of an exam, asked for again and again by whoever watches it. */
export async function board(stage: Stage): Promise<void> {
  const exam = pick(stage.exams);
  if (!exam) return;
  await stage.run(exam, (client) =>
    client.query({
      text: "select id, candidate_no, state, answered_count, last_seen_at, violation_count, risk_score from public.student_exam_attempt where college_id = $1 and exam_id = $2 order by risk_score desc, id limit 100",
      values: [exam.collegeId, exam.id],
    }),
  );
}

/** What was saved in the last minutes: no index begins with answered_at, so it reads every answer of the tenant. */
export async function recentSaves(stage: Stage): Promise<void> {
  const tenant = pick(stage.tenants);
  if (!tenant) return;
  await stage.run({ collegeId: tenant.id, code: tenant.code }, (client) =>
    client.query({
      text: "select attempt_id, count(*) as saves, max(answered_at) as last_save from public.student_answer where college_id = $1 and answered_at > $2 group by attempt_id order by last_save desc limit 50",
      values: [tenant.id, new Date(Date.now() - 600_000)],
    }),
  );
}

/** A report that compares every free text with every other one: the slow one of the demo, for the tenant with most of them. */
export async function similarTexts(stage: Stage): Promise<number> {
  const tenant = stage.tenants.find((tenant) => tenant.code === "NORTH") ?? pick(stage.tenants);
  if (!tenant) return 0;
  const started = performance.now();
  await stage.run({ collegeId: tenant.id, code: tenant.code }, (client) =>
    client.query({
      text: `select a.question_id, count(*) as pairs, avg(similarity(a.answer_text, b.answer_text)) as alike
             from public.student_answer a join public.student_answer b on b.college_id = a.college_id and b.question_id = a.question_id and b.id > a.id
             where a.college_id = $1 and a.answer_text is not null and b.answer_text is not null group by a.question_id order by alike desc limit 20`,
      values: [tenant.id],
    }),
  );
  return performance.now() - started;
}

/** Two people at the same attempt: one holds its row for a moment, the other waits. */
export async function contend(stage: Stage, holdMs: number): Promise<void> {
  const seat = pick(stage.seats);
  if (!seat) return;
  const touch = (hold: number) =>
    stage.run(seat, async (client) => {
      await client.query({
        text: "update public.student_exam_attempt set last_seen_at = now() where id = $1 and college_id = $2",
        values: [seat.attemptId, seat.collegeId],
      });
      if (hold > 0) await new Promise((resolve) => setTimeout(resolve, hold));
    });
  await Promise.all([touch(holdMs), touch(0)]);
}
