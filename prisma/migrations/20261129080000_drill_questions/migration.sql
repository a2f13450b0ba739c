-- What the owner of the data asks of a restored copy: one number each, and what it should be.
CREATE TABLE console.drill_question (
  id uuid NOT NULL,
  name text NOT NULL,
  sql text NOT NULL,
  min_value double precision,
  max_value double precision,
  enabled boolean NOT NULL DEFAULT true,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT drill_question_pkey PRIMARY KEY (id),
  CONSTRAINT drill_question_length_check CHECK (char_length(name) BETWEEN 1 AND 80 AND char_length(sql) BETWEEN 1 AND 4000),
  CONSTRAINT drill_question_range_check CHECK (
    (min_value IS NOT NULL OR max_value IS NOT NULL) AND (min_value IS NULL OR max_value IS NULL OR min_value <= max_value)
  )
);
CREATE UNIQUE INDEX drill_question_name_key ON console.drill_question (name);

ALTER TABLE console.backup_check ADD COLUMN questions jsonb NOT NULL DEFAULT '[]';

-- The reader answers the questions. It sees every tenant's rows and nothing of the console; what lets someone in as a student
-- or as a machine is closed to it too, since a number can spell out any text.
DO $$
DECLARE
  target record;
BEGIN
  FOR target IN
    SELECT
      c.oid::regclass AS name,
      string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
        FILTER (WHERE a.attname !~ '(hash|secret|^(refresh|access|id)_token)$') AS shown
    FROM pg_class c
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace
      AND c.relkind IN ('r', 'p')
      AND has_table_privilege('invigil_reader', c.oid, 'SELECT')
    GROUP BY c.oid
    HAVING bool_or(a.attname ~ '(hash|secret|^(refresh|access|id)_token)$')
  LOOP
    EXECUTE format('REVOKE SELECT ON %s FROM invigil_reader', target.name);
    EXECUTE format('GRANT SELECT (%s) ON %s TO invigil_reader', target.shown, target.name);
  END LOOP;
END
$$;

-- Runs as the reader, for whoever calls it. PostgreSQL refuses a change of role inside such a function, so a statement can't
-- climb back to its caller; a cursor takes one statement only; and the caller must have made the transaction read-only.
-- At most two rows come back: more than one is a mistake already.
CREATE FUNCTION public.invigil_ask_question(question text)
RETURNS TABLE (row_no integer, column_no integer, kind text, value text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  answers refcursor;
  answer record;
BEGIN
  IF current_setting('transaction_read_only') <> 'on' THEN
    RAISE EXCEPTION 'a drill question is asked in a read-only transaction' USING ERRCODE = 'read_only_sql_transaction';
  END IF;
  OPEN answers NO SCROLL FOR EXECUTE question;
  FOR n IN 1..2 LOOP
    FETCH answers INTO answer;
    EXIT WHEN NOT FOUND;
    RETURN QUERY
      SELECT n, coalesce(e.at, 0)::integer, json_typeof(e.value), left(e.value #>> '{}', 100)
      FROM (VALUES (1)) AS one (row)
        LEFT JOIN json_each(row_to_json(answer)) WITH ORDINALITY AS e (key, value, at) ON true;
  END LOOP;
  CLOSE answers;
END
$$;
REVOKE ALL ON FUNCTION public.invigil_ask_question(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.invigil_ask_question(text) TO invigil_app, invigil_platform;
GRANT CREATE ON SCHEMA public TO invigil_reader;
ALTER FUNCTION public.invigil_ask_question(text) OWNER TO invigil_reader;
REVOKE CREATE ON SCHEMA public FROM invigil_reader;
