-- What a student is entitled to changes what counts against them: wherever an accommodation is written (the live board, the
-- tenant's own list, an import), the attempts it is for are scored again. The owner (seeds, restores) brings scores along.
CREATE FUNCTION public.score_accommodated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE public.student_exam_attempt SET needs_scoring = true
      WHERE college_id = OLD.college_id AND user_id = OLD.user_id AND (OLD.exam_id IS NULL OR exam_id = OLD.exam_id) AND NOT needs_scoring;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    UPDATE public.student_exam_attempt SET needs_scoring = true
      WHERE college_id = NEW.college_id AND user_id = NEW.user_id AND (NEW.exam_id IS NULL OR exam_id = NEW.exam_id) AND NOT needs_scoring;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER score_accommodated AFTER INSERT OR UPDATE OR DELETE ON public."accommodation" FOR EACH ROW WHEN (current_user <> 'invigil_owner') EXECUTE FUNCTION public.score_accommodated();
