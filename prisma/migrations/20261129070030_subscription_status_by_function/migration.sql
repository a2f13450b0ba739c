-- A reference table of Citus may have no triggers. The machine is kept by the only way in: no runtime role may update the
-- column, and the function that does it knows the legal moves.
DROP TRIGGER subscription_status_machine ON public."college";

CREATE FUNCTION public.set_subscription_status(tenant uuid, state text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  was text;
BEGIN
  -- It runs as the owner, whom no policy holds: what the caller may reach is asked here, as the policies do.
  IF current_setting('role') <> 'invigil_platform'
    AND NOT coalesce(tenant = ANY (nullif(current_setting('app.college_ids', true), '')::uuid[]), false)
  THEN
    RAISE EXCEPTION 'this college is not in app.college_ids' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT c.subscription_status INTO was
  FROM public.college c
  WHERE c.id = tenant
  FOR UPDATE;
  IF was IS DISTINCT FROM state AND NOT EXISTS (
    SELECT 1
    FROM console.state_transition t
    WHERE t.machine = 'college.subscription_status' AND t.from_state = was AND t.to_state = state
  ) THEN
    RAISE EXCEPTION 'a college can''t go from % to %', was, state
      USING ERRCODE = 'IV001', CONSTRAINT = 'college_subscription_status_machine';
  END IF;
  UPDATE public.college SET subscription_status = state WHERE id = tenant;
  RETURN was;
END
$$;
REVOKE ALL ON FUNCTION public.set_subscription_status(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.set_subscription_status(uuid, text) TO invigil_app, invigil_platform;

REVOKE UPDATE ON public."college" FROM invigil_app, invigil_platform;
DO $$
BEGIN
  EXECUTE (
    SELECT format('GRANT UPDATE (%s) ON public."college" TO invigil_app, invigil_platform', string_agg(quote_ident(attname), ', '))
    FROM pg_attribute
    WHERE attrelid = 'public."college"'::regclass
      AND attnum > 0
      AND NOT attisdropped
      AND attname <> 'subscription_status'
  );
END
$$;
