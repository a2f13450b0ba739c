-- What a decision rested on, as it was when it was made. Written with the decision, and never changed.
CREATE TABLE public."review_statement" (
  id uuid NOT NULL,
  college_id uuid NOT NULL,
  review_id uuid NOT NULL,
  decision_id uuid NOT NULL,
  body jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "review_statement_pkey" PRIMARY KEY (id, college_id),
  CONSTRAINT "review_statement_college_id_fkey" FOREIGN KEY (college_id) REFERENCES public."college" (id) ON DELETE RESTRICT,
  CONSTRAINT "review_statement_review_id_college_id_fkey" FOREIGN KEY (review_id, college_id) REFERENCES public."review" (id, college_id) ON DELETE CASCADE,
  CONSTRAINT "review_statement_decision_id_college_id_fkey" FOREIGN KEY (decision_id, college_id) REFERENCES public."review_decision" (id, college_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX "review_statement_decision_id_college_id_key" ON public."review_statement" (decision_id, college_id);
-- the statement of one review
CREATE INDEX "review_statement_college_id_review_id_id_idx" ON public."review_statement" (college_id, review_id, id);
CREATE INDEX "review_statement_college_id_id_idx" ON public."review_statement" (college_id, id);

-- Tables that the applications may read or not even that. A later list replaces this one.
CREATE OR REPLACE FUNCTION public.invigil_admit_platform_app() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  readable CONSTANT text[] := ARRAY['college', 'subscription', 'review', 'appeal', 'result_hold', 'exam_analysis', 'forecast', 'incident_time',
    'answer_version', 'collusion_pair'];
  closed CONSTANT text[] := ARRAY['api_key', 'declared_conflict', 'platform_identifier', 'review_decision', 'review_statement'];
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

SELECT public.invigil_protect('public."review_statement"');
REVOKE UPDATE, DELETE ON public."review_statement" FROM invigil_app, invigil_platform;
