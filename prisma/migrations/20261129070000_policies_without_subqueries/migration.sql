-- Citus refuses a subquery in the policy of a distributed table. Without it the setting is read as an index condition all the
-- same: it is stable, and looked up once for each index scan.
DO $$
DECLARE
  policy record;
  scope text;
BEGIN
  FOR policy IN
    SELECT p.schemaname, p.tablename, p.policyname, p.with_check IS NOT NULL AS checks
    FROM pg_policies p
    WHERE p.policyname = 'tenant_scope'
      AND p.schemaname IN ('public', 'audit')
      AND p.qual ~* '\mselect\M.*app\.college_ids'
  LOOP
    scope := format(
      '%I = any (nullif(current_setting(''app.college_ids'', true), '''')::uuid[])',
      CASE WHEN policy.schemaname = 'public' AND policy.tablename = 'college' THEN 'id' ELSE 'college_id' END
    );
    EXECUTE format('ALTER POLICY %I ON %I.%I USING (%s)', policy.policyname, policy.schemaname, policy.tablename, scope)
      || CASE WHEN policy.checks THEN format(' WITH CHECK (%s)', scope) ELSE '' END;
  END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION public.invigil_protect(target regclass, tenant_column name DEFAULT 'college_id') RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  scope text := format('%I = any (nullif(current_setting(''app.college_ids'', true), '''')::uuid[])', tenant_column);
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY tenant_scope ON %s TO invigil_app USING (%s) WITH CHECK (%s)', target, scope, scope);
  EXECUTE format('CREATE POLICY platform_scope ON %s TO invigil_platform USING (true) WITH CHECK (true)', target);
  EXECUTE format('CREATE POLICY reader_scope ON %s FOR SELECT TO invigil_reader USING (true)', target);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO invigil_app, invigil_platform', target);
  EXECUTE format('GRANT SELECT ON %s TO invigil_reader', target);
  PERFORM public.invigil_admit_platform_app();
END
$$;
