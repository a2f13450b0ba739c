import type { Sitting } from "./model.ts";

type Exam = { exam_id: string; start_time: Date; end_time: Date; duration_minutes: number; students: number };
type Known = { turnout: number; writing: ReadonlyMap<string, number>; moved: ReadonlyMap<string, number>; now: Date };

/** Whoever has not come by then is not expected any more. */
const LATE_MS = 15 * 60_000;

/** Who sits when: before an exam those who are expected, while it goes on those who are there, until the last one ends. */
export function sittingsOf(exams: readonly Exam[], { turnout, writing, moved, now }: Known): Sitting[] {
  return exams
    .map((exam): Sitting => {
      const start = exam.start_time.getTime() + (moved.get(exam.exam_id) ?? 0) * 60_000;
      const expected = Math.round(exam.students * turnout);
      const here = writing.get(exam.exam_id) ?? 0;
      const settled = here > 0 && now.getTime() > start + LATE_MS;
      const usual = start + exam.duration_minutes * 60_000;
      const stays = here > 0 && usual <= now.getTime();
      const until = stays ? Math.max(exam.end_time.getTime(), now.getTime() + LATE_MS) : usual;
      return {
        id: exam.exam_id,
        start,
        minutes: Math.round((until - start) / 60_000),
        students: settled ? here : Math.max(here, expected),
      };
    })
    .filter((exam) => exam.start + exam.minutes * 60_000 > now.getTime());
}
