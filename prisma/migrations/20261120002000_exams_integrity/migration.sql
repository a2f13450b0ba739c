-- Exams and integrity: what their verbs need beyond the tables themselves.

-- A signal that an incident explains stays visible and counts nothing; the number is what a reviewer reads.
ALTER TABLE public."integrity_event" ADD COLUMN explained_number int;
-- undoing an explanation finds its signals by the incident
CREATE INDEX "integrity_event_explained_part_idx" ON public."integrity_event" (college_id, explained_by, attempt_id) WHERE explained_by IS NOT NULL;

-- New signals arrived since the last score: a background round takes these up.
ALTER TABLE public."student_exam_attempt" ADD COLUMN needs_scoring boolean NOT NULL DEFAULT false;
CREATE INDEX "student_exam_attempt_needs_scoring_part_idx" ON public."student_exam_attempt" (college_id, id) WHERE needs_scoring;

-- What a computation over a whole exam found (statistics, collusion), with when and over how many attempts.
CREATE TABLE public."exam_analysis" (
  id uuid NOT NULL,
  college_id uuid NOT NULL,
  exam_id uuid NOT NULL,
  kind text NOT NULL,
  attempts int NOT NULL DEFAULT 0,
  computed_at timestamptz(3) NOT NULL,
  took_ms int NOT NULL DEFAULT 0,
  result jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "exam_analysis_pkey" PRIMARY KEY (id, college_id),
  CONSTRAINT "exam_analysis_kind_check" CHECK (kind IN ('STATISTICS', 'EVIDENCE')),
  CONSTRAINT "exam_analysis_college_id_fkey" FOREIGN KEY (college_id) REFERENCES public."college" (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT "exam_analysis_exam_id_college_id_fkey" FOREIGN KEY (exam_id, college_id) REFERENCES public."exam" (id, college_id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "exam_analysis_college_id_exam_id_kind_key" ON public."exam_analysis" (college_id, exam_id, kind);
CREATE INDEX "exam_analysis_college_id_id_idx" ON public."exam_analysis" (college_id, id);
SELECT public.invigil_protect('public."exam_analysis"');

-- A standing violation holds a result back; what it was before is kept here, so that lifting the hold restores everything.
CREATE TABLE public."result_hold" (
  id uuid NOT NULL,
  college_id uuid NOT NULL,
  attempt_id uuid NOT NULL,
  review_id uuid NOT NULL,
  action text NOT NULL,
  prior_state text NOT NULL,
  prior_score int NOT NULL,
  prior_result jsonb,
  lifted_at timestamptz(3),
  lifted_reason text,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "result_hold_pkey" PRIMARY KEY (id, college_id),
  CONSTRAINT "result_hold_action_check" CHECK (action IN ('WITHHELD', 'ZEROED')),
  CONSTRAINT "result_hold_college_id_fkey" FOREIGN KEY (college_id) REFERENCES public."college" (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT "result_hold_attempt_id_college_id_fkey" FOREIGN KEY (attempt_id, college_id) REFERENCES public."student_exam_attempt" (id, college_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "result_hold_review_id_college_id_fkey" FOREIGN KEY (review_id, college_id) REFERENCES public."review" (id, college_id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "result_hold_college_id_id_idx" ON public."result_hold" (college_id, id);
CREATE INDEX "result_hold_college_id_attempt_id_id_idx" ON public."result_hold" (college_id, attempt_id, id);
CREATE INDEX "result_hold_college_id_review_id_id_idx" ON public."result_hold" (college_id, review_id, id);
-- one hold at a time
CREATE UNIQUE INDEX "result_hold_standing_key" ON public."result_hold" (college_id, attempt_id) WHERE lifted_at IS NULL;
SELECT public.invigil_protect('public."result_hold"');

-- Two reviewers at once: one decision a round, one a person. The constraint decides who was first.
CREATE UNIQUE INDEX "review_decision_round_key" ON public."review_decision" (college_id, review_id, round) WHERE undone_at IS NULL;
CREATE UNIQUE INDEX "review_decision_person_key" ON public."review_decision" (college_id, review_id, decider_id) WHERE undone_at IS NULL;
ALTER TABLE public."review_decision" ADD CONSTRAINT review_decision_round_check CHECK (round BETWEEN 1 AND 3);
-- claims that run out are given back
CREATE INDEX "review_claimed_until_part_idx" ON public."review" (claimed_until) WHERE claimed_by IS NOT NULL;
CREATE INDEX "declared_conflict_college_id_staff_id_idx" ON public."declared_conflict" (college_id, staff_id);
ALTER TABLE public."exam" ADD CONSTRAINT exam_review_threshold_check CHECK (review_threshold BETWEEN 1 AND 100);
ALTER TABLE public."api_key" ADD CONSTRAINT api_key_rate_check CHECK (rate_per_minute BETWEEN 1 AND 100000);

-- ── A paper is frozen once the first attempt starts ───────────────────────────────────────────────────────────────
-- The owner (migrations, seeds, restores) passes; whoever works at run time does not.
CREATE FUNCTION public.freeze_exam() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE public.exam SET frozen_at = now() WHERE id = NEW.exam_id AND college_id = NEW.college_id AND frozen_at IS NULL;
  RETURN NULL;
END
$$;
CREATE TRIGGER freeze_exam AFTER INSERT ON public."student_exam_attempt" FOR EACH ROW WHEN (current_user <> 'invigil_owner') EXECUTE FUNCTION public.freeze_exam();

CREATE FUNCTION public.refuse_frozen_paper() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  row_college uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.college_id ELSE NEW.college_id END;
  row_exam uuid;
  frozen timestamptz;
BEGIN
  IF TG_TABLE_NAME = 'question' THEN
    row_exam := CASE WHEN TG_OP = 'DELETE' THEN OLD.exam_id ELSE NEW.exam_id END;
  ELSE
    SELECT q.exam_id INTO row_exam FROM public.question q
      WHERE q.id = (CASE WHEN TG_OP = 'DELETE' THEN OLD.question_id ELSE NEW.question_id END) AND q.college_id = row_college;
  END IF;
  -- The lock makes an edit and the first attempt wait for one another.
  SELECT e.frozen_at INTO frozen FROM public.exam e WHERE e.id = row_exam AND e.college_id = row_college FOR SHARE;
  IF frozen IS NOT NULL AND coalesce(current_setting('invigil.correcting_key', true), '') <> 'on' THEN
    RAISE EXCEPTION 'this paper is frozen: its first attempt has started' USING ERRCODE = 'IV001', CONSTRAINT = 'exam_frozen';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER frozen_paper BEFORE INSERT OR UPDATE OR DELETE ON public."question" FOR EACH ROW WHEN (current_user <> 'invigil_owner') EXECUTE FUNCTION public.refuse_frozen_paper();
CREATE TRIGGER frozen_paper BEFORE INSERT OR UPDATE OR DELETE ON public."question_option" FOR EACH ROW WHEN (current_user <> 'invigil_owner') EXECUTE FUNCTION public.refuse_frozen_paper();

-- What a reviewer sees instead of a name, where the platform did not give one. It says nothing of whose it is.
CREATE SEQUENCE public.candidate_number START 1001;
GRANT USAGE ON SEQUENCE public.candidate_number TO invigil_app, invigil_platform;
CREATE FUNCTION public.number_candidate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.candidate_no := nextval('public.candidate_number');
  RETURN NEW;
END
$$;
CREATE TRIGGER number_candidate BEFORE INSERT ON public."student_exam_attempt" FOR EACH ROW WHEN (NEW.candidate_no = 0) EXECUTE FUNCTION public.number_candidate();

-- A hold may be lifted to whatever the attempt was before.
INSERT INTO console.state_transition (machine, from_state, to_state) VALUES
  ('student_exam_attempt.state', 'WITHHELD', 'FORCE_SUBMITTED'),
  ('student_exam_attempt.state', 'WITHHELD', 'EXPIRED'),
  ('student_exam_attempt.state', 'ZEROED', 'FORCE_SUBMITTED'),
  ('student_exam_attempt.state', 'ZEROED', 'EXPIRED');
