-- An attempt that ends is scored once more, whoever ended it: the exam application writes this table itself, and a score
-- that was reached while the student was writing opens a review only after the end.
CREATE FUNCTION public.invigil_score_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.needs_scoring := true;
  RETURN NEW;
END $$;

CREATE TRIGGER score_ended BEFORE UPDATE OF state ON public.student_exam_attempt
  FOR EACH ROW WHEN (OLD.state = 'IN_PROGRESS' AND NEW.state IN ('SUBMITTED', 'EXPIRED'))
  EXECUTE FUNCTION public.invigil_score_ended();
