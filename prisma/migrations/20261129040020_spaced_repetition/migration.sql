-- What FSRS remembers of a word between two answers; the next review follows from it. Neither is filtered or sorted by.

ALTER TABLE public."user_vocabulary_progress"
  ADD COLUMN state text NOT NULL DEFAULT 'NEW',
  ADD COLUMN stability double precision NOT NULL DEFAULT 0,
  ADD COLUMN difficulty double precision NOT NULL DEFAULT 0,
  ADD COLUMN learning_steps int NOT NULL DEFAULT 0,
  ADD COLUMN scheduled_days int NOT NULL DEFAULT 0,
  ADD COLUMN lapses int NOT NULL DEFAULT 0,
  ADD COLUMN due_at timestamptz(3),
  ADD CONSTRAINT user_vocabulary_state_check CHECK (state IN ('NEW', 'LEARNING', 'REVIEW', 'RELEARNING'));

-- Words due of one learner, mastered or not; and of a tenant, for the list.
CREATE INDEX "user_vocabulary_progress_college_id_user_id_next_review_on_idx"
  ON public."user_vocabulary_progress" (college_id, user_id, next_review_on);
CREATE INDEX "user_vocabulary_progress_college_id_next_review_on_id_idx"
  ON public."user_vocabulary_progress" (college_id, next_review_on, id);
