-- pg_monitor does not cover sequences: without this their last value is NULL to the observer, also in ones made later.
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public, console, audit, telemetry TO invigil_observer;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON SEQUENCES TO invigil_observer;
ALTER DEFAULT PRIVILEGES IN SCHEMA console GRANT SELECT ON SEQUENCES TO invigil_observer;
ALTER DEFAULT PRIVILEGES IN SCHEMA audit GRANT SELECT ON SEQUENCES TO invigil_observer;
ALTER DEFAULT PRIVILEGES IN SCHEMA telemetry GRANT SELECT ON SEQUENCES TO invigil_observer;

-- How wide the values of each column are. pg_stats would show samples of the values too, and only to those who may read
-- the column: this shows no value of anybody, so the observer may have it for its estimate of index bloat.
CREATE FUNCTION telemetry.column_width() RETURNS TABLE (relation oid, number smallint, width integer, nulls real)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.oid, a.attnum, s.avg_width, s.null_frac
  FROM pg_stats s
  JOIN pg_namespace n ON n.nspname = s.schemaname
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.tablename
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = s.attname
  WHERE NOT s.inherited
$$;
REVOKE ALL ON FUNCTION telemetry.column_width() FROM PUBLIC;
GRANT USAGE ON SCHEMA telemetry TO invigil_observer;
GRANT EXECUTE ON FUNCTION telemetry.column_width() TO invigil_observer;
