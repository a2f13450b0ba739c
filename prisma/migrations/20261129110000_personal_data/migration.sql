-- A person can be erased in place: the row stays, named by a number, and what describes them goes.
CREATE SEQUENCE public.person_number AS bigint START 1001;
GRANT USAGE ON SEQUENCE public.person_number TO invigil_app, invigil_platform;

ALTER TABLE public."user"
  ADD COLUMN person_no bigint,
  ADD COLUMN erased_at timestamptz(3),
  ADD CONSTRAINT user_erased_check CHECK ((person_no IS NULL) = (erased_at IS NULL));
-- an erased person is found by the number
CREATE UNIQUE INDEX "user_college_id_person_no_key" ON public."user" (college_id, person_no) WHERE person_no IS NOT NULL;

-- Whoever writes: a form that was open, an import, an exam application.
CREATE FUNCTION public.keep_erased_person() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF (NEW.name, NEW.email, NEW.roll_no, NEW.username, NEW.password, NEW.first_name, NEW.last_name, NEW.phone, NEW.phone2,
      NEW.image, NEW.is_active, NEW.status, NEW.person_no, NEW.erased_at)
    IS DISTINCT FROM (OLD.name, OLD.email, OLD.roll_no, OLD.username, OLD.password, OLD.first_name, OLD.last_name, OLD.phone,
      OLD.phone2, OLD.image, OLD.is_active, OLD.status, OLD.person_no, OLD.erased_at)
  THEN
    RAISE EXCEPTION 'this person was erased: their account can''t be changed or opened again'
      USING ERRCODE = 'IV002', CONSTRAINT = 'erased_person_kept';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER erased_person_kept BEFORE UPDATE ON public."user"
  FOR EACH ROW WHEN (OLD.erased_at IS NOT NULL) EXECUTE FUNCTION public.keep_erased_person();

-- A way in is not opened for someone who was erased, and an exam is not begun.
CREATE FUNCTION public.refuse_erased_person() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  PERFORM FROM public."user" u
  WHERE u.id = NEW.user_id AND u.college_id = NEW.college_id AND u.erased_at IS NOT NULL;
  IF FOUND THEN
    RAISE EXCEPTION 'this person was erased: they can''t sign in or sit exams'
      USING ERRCODE = 'IV002', CONSTRAINT = 'erased_person_kept';
  END IF;
  RETURN NEW;
END
$$;
CREATE CONSTRAINT TRIGGER erased_person_sits_none AFTER INSERT ON public."student_exam_attempt"
  FOR EACH ROW WHEN (NOT public.run_by_owner('public.student_exam_attempt'::regclass))
  EXECUTE FUNCTION public.refuse_erased_person();
CREATE CONSTRAINT TRIGGER erased_person_has_no_session AFTER INSERT ON public."user_session"
  FOR EACH ROW EXECUTE FUNCTION public.refuse_erased_person();

-- While a hold stands, nothing of the person is erased or deleted by age.
CREATE TABLE public."legal_hold" (
  id uuid NOT NULL,
  college_id uuid NOT NULL,
  user_id uuid NOT NULL,
  reason text NOT NULL,
  placed_by uuid,
  placed_by_name text NOT NULL,
  placed_at timestamptz(3) NOT NULL,
  until date,
  lifted_at timestamptz(3),
  lifted_by uuid,
  lifted_reason text,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "legal_hold_pkey" PRIMARY KEY (id, college_id),
  CONSTRAINT legal_hold_lifted_check CHECK ((lifted_at IS NULL) = (lifted_reason IS NULL)),
  CONSTRAINT "legal_hold_college_id_fkey" FOREIGN KEY (college_id) REFERENCES public."college" (id) ON DELETE RESTRICT,
  CONSTRAINT "legal_hold_user_id_college_id_fkey" FOREIGN KEY (user_id, college_id)
    REFERENCES public."user" (id, college_id) ON DELETE RESTRICT
);
CREATE INDEX "legal_hold_college_id_id_idx" ON public."legal_hold" (college_id, id);
-- the holds of one person
CREATE INDEX "legal_hold_college_id_user_id_id_idx" ON public."legal_hold" (college_id, user_id, id);

-- The exam applications know nothing of holds.
DO $$
DECLARE
  source text := pg_get_functiondef('public.invigil_admit_platform_app()'::regprocedure);
  changed text := replace(source, '''review_statement'']', '''review_statement'', ''legal_hold'']');
BEGIN
  IF changed = source THEN
    RAISE EXCEPTION 'invigil_admit_platform_app has no list of tables that are closed to applications';
  END IF;
  EXECUTE changed;
END
$$;
SELECT public.invigil_protect('public."legal_hold"');
