-- What proves who a member of staff is can be written by the console's roles and no longer read out of a table by them. They
-- ask for one person's, or for the row that a token belongs to; nothing lists them.

-- Called again by a later migration that gives such a table a new column: columns are granted one by one.
CREATE FUNCTION console.hide_columns(target regclass, VARIADIC hidden name[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  shown text := (
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
    FROM pg_attribute
    WHERE attrelid = target AND attnum > 0 AND NOT attisdropped AND NOT attname = ANY (hidden)
  );
BEGIN
  EXECUTE format('REVOKE SELECT ON %s FROM invigil_app, invigil_platform', target);
  EXECUTE format('GRANT SELECT (%s) ON %s TO invigil_app, invigil_platform', shown, target);
END
$$;
REVOKE ALL ON FUNCTION console.hide_columns(regclass, name[]) FROM PUBLIC;

SELECT console.hide_columns('console.staff', 'password_hash', 'totp_secret');
SELECT console.hide_columns('console.staff_session', 'token_hash');
SELECT console.hide_columns('console.staff_token', 'token_hash');
SELECT console.hide_columns('console.staff_recovery_code', 'code_hash');

CREATE FUNCTION console.session_of(token_hash text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT s.id FROM console.staff_session s WHERE s.token_hash = session_of.token_hash
$$;

CREATE FUNCTION console.reset_link_of(token_hash text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.id FROM console.staff_token t WHERE t.token_hash = reset_link_of.token_hash AND t.purpose = 'RESET'
$$;

CREATE FUNCTION console.recovery_code_of(staff_id uuid, code_hash text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT c.id
  FROM console.staff_recovery_code c
  WHERE c.staff_id = recovery_code_of.staff_id AND c.code_hash = recovery_code_of.code_hash AND c.used_at IS NULL
  LIMIT 1
$$;

CREATE FUNCTION console.staff_password_hash(staff_id uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT s.password_hash FROM console.staff s WHERE s.id = staff_id
$$;

CREATE FUNCTION console.staff_has_password(staff_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT s.password_hash IS NOT NULL FROM console.staff s WHERE s.id = staff_id
$$;

CREATE FUNCTION console.staff_totp_secret(staff_id uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT s.totp_secret FROM console.staff s WHERE s.id = staff_id
$$;

REVOKE ALL ON FUNCTION
  console.session_of(text),
  console.reset_link_of(text),
  console.recovery_code_of(uuid, text),
  console.staff_password_hash(uuid),
  console.staff_has_password(uuid),
  console.staff_totp_secret(uuid)
FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  console.session_of(text),
  console.reset_link_of(text),
  console.recovery_code_of(uuid, text),
  console.staff_password_hash(uuid),
  console.staff_has_password(uuid),
  console.staff_totp_secret(uuid)
TO invigil_app, invigil_platform;
