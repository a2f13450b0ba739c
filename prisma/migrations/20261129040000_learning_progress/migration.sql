-- Progress is computed from what learners send, and never typed: each lesson says how far, since when and for how long.

ALTER TABLE public."lesson_progress"
  ADD COLUMN progress_percent int NOT NULL DEFAULT 0,
  ADD COLUMN started_at timestamptz(3) NOT NULL DEFAULT now(),
  ADD CONSTRAINT lesson_progress_percent_check CHECK (progress_percent BETWEEN 0 AND 100);

UPDATE public."lesson_progress"
SET progress_percent = CASE WHEN completed THEN 100 ELSE 0 END,
    started_at = least(created_at, last_watched_at);

ALTER TABLE public."course_progress"
  ADD COLUMN time_spent_seconds int NOT NULL DEFAULT 0;

UPDATE public."course_progress" p
SET time_spent_seconds = least(s.seconds, 2147483647)
FROM (
  SELECT college_id, progress_id, sum(watch_time_seconds) AS seconds
  FROM public."lesson_progress"
  GROUP BY college_id, progress_id
) s
WHERE s.progress_id = p.id AND s.college_id = p.college_id;

-- When it happened, by the learner's clock; created_at stays the moment at which we heard of it.
ALTER TABLE public."user_event"
  ADD COLUMN at timestamptz(3) NOT NULL DEFAULT now();

UPDATE public."user_event" SET at = created_at;

-- The learning part of an enrollment: the class may have exams ahead, and then the enrollment itself stays open.
ALTER TABLE public."enrollment"
  ADD COLUMN course_completed_at timestamptz(3);

-- Learning by day.
CREATE INDEX "learning_session_college_id_started_at_id_idx" ON public."learning_session" (college_id, started_at, id);
