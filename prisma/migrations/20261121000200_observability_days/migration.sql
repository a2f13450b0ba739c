-- Statements summed over a day: a month of the costliest ones, and the month before it, are some thousand rows.
CREATE TABLE telemetry.statement_1d (LIKE telemetry.statement INCLUDING DEFAULTS) PARTITION BY RANGE (at);
CREATE INDEX statement_1d_idx ON telemetry.statement_1d (target, at);
CREATE INDEX statement_1d_query_idx ON telemetry.statement_1d (query_id, at);
GRANT SELECT, INSERT, UPDATE, DELETE ON telemetry.statement_1d TO invigil_app, invigil_platform;

-- Days are made of the hours that are there already, so their months must be there too.
SELECT public.ensure_partitions('telemetry.statement_1d', interval '1 month',
  least(coalesce((SELECT min(at) FROM telemetry.statement_1h), now()), now() - interval '1 month'), now() + interval '1 month');
