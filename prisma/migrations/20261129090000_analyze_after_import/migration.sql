-- What an import wrote has statistics when it is committed. Without them the planner takes a table for one row and compares
-- each student with each, until autovacuum comes: a minute in which the pages of an exam day stand still. Only an owner may
-- analyze, so the application asks for it here.
CREATE FUNCTION public.invigil_analyze(target regclass) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_class WHERE oid = target AND relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')) THEN
    RAISE EXCEPTION 'only tables of the platform are analyzed';
  END IF;
  EXECUTE format('ANALYZE %s', target);
END
$$;
REVOKE ALL ON FUNCTION public.invigil_analyze(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.invigil_analyze(regclass) TO invigil_app, invigil_platform;
