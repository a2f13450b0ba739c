import { newId } from "~/platform/ids.ts";
import { GIVEN_UP_MS, reportStall } from "./browsers.server.ts";
import { pick, type Seat, type Stage } from "./stage.server.ts";

/** A student saves the next answer, or goes back to one; a save that the database keeps waiting is noticed by everybody. */
export async function answer(stage: Stage): Promise<void> {
  const seat = pick(stage.seats);
  if (!seat) return;
  const from = Date.now();
  try {
    await save(stage, seat);
  } finally {
    if (Date.now() - from > GIVEN_UP_MS) await reportStall(stage, from, Date.now());
  }
}

async function save(stage: Stage, seat: Seat): Promise<void> {
  await stage.run(seat, async (client) => {
    const question = await client.query<{ id: string; option: string | null }>({
      text: `select q.id, (select o.id from public.question_option o where o.question_id = q.id and o.college_id = q.college_id order by random() limit 1) as option
             from public.question q where q.college_id = $1 and q.exam_id = $2
             order by (select count(*) from public.student_answer s where s.college_id = $1 and s.attempt_id = $3 and s.question_id = q.id), q.order_index limit 1`,
      values: [seat.collegeId, seat.examId, seat.attemptId],
    });
    const next = question.rows[0];
    if (!next) return;
    await client.query({
      text: `insert into public.student_answer (id, college_id, attempt_id, question_id, selected_option_id, answer_text, time_spent, answered_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, now(), now())
             on conflict (college_id, attempt_id, question_id) do update set selected_option_id = excluded.selected_option_id, revisions = student_answer.revisions + 1, answered_at = now(), updated_at = now()`,
      values: [
        newId(),
        seat.collegeId,
        seat.attemptId,
        next.id,
        next.option,
        next.option ? null : "equilibrium",
        20 + Math.floor(Math.random() * 60),
      ],
    });
    await client.query({
      text: `update public.student_exam_attempt set last_seen_at = now(), updated_at = now(),
               answered_count = (select count(*) from public.student_answer s where s.college_id = $2 and s.attempt_id = $1)
             where id = $1 and college_id = $2`,
      values: [seat.attemptId, seat.collegeId],
    });
  });
}

/** Someone who is enrolled and has not begun, begins: by the exam as it is now, whose end may have been moved since the stage was set. */
export async function begin(stage: Stage): Promise<void> {
  const exam = pick(stage.exams);
  if (!exam) return;
  await stage.run(exam, (client) =>
    client.query({
      text: `insert into public.student_exam_attempt (id, college_id, user_id, exam_id, candidate_no, deadline_at, last_seen_at, total_marks, updated_at)
             select $1, $2, n.user_id, $3, (select coalesce(max(candidate_no), 1000) + 1 from public.student_exam_attempt where college_id = $2 and exam_id = $3),
                    least(now() + e.duration_minutes * interval '1 minute', e.end_time), now(), e.total_marks, now()
             from public.exam e join public.enrollment n on n.college_id = e.college_id and n.class_id = e.class_id and n.status = 'ACTIVE'
             where e.id = $3 and e.college_id = $2 and e.status = 'LIVE' and e.end_time > now() and e.deleted_at is null
               and not exists (select 1 from public.student_exam_attempt a where a.college_id = $2 and a.exam_id = $3 and a.user_id = n.user_id)
             limit 1 on conflict do nothing`,
      values: [newId(), exam.collegeId, exam.id],
    }),
  );
}

export async function submit(stage: Stage): Promise<void> {
  // Most stay until the end: a hall that empties within minutes shows nothing.
  if (stage.seats.length < 40) return;
  const seat = pick(stage.seats);
  if (!seat) return;
  await stage.run(seat, (client) =>
    client.query({
      text: `update public.student_exam_attempt set state = 'SUBMITTED', is_completed = true, ended_at = now(), last_seen_at = now(), updated_at = now()
             where id = $1 and college_id = $2 and state = 'IN_PROGRESS' and started_at < now() - interval '20 minutes'`,
      values: [seat.attemptId, seat.collegeId],
    }),
  );
}
