-- ── Migrations, seeds and restores run as the owner of the tables, whatever that login is called ──────────────────
-- On a server of somebody else's there is a role invigil_owner, and the tables belong to the login of DATABASE_URL: the triggers
-- that let the owner pass asked for the name, and refused it.
CREATE FUNCTION public.run_by_owner(relation regclass) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT c.relowner = r.oid
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_roles r ON r.rolname = current_user
  WHERE c.oid = relation
$$;

DROP TRIGGER freeze_exam ON public."student_exam_attempt";
CREATE TRIGGER freeze_exam AFTER INSERT ON public."student_exam_attempt"
  FOR EACH ROW WHEN (NOT public.run_by_owner('public.student_exam_attempt'::regclass))
  EXECUTE FUNCTION public.freeze_exam();

DROP TRIGGER frozen_paper ON public."question";
CREATE TRIGGER frozen_paper BEFORE INSERT OR UPDATE OR DELETE ON public."question"
  FOR EACH ROW WHEN (NOT public.run_by_owner('public.question'::regclass))
  EXECUTE FUNCTION public.refuse_frozen_paper();

DROP TRIGGER frozen_paper ON public."question_option";
CREATE TRIGGER frozen_paper BEFORE INSERT OR UPDATE OR DELETE ON public."question_option"
  FOR EACH ROW WHEN (NOT public.run_by_owner('public.question_option'::regclass))
  EXECUTE FUNCTION public.refuse_frozen_paper();

DROP TRIGGER score_accommodated ON public."accommodation";
CREATE TRIGGER score_accommodated AFTER INSERT OR UPDATE OR DELETE ON public."accommodation"
  FOR EACH ROW WHEN (NOT public.run_by_owner('public.accommodation'::regclass))
  EXECUTE FUNCTION public.score_accommodated();
