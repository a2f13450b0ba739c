-- The exam applications get a role of their own, which reaches their tenants' rows and nothing of the console.

-- Somebody who may execute a trigger function may attach it to a table of their own, and a SECURITY DEFINER one then works
-- for them with the owner's rights. A trigger that exists fires without this privilege.
REVOKE ALL ON FUNCTION public.keep_platform_identifier(), audit.enqueue(), audit.forget_words() FROM PUBLIC;

-- Whoever changes a state must obey its machine, and needs no sight of the table that holds it.
ALTER FUNCTION public.refuse_illegal_transition() SECURITY DEFINER SET search_path = pg_catalog;
REVOKE ALL ON FUNCTION public.refuse_illegal_transition() FROM PUBLIC;

-- How an application writes into the audit log: as an application, about a tenant of its own scope, and in no other way.
CREATE FUNCTION public.invigil_record(
  action text, resource text, resource_id text, college_id uuid, details jsonb DEFAULT NULL
) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  at timestamptz(3) := clock_timestamp();
  entry_id uuid := public.invigil_uuid7(at);
  salt bytea := uuid_send(gen_random_uuid());
  scope uuid[] := nullif(current_setting('app.college_ids', true), '')::uuid[];
  app text := coalesce(nullif(left(current_setting('application_name'), 100), ''), 'unnamed');
  body text;
BEGIN
  IF NOT coalesce(college_id = ANY (scope), false) THEN
    RAISE EXCEPTION 'this college is not in app.college_ids' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF action IS NULL OR length(action) > 80 OR action !~ '^[a-z][a-z_]*\.[a-z][a-z_]*$' THEN
    RAISE EXCEPTION 'an action is noun.verb in lower case' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF resource IS NULL OR length(resource) > 80 OR length(resource_id) > 200 OR length(details::text) > 8000 THEN
    RAISE EXCEPTION 'resource: at most 80 characters, resource_id: 200, details: 8000'
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  body := json_build_object(
    'actor', json_build_object('email', NULL, 'name', 'Platform application ' || app),
    'address', host(inet_client_addr()),
    'details', CASE WHEN jsonb_typeof(details) = 'object' THEN details END,
    'diff', NULL,
    'reason', NULL,
    'risk', json_build_array(),
    'userAgent', NULL
  )::text;
  INSERT INTO audit.content (entry_id, at, salt, body)
  VALUES (entry_id, at, salt, body);
  INSERT INTO audit.entry (id, at, actor_kind, request_id, action, resource, resource_id, college_id, commitment)
  VALUES (
    entry_id, at, 'platform-app', 'xact-' || pg_current_xact_id()::text, action, resource, resource_id, college_id,
    sha256(salt || convert_to(body, 'UTF8'))
  );
  RETURN entry_id;
END
$$;
REVOKE ALL ON FUNCTION public.invigil_record(text, text, text, uuid, jsonb) FROM PUBLIC;

-- Lets the role in wherever a tenant's policy does not name it yet. The role may be made long after this migration, by
-- somebody who may make roles: the start and `db migrate` call this again. A table that nobody protected stays closed.
CREATE FUNCTION public.invigil_admit_platform_app() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  -- What the console decides about a tenant: an application may read it, or not even that.
  readable CONSTANT text[] := ARRAY['college', 'subscription', 'review', 'appeal', 'result_hold', 'exam_analysis', 'forecast', 'collusion_pair'];
  closed CONSTANT text[] := ARRAY['api_key', 'declared_conflict', 'platform_identifier', 'review_decision'];
  target record;
BEGIN
  IF to_regrole('invigil_platform_app') IS NULL THEN RETURN; END IF;
  FOR target IN
    SELECT tablename AS name FROM pg_policies
    WHERE schemaname = 'public' AND policyname = 'tenant_scope' AND NOT 'invigil_platform_app' = ANY (roles)
      AND NOT tablename = ANY (closed)
  LOOP
    EXECUTE format('ALTER POLICY tenant_scope ON public.%I TO invigil_app, invigil_platform_app', target.name);
    EXECUTE format('GRANT SELECT ON public.%I TO invigil_platform_app', target.name);
    IF NOT target.name = ANY (readable) THEN
      EXECUTE format('GRANT INSERT, UPDATE, DELETE ON public.%I TO invigil_platform_app', target.name);
    END IF;
  END LOOP;
  GRANT USAGE ON SCHEMA public TO invigil_platform_app;
  GRANT USAGE ON SEQUENCE public.candidate_number TO invigil_platform_app;
  IF to_regrole('invigil_recorder') IS NULL
    OR (SELECT proowner = to_regrole('invigil_recorder') FROM pg_proc WHERE oid = 'public.invigil_record(text,text,text,uuid,jsonb)'::regprocedure)
  THEN RETURN; END IF;
  GRANT USAGE ON SCHEMA public, audit TO invigil_recorder;
  GRANT INSERT ON audit.entry, audit.content TO invigil_recorder;
  CREATE POLICY recorder_scope ON audit.entry FOR INSERT TO invigil_recorder WITH CHECK (actor_kind = 'platform-app' AND actor_id IS NULL AND session_id IS NULL);
  CREATE POLICY recorder_scope ON audit.content FOR INSERT TO invigil_recorder WITH CHECK (true);
  GRANT EXECUTE ON FUNCTION public.invigil_record(text, text, text, uuid, jsonb) TO invigil_platform_app;
  GRANT CREATE ON SCHEMA public TO invigil_recorder;
  ALTER FUNCTION public.invigil_record(text, text, text, uuid, jsonb) OWNER TO invigil_recorder;
  REVOKE CREATE ON SCHEMA public FROM invigil_recorder;
END
$$;
REVOKE ALL ON FUNCTION public.invigil_admit_platform_app() FROM PUBLIC;

-- A tenant's table of a later migration lets the applications in with the same call as before.
CREATE OR REPLACE FUNCTION public.invigil_protect(target regclass, tenant_column name DEFAULT 'college_id') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  scope text := format('%I = any ((select nullif(current_setting(''app.college_ids'', true), '''')::uuid[])::uuid[])', tenant_column);
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

SELECT public.invigil_admit_platform_app();
