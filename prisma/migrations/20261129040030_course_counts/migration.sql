-- The sums over a course are counted by a nightly job: how many completed, who fell silent, where learners stop, and what
-- came in by currency.

ALTER TABLE public."course_analytics"
  ADD COLUMN completed_enrollments int NOT NULL DEFAULT 0,
  ADD COLUMN inactive_students int NOT NULL DEFAULT 0,
  ADD COLUMN lessons jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN revenue jsonb NOT NULL DEFAULT '[]';
