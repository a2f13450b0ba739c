-- An attempt's review_state is its review's state, where lists filter by it. It was copied by hand in eight statements: now it
-- follows by itself, and nobody else writes it. Review and attempt are of one college, and lie on one node where they are
-- distributed.
CREATE FUNCTION public.follow_review() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    UPDATE public.student_exam_attempt
    SET review_state = 'NONE'
    WHERE id = OLD.attempt_id AND college_id = OLD.college_id AND review_state <> 'NONE';
  ELSE
    UPDATE public.student_exam_attempt
    SET review_state = NEW.state
    WHERE id = NEW.attempt_id AND college_id = NEW.college_id AND review_state <> NEW.state;
  END IF;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.follow_review() FROM PUBLIC;

CREATE TRIGGER attempt_follows AFTER INSERT OR UPDATE OF state OR DELETE ON public."review"
  FOR EACH ROW EXECUTE FUNCTION public.follow_review();

CREATE FUNCTION public.refuse_review_state() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  RAISE EXCEPTION 'the review state of an attempt follows its review: move the review'
    USING ERRCODE = 'IV002', CONSTRAINT = 'student_exam_attempt_review_state_follows';
END
$$;
REVOKE ALL ON FUNCTION public.refuse_review_state() FROM PUBLIC;

-- A statement of a trigger's own is at depth 1. The owner (seeds, restores) brings rows that are whole.
CREATE TRIGGER review_state_follows BEFORE UPDATE OF review_state ON public."student_exam_attempt"
  FOR EACH ROW
  WHEN (
    NEW.review_state IS DISTINCT FROM OLD.review_state
    AND pg_trigger_depth() = 0
    AND NOT public.run_by_owner('public.student_exam_attempt'::regclass)
  )
  EXECUTE FUNCTION public.refuse_review_state();
CREATE TRIGGER review_state_begins BEFORE INSERT ON public."student_exam_attempt"
  FOR EACH ROW
  WHEN (
    NEW.review_state <> 'NONE'
    AND pg_trigger_depth() = 0
    AND NOT public.run_by_owner('public.student_exam_attempt'::regclass)
  )
  EXECUTE FUNCTION public.refuse_review_state();

-- What some statement forgot to copy.
UPDATE public."student_exam_attempt" a
SET review_state = r.state
FROM public."review" r
WHERE r.attempt_id = a.id AND r.college_id = a.college_id AND a.review_state <> r.state;
UPDATE public."student_exam_attempt" a
SET review_state = 'NONE'
WHERE a.review_state <> 'NONE'
  AND NOT EXISTS (SELECT 1 FROM public."review" r WHERE r.attempt_id = a.id AND r.college_id = a.college_id);
