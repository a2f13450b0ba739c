-- Every version of an answer, written with the save that made it, whoever saves. Kept to the second: how somebody types is not.
CREATE TABLE public."answer_version" (
  id uuid NOT NULL,
  college_id uuid NOT NULL,
  attempt_id uuid NOT NULL,
  question_id uuid NOT NULL,
  selected_option_id uuid,
  answer_text text,
  at timestamptz(0) NOT NULL,
  CONSTRAINT "answer_version_pkey" PRIMARY KEY (id, college_id),
  CONSTRAINT "answer_version_college_id_fkey" FOREIGN KEY (college_id) REFERENCES public."college" (id) ON DELETE RESTRICT,
  CONSTRAINT "answer_version_attempt_id_college_id_fkey" FOREIGN KEY (attempt_id, college_id) REFERENCES public."student_exam_attempt" (id, college_id) ON DELETE CASCADE,
  CONSTRAINT "answer_version_question_id_college_id_fkey" FOREIGN KEY (question_id, college_id) REFERENCES public."question" (id, college_id) ON DELETE CASCADE
);
-- one attempt, in order
CREATE INDEX "answer_version_college_id_attempt_id_id_idx" ON public."answer_version" (college_id, attempt_id, id);
-- a question goes with its versions
CREATE INDEX "answer_version_college_id_question_id_id_idx" ON public."answer_version" (college_id, question_id, id);
CREATE INDEX "answer_version_college_id_id_idx" ON public."answer_version" (college_id, id);
-- the oldest are forgotten first
CREATE INDEX "answer_version_at_idx" ON public."answer_version" (at);
SELECT public.invigil_protect('public."answer_version"');
REVOKE INSERT, UPDATE, DELETE ON public."answer_version" FROM invigil_app, invigil_platform;

CREATE FUNCTION public.keep_answer_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO public.answer_version (id, college_id, attempt_id, question_id, selected_option_id, answer_text, at)
  VALUES (
    public.invigil_uuid7(clock_timestamp()), NEW.college_id, NEW.attempt_id, NEW.question_id, NEW.selected_option_id,
    NEW.answer_text, date_trunc('second', NEW.answered_at)
  );
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.keep_answer_version() FROM PUBLIC;
CREATE TRIGGER "student_answer_first_version" AFTER INSERT ON public."student_answer"
  FOR EACH ROW EXECUTE FUNCTION public.keep_answer_version();
CREATE TRIGGER "student_answer_next_version" AFTER UPDATE OF selected_option_id, answer_text ON public."student_answer"
  FOR EACH ROW WHEN (OLD.selected_option_id IS DISTINCT FROM NEW.selected_option_id OR OLD.answer_text IS DISTINCT FROM NEW.answer_text)
  EXECUTE FUNCTION public.keep_answer_version();

-- Kept while a decision may rest on it: versions of attempts under review, under appeal or in a standing violation stay. The only
-- way in which a running console forgets any, and never what is younger than ninety days.
CREATE FUNCTION public.forget_answer_versions(before timestamptz, most int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  forgotten int;
BEGIN
  IF before > now() - interval '90 days' THEN
    RAISE EXCEPTION 'versions of answers are kept for at least 90 days' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  DELETE FROM public.answer_version v USING (
    SELECT o.id, o.college_id
    FROM public.answer_version o
      JOIN public.student_exam_attempt a ON a.id = o.attempt_id AND a.college_id = o.college_id
    WHERE o.at < before AND a.review_state NOT IN ('QUEUED', 'CLAIMED', 'SECOND', 'THIRD', 'VIOLATION', 'APPEALED')
    ORDER BY o.at
    LIMIT most
  ) old
  WHERE v.id = old.id AND v.college_id = old.college_id;
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN forgotten;
END
$$;
REVOKE ALL ON FUNCTION public.forget_answer_versions(timestamptz, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.forget_answer_versions(timestamptz, int) TO invigil_platform;
