-- A proctor may pause or lock an attempt. Its clock stands still meanwhile, and what was lost is given back when it goes on.

ALTER TABLE public."student_exam_attempt"
  ADD COLUMN "paused_at" TIMESTAMPTZ(3),
  ADD COLUMN "paused_seconds" INTEGER NOT NULL DEFAULT 0;

-- Every row was within the narrower list: nothing has to be looked through.
ALTER TABLE public."student_exam_attempt" DROP CONSTRAINT "student_exam_attempt_state_check";
ALTER TABLE public."student_exam_attempt" ADD CONSTRAINT "student_exam_attempt_state_check" CHECK (
  state IN ('IN_PROGRESS', 'PAUSED', 'LOCKED', 'SUBMITTED', 'FORCE_SUBMITTED', 'EXPIRED', 'GRADED', 'WITHHELD', 'ZEROED')
) NOT VALID;

-- No way from PAUSED or LOCKED to EXPIRED: no clock ends an attempt whose time stands still.
INSERT INTO console.state_transition (machine, from_state, to_state) VALUES
  ('student_exam_attempt.state', 'IN_PROGRESS', 'PAUSED'),
  ('student_exam_attempt.state', 'IN_PROGRESS', 'LOCKED'),
  ('student_exam_attempt.state', 'PAUSED', 'IN_PROGRESS'),
  ('student_exam_attempt.state', 'PAUSED', 'LOCKED'),
  ('student_exam_attempt.state', 'PAUSED', 'FORCE_SUBMITTED'),
  ('student_exam_attempt.state', 'LOCKED', 'IN_PROGRESS'),
  ('student_exam_attempt.state', 'LOCKED', 'PAUSED'),
  ('student_exam_attempt.state', 'LOCKED', 'FORCE_SUBMITTED');

-- The database keeps the time: one clock says when the pause began and when it ended, whoever changes the state.
CREATE FUNCTION public.keep_pause_clock() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  moment timestamptz := clock_timestamp();
  lost interval;
BEGIN
  IF NEW.state IN ('PAUSED', 'LOCKED') THEN
    NEW.paused_at := coalesce(OLD.paused_at, moment);
  ELSIF OLD.state IN ('PAUSED', 'LOCKED') THEN
    lost := greatest(moment - coalesce(OLD.paused_at, moment), interval '0');
    NEW.paused_at := NULL;
    NEW.paused_seconds := OLD.paused_seconds + round(extract(epoch FROM lost))::int;
    IF NEW.state = 'IN_PROGRESS' THEN
      NEW.deadline_at := lost + coalesce(
        NEW.deadline_at,
        (SELECT e.end_time FROM public.exam e WHERE e.id = NEW.exam_id AND e.college_id = NEW.college_id)
      );
    END IF;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER pause_clock BEFORE UPDATE OF state ON public."student_exam_attempt"
  FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state AND (OLD.state IN ('PAUSED', 'LOCKED') OR NEW.state IN ('PAUSED', 'LOCKED')))
  EXECUTE FUNCTION public.keep_pause_clock();

-- The room hears of it (note_attempt of 20261129060000_exam_room).
CREATE TRIGGER room_started AFTER INSERT ON public."student_exam_attempt"
  FOR EACH ROW
  WHEN (NEW.state = 'IN_PROGRESS' AND NOT public.run_by_owner('public.student_exam_attempt'::regclass))
  EXECUTE FUNCTION public.note_attempt();
CREATE TRIGGER room_changed AFTER UPDATE ON public."student_exam_attempt"
  FOR EACH ROW
  WHEN (
    (OLD.state IS DISTINCT FROM NEW.state OR OLD.deadline_at IS DISTINCT FROM NEW.deadline_at)
    AND NOT public.run_by_owner('public.student_exam_attempt'::regclass)
  )
  EXECUTE FUNCTION public.note_attempt();
