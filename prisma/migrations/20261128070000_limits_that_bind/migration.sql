-- Limits that were kept and bound nothing. The database decides them, so that no way in is left out and no race is lost.

-- ── Attempts: an exam's max_attempts ──────────────────────────────────────────────────────────────────────────────
-- The unique key gives each number of a student's attempts out once; with no number above the limit there are no more
-- attempts than that, however many begin at the same moment.
CREATE FUNCTION public.keep_max_attempts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  allowed int;
BEGIN
  SELECT e.max_attempts INTO allowed
  FROM public.exam e
  WHERE e.id = NEW.exam_id AND e.college_id = NEW.college_id;
  IF NEW.attempt_no < 1 OR NEW.attempt_no > allowed THEN
    RAISE EXCEPTION 'this exam allows each student % attempt%, and this would be number %',
      allowed, CASE WHEN allowed = 1 THEN '' ELSE 's' END, NEW.attempt_no
      USING ERRCODE = 'IV002', CONSTRAINT = 'student_exam_attempt_max_attempts';
  END IF;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.keep_max_attempts() FROM PUBLIC;

CREATE CONSTRAINT TRIGGER student_exam_attempt_max_attempts
  AFTER INSERT OR UPDATE OF attempt_no, exam_id ON public."student_exam_attempt"
  FOR EACH ROW EXECUTE FUNCTION public.keep_max_attempts();

-- ── Students: a college's max_students ────────────────────────────────────────────────────────────────────────────
-- Whoever adds students of one college counts them one after the other; a college without a limit waits for nobody.
CREATE FUNCTION public.check_student_limit(college uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  allowed int;
  found int;
BEGIN
  SELECT c.max_students INTO allowed FROM public.college c WHERE c.id = college;
  IF allowed IS NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('student_limit ' || college, 0));
  SELECT count(*) INTO found
  FROM (
    SELECT 1 FROM public."user" u
    WHERE u.college_id = college AND u.role = 'STUDENT' AND u.deleted_at IS NULL
    LIMIT allowed + 1
  ) counted;
  IF found > allowed THEN
    RAISE EXCEPTION 'the student limit of this tenant is reached: it allows % students. Raise the limit or remove students first',
      allowed
      USING ERRCODE = 'IV002', CONSTRAINT = 'college_max_students';
  END IF;
END
$$;
REVOKE ALL ON FUNCTION public.check_student_limit(uuid) FROM PUBLIC;

-- Once a statement: an import adds hundreds of people with one.
CREATE FUNCTION public.keep_student_limit_of_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  college uuid;
BEGIN
  FOR college IN
    SELECT DISTINCT a.college_id FROM added a WHERE a.role = 'STUDENT' AND a.deleted_at IS NULL ORDER BY 1
  LOOP
    PERFORM public.check_student_limit(college);
  END LOOP;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.keep_student_limit_of_added() FROM PUBLIC;

CREATE TRIGGER user_student_limit_added
  AFTER INSERT ON public."user"
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION public.keep_student_limit_of_added();

CREATE FUNCTION public.keep_student_limit_of_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM public.check_student_limit(NEW.college_id);
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.keep_student_limit_of_changed() FROM PUBLIC;

CREATE TRIGGER user_student_limit_changed
  AFTER UPDATE OF role, deleted_at ON public."user"
  FOR EACH ROW
  WHEN (NEW.role = 'STUDENT' AND NEW.deleted_at IS NULL AND (OLD.role <> 'STUDENT' OR OLD.deleted_at IS NOT NULL))
  EXECUTE FUNCTION public.keep_student_limit_of_changed();

ALTER TABLE public."college"
  ADD CONSTRAINT college_max_students_check CHECK (max_students IS NULL OR max_students >= 0) NOT VALID;

-- ── A free enrollment owes nothing ────────────────────────────────────────────────────────────────────────────────
-- Nobody could ever pay it: a payment is of more than nothing. Where a payment is recorded, that one decides.
UPDATE public."enrollment" e
SET payment_status = 'COMPLETED', updated_at = now()
WHERE e.amount_minor = 0
  AND e.payment_status = 'PENDING'
  AND NOT EXISTS (SELECT 1 FROM public."payment" p WHERE p.enrollment_id = e.id AND p.college_id = e.college_id);
