-- Several right options, a number with a tolerance, and short answers that mark themselves; tags to find a question again.
ALTER TABLE public."question" DROP CONSTRAINT "question_type_check";
ALTER TABLE public."question"
  ADD CONSTRAINT "question_type_check" CHECK (
    type IN ('MULTIPLE_CHOICE', 'MULTIPLE_ANSWERS', 'TRUE_FALSE', 'NUMERIC', 'SHORT_ANSWER', 'ESSAY')
  ),
  -- several right options: whether some of them earn some of the marks
  ADD COLUMN partial_credit boolean NOT NULL DEFAULT false,
  -- as the author wrote it: 3.140 says more than 3.14
  ADD COLUMN numeric_answer text,
  ADD COLUMN numeric_tolerance text,
  ADD COLUMN accepted_answers text[] NOT NULL DEFAULT '{}',
  -- a short answer that matches none: wrong, or for a person to decide
  ADD COLUMN unmatched_wrong boolean NOT NULL DEFAULT false,
  ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
  ADD CONSTRAINT "question_number_check" CHECK (
    numeric_answer ~ '^[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,2})?$'
    AND numeric_tolerance ~ '^([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,2})?$'
  );

-- The chosen options where several may be chosen, in the order of their ids; where one may, selected_option_id says it as before.
ALTER TABLE public."student_answer" ADD COLUMN selected_options uuid[];
ALTER TABLE public."answer_version" ADD COLUMN selected_options uuid[];

CREATE OR REPLACE FUNCTION public.keep_answer_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO public.answer_version (
    id, college_id, attempt_id, question_id, selected_option_id, selected_options, answer_text, at
  )
  VALUES (
    public.invigil_uuid7(clock_timestamp()), NEW.college_id, NEW.attempt_id, NEW.question_id, NEW.selected_option_id,
    NEW.selected_options, NEW.answer_text, date_trunc('second', NEW.answered_at)
  );
  RETURN NULL;
END
$$;
DROP TRIGGER "student_answer_next_version" ON public."student_answer";
CREATE TRIGGER "student_answer_next_version" AFTER UPDATE OF selected_option_id, selected_options, answer_text
  ON public."student_answer"
  FOR EACH ROW WHEN (
    OLD.selected_option_id IS DISTINCT FROM NEW.selected_option_id
    OR OLD.selected_options IS DISTINCT FROM NEW.selected_options
    OR OLD.answer_text IS DISTINCT FROM NEW.answer_text
  )
  EXECUTE FUNCTION public.keep_answer_version();
