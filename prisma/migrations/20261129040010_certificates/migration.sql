-- A certificate is issued by the course's rule or by a person, can be verified by anybody who holds its number, and is
-- revoked with a reason, never deleted.

ALTER TABLE public."course"
  ADD COLUMN certificate_on_completion boolean NOT NULL DEFAULT true,
  ADD COLUMN certificate_valid_months int,
  ADD CONSTRAINT course_certificate_months_check CHECK (certificate_valid_months BETWEEN 1 AND 600);

ALTER TABLE public."certificate"
  ADD COLUMN issued_by uuid,
  ADD COLUMN superseded_at timestamptz(3),
  ADD COLUMN revoked_at timestamptz(3),
  ADD COLUMN revoked_by uuid,
  ADD COLUMN revoked_reason text,
  ADD CONSTRAINT certificate_revoked_check CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL));

-- Certificates were typed until now: of several for one student and course, the latest is the current one. The others stay
-- as valid as they were.
UPDATE public."certificate" c
SET superseded_at = now()
WHERE EXISTS (
  SELECT 1
  FROM public."certificate" later
  WHERE later.college_id = c.college_id
    AND later.user_id = c.user_id
    AND later.course_id = c.course_id
    AND (later.issued_at, later.id) > (c.issued_at, c.id)
);

-- Two events that complete a course at the same moment issue one certificate.
CREATE UNIQUE INDEX "certificate_current_key" ON public."certificate" (college_id, user_id, course_id)
  WHERE revoked_at IS NULL AND superseded_at IS NULL;

-- What was handed out stays what it was, whoever writes.
CREATE FUNCTION public.keep_certificate() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF (NEW.certificate_no, NEW.user_id, NEW.course_id, NEW.issued_at)
    IS DISTINCT FROM (OLD.certificate_no, OLD.user_id, OLD.course_id, OLD.issued_at)
  THEN
    RAISE EXCEPTION 'a certificate that was issued can''t be changed: revoke it and issue another'
      USING ERRCODE = 'IV002', CONSTRAINT = 'certificate_kept';
  END IF;
  IF OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at THEN
    RAISE EXCEPTION 'a certificate stays revoked: issue another'
      USING ERRCODE = 'IV002', CONSTRAINT = 'certificate_kept';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER certificate_kept BEFORE UPDATE ON public."certificate"
  FOR EACH ROW EXECUTE FUNCTION public.keep_certificate();
