-- What the collector samples, and what it says about it. Raw samples stay a day, five-minute sums a month, hourly ones
-- thirteen months; each is partitioned by time, so that forgetting is a DROP and never a DELETE.

-- ── Active-session samples: one row per second and kind of work, `n` sessions doing it ───────────────────────────────
CREATE TABLE telemetry.load (
  at timestamptz NOT NULL,
  target text NOT NULL,
  wait_class text NOT NULL,
  wait_event text NOT NULL,
  query_id bigint,
  tenant text,
  username text,
  app text,
  n int NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX load_at_idx ON telemetry.load (target, at);

-- The second itself: how many sessions there were in which state. Its rows are the denominator of every average.
CREATE TABLE telemetry.tick (
  at timestamptz NOT NULL,
  target text NOT NULL,
  ticks int NOT NULL DEFAULT 1,
  total int NOT NULL,
  active int NOT NULL,
  idle int NOT NULL,
  idle_in_transaction int NOT NULL,
  lock_waiting int NOT NULL,
  longest_query_ms bigint NOT NULL,
  longest_transaction_ms bigint NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX tick_at_idx ON telemetry.tick (target, at);

-- ── Statements: what happened between two samples, never a running total ─────────────────────────────────────────────
CREATE TABLE telemetry.statement (
  at timestamptz NOT NULL,
  target text NOT NULL,
  query_id bigint NOT NULL,
  seconds double precision NOT NULL,
  calls bigint NOT NULL,
  total_ms double precision NOT NULL,
  rows bigint NOT NULL,
  blocks_hit bigint NOT NULL,
  blocks_read bigint NOT NULL,
  io_ms double precision NOT NULL,
  temp_blocks bigint NOT NULL,
  wal_bytes bigint NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX statement_at_idx ON telemetry.statement (target, at);
CREATE INDEX statement_query_idx ON telemetry.statement (query_id, at);

-- Fetched once by id; literals are masked before they come here.
CREATE TABLE telemetry.query_text (
  query_id bigint PRIMARY KEY,
  text text NOT NULL,
  first_seen timestamptz NOT NULL DEFAULT now()
);

-- ── Relations: gauges, and the work between two samples; rows only where something changed ───────────────────────────
CREATE TABLE telemetry.table_stat (
  at timestamptz NOT NULL,
  target text NOT NULL,
  name text NOT NULL,
  bytes bigint NOT NULL,
  live bigint NOT NULL,
  dead bigint NOT NULL,
  seq_scans bigint NOT NULL,
  seq_rows bigint NOT NULL,
  idx_scans bigint NOT NULL,
  inserted bigint NOT NULL,
  updated bigint NOT NULL,
  hot_updated bigint NOT NULL,
  deleted bigint NOT NULL,
  heap_hit bigint NOT NULL,
  heap_read bigint NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX table_stat_name_idx ON telemetry.table_stat (name, at);
CREATE TABLE telemetry.index_stat (
  at timestamptz NOT NULL,
  target text NOT NULL,
  name text NOT NULL,
  table_name text NOT NULL,
  bytes bigint NOT NULL,
  scans bigint NOT NULL,
  rows_read bigint NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX index_stat_name_idx ON telemetry.index_stat (name, at);

-- ── Everything that is one number with a name: rates of databases, io, wal; lag, slots, sizes, ages ──────────────────
CREATE TABLE telemetry.metric (
  at timestamptz NOT NULL,
  target text NOT NULL,
  name text NOT NULL,
  label text NOT NULL DEFAULT '',
  value double precision NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX metric_name_idx ON telemetry.metric (name, target, at);

-- ── Sums over a minute, five minutes and an hour: the same shapes, so that one query serves every range ──────────────
CREATE TABLE telemetry.load_1m (LIKE telemetry.load INCLUDING DEFAULTS) PARTITION BY RANGE (at);
CREATE TABLE telemetry.load_5m (LIKE telemetry.load INCLUDING DEFAULTS) PARTITION BY RANGE (at);
CREATE TABLE telemetry.load_1h (LIKE telemetry.load INCLUDING DEFAULTS) PARTITION BY RANGE (at);
CREATE INDEX load_1m_idx ON telemetry.load_1m (target, at);
CREATE INDEX load_5m_idx ON telemetry.load_5m (target, at);
CREATE INDEX load_1h_idx ON telemetry.load_1h (target, at);
CREATE TABLE telemetry.tick_1m (LIKE telemetry.tick INCLUDING DEFAULTS) PARTITION BY RANGE (at);
CREATE TABLE telemetry.tick_5m (LIKE telemetry.tick INCLUDING DEFAULTS) PARTITION BY RANGE (at);
CREATE TABLE telemetry.tick_1h (LIKE telemetry.tick INCLUDING DEFAULTS) PARTITION BY RANGE (at);
CREATE INDEX tick_1m_idx ON telemetry.tick_1m (target, at);
CREATE INDEX tick_5m_idx ON telemetry.tick_5m (target, at);
CREATE INDEX tick_1h_idx ON telemetry.tick_1h (target, at);
CREATE TABLE telemetry.statement_5m (LIKE telemetry.statement INCLUDING DEFAULTS) PARTITION BY RANGE (at);
CREATE TABLE telemetry.statement_1h (LIKE telemetry.statement INCLUDING DEFAULTS) PARTITION BY RANGE (at);
CREATE INDEX statement_5m_idx ON telemetry.statement_5m (target, at);
CREATE INDEX statement_5m_query_idx ON telemetry.statement_5m (query_id, at);
CREATE INDEX statement_1h_idx ON telemetry.statement_1h (target, at);
CREATE INDEX statement_1h_query_idx ON telemetry.statement_1h (query_id, at);
CREATE TABLE telemetry.metric_5m (LIKE telemetry.metric INCLUDING DEFAULTS, highest double precision NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE telemetry.metric_1h (LIKE telemetry.metric INCLUDING DEFAULTS, highest double precision NOT NULL) PARTITION BY RANGE (at);
CREATE INDEX metric_5m_idx ON telemetry.metric_5m (name, target, at);
CREATE INDEX metric_1h_idx ON telemetry.metric_1h (name, target, at);
CREATE TABLE telemetry.table_stat_1h (LIKE telemetry.table_stat INCLUDING DEFAULTS) PARTITION BY RANGE (at);
CREATE INDEX table_stat_1h_idx ON telemetry.table_stat_1h (name, at);
CREATE TABLE telemetry.index_stat_1h (LIKE telemetry.index_stat INCLUDING DEFAULTS) PARTITION BY RANGE (at);
CREATE INDEX index_stat_1h_idx ON telemetry.index_stat_1h (name, at);

-- Until when each roll-up has been made.
CREATE TABLE telemetry.rollup (
  name text PRIMARY KEY,
  until timestamptz NOT NULL
);

-- A batch that was written is never written again, also when it comes back from the spool.
CREATE TABLE telemetry.batch (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now()
);

-- ── What happened, rather than how much ──────────────────────────────────────────────────────────────────────────────
-- A setting that changed, a restart, a promotion, statistics reset, a migration, a server gone and back.
CREATE TABLE telemetry.event (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL,
  target text NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  before text,
  after text
);
CREATE INDEX event_at_idx ON telemetry.event (at);
CREATE TABLE telemetry.setting (
  target text NOT NULL,
  name text NOT NULL,
  value text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (target, name)
);

-- Who blocked whom, from the first second to the last. `tree` is the widest it was.
CREATE TABLE telemetry.lock_episode (
  id uuid PRIMARY KEY,
  target text NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  root_pid int NOT NULL,
  root_backend_start timestamptz NOT NULL,
  root_app text,
  root_tenant text,
  root_username text,
  root_state text,
  root_query text,
  relation text,
  mode text,
  most_waiting int NOT NULL,
  tree jsonb NOT NULL
);
CREATE INDEX lock_episode_started_idx ON telemetry.lock_episode (started_at);

-- The console's own pools, written by each of its processes.
CREATE TABLE telemetry.pool (
  at timestamptz NOT NULL,
  process text NOT NULL,
  pool text NOT NULL,
  max int NOT NULL,
  total int NOT NULL,
  idle int NOT NULL,
  waiting int NOT NULL,
  wait_ms double precision NOT NULL,
  acquired bigint NOT NULL,
  errors bigint NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX pool_at_idx ON telemetry.pool (at);

-- Slow calls of the console's own verbs.
CREATE TABLE telemetry.slow_call (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL,
  process text NOT NULL,
  verb text NOT NULL,
  tenant text,
  request_id text NOT NULL,
  ms int NOT NULL,
  failed boolean NOT NULL
);
CREATE INDEX slow_call_at_idx ON telemetry.slow_call (at);

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA telemetry TO invigil_app, invigil_platform;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['load', 'tick', 'statement', 'table_stat', 'index_stat', 'metric', 'pool', 'load_1m', 'tick_1m'] LOOP
    PERFORM public.ensure_partitions(('telemetry.' || name)::regclass, interval '1 day', now() - interval '1 day', now() + interval '2 days');
  END LOOP;
  FOREACH name IN ARRAY ARRAY['load_5m', 'tick_5m', 'statement_5m', 'metric_5m', 'load_1h', 'tick_1h', 'statement_1h', 'metric_1h', 'table_stat_1h', 'index_stat_1h'] LOOP
    PERFORM public.ensure_partitions(('telemetry.' || name)::regclass, interval '1 month', now() - interval '1 month', now() + interval '1 month');
  END LOOP;
END
$$;

-- ── Alerts, incidents, notifications ─────────────────────────────────────────────────────────────────────────────────
-- A rule is written once, in code; a row here only says what somebody changed about it.
CREATE TABLE console.alert_rule (
  id uuid NOT NULL,
  key text NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  threshold double precision,
  clear_at double precision,
  for_seconds int,
  severity text,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT alert_rule_pkey PRIMARY KEY (id),
  CONSTRAINT alert_rule_severity_check CHECK (severity IN ('INFO', 'WARNING', 'CRITICAL')),
  CONSTRAINT alert_rule_for_check CHECK (for_seconds BETWEEN 0 AND 86400)
);
CREATE UNIQUE INDEX alert_rule_key_key ON console.alert_rule (key);

CREATE TABLE console.incident (
  id uuid NOT NULL,
  number serial NOT NULL,
  title text NOT NULL,
  cause text NOT NULL,
  rule text,
  target text NOT NULL,
  severity text NOT NULL DEFAULT 'CRITICAL',
  state text NOT NULL DEFAULT 'OPEN',
  from_at timestamptz(3) NOT NULL,
  to_at timestamptz(3),
  link text,
  facts jsonb NOT NULL DEFAULT '{}',
  declared_by uuid,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT incident_pkey PRIMARY KEY (id),
  CONSTRAINT incident_state_check CHECK (state IN ('OPEN', 'RESOLVED')),
  CONSTRAINT incident_severity_check CHECK (severity IN ('INFO', 'WARNING', 'CRITICAL')),
  CONSTRAINT incident_order_check CHECK (to_at IS NULL OR to_at >= from_at),
  CONSTRAINT incident_resolved_check CHECK ((state = 'RESOLVED') = (to_at IS NOT NULL))
);
CREATE UNIQUE INDEX incident_number_key ON console.incident (number);
CREATE INDEX incident_from_at_id_idx ON console.incident (from_at, id);
GRANT USAGE ON SEQUENCE console.incident_number_seq TO invigil_app, invigil_platform;

CREATE TABLE console.incident_note (
  id uuid NOT NULL,
  incident_id uuid NOT NULL,
  at timestamptz(3) NOT NULL,
  author text NOT NULL,
  text text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT incident_note_pkey PRIMARY KEY (id),
  CONSTRAINT incident_note_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES console.incident (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX incident_note_incident_id_at_idx ON console.incident_note (incident_id, at);

CREATE TABLE console.alert_episode (
  id uuid NOT NULL,
  rule text NOT NULL,
  target text NOT NULL,
  label text NOT NULL DEFAULT '',
  severity text NOT NULL,
  state text NOT NULL DEFAULT 'FIRING',
  since timestamptz(3) NOT NULL,
  fired_at timestamptz(3) NOT NULL,
  resolved_at timestamptz(3),
  value double precision NOT NULL,
  worst double precision NOT NULL,
  says text NOT NULL,
  acknowledged_by uuid,
  acknowledged_at timestamptz(3),
  incident_id uuid,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT alert_episode_pkey PRIMARY KEY (id),
  CONSTRAINT alert_episode_state_check CHECK (state IN ('FIRING', 'RESOLVED')),
  CONSTRAINT alert_episode_severity_check CHECK (severity IN ('INFO', 'WARNING', 'CRITICAL')),
  CONSTRAINT alert_episode_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES console.incident (id) ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE INDEX alert_episode_fired_at_id_idx ON console.alert_episode (fired_at, id);
CREATE INDEX alert_episode_incident_id_idx ON console.alert_episode (incident_id);
-- Two collectors that overlap for a moment can't both open the same episode.
CREATE UNIQUE INDEX alert_episode_open_key ON console.alert_episode (rule, target, label) WHERE state = 'FIRING';

CREATE TABLE console.alert_silence (
  id uuid NOT NULL,
  rule text NOT NULL,
  target text,
  reason text NOT NULL,
  until timestamptz(3) NOT NULL,
  staff_id uuid,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT alert_silence_pkey PRIMARY KEY (id)
);
CREATE INDEX alert_silence_until_idx ON console.alert_silence (until);

CREATE TABLE console.notification_target (
  id uuid NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  address text NOT NULL,
  min_severity text NOT NULL DEFAULT 'WARNING',
  enabled boolean NOT NULL DEFAULT true,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT notification_target_pkey PRIMARY KEY (id),
  CONSTRAINT notification_target_kind_check CHECK (kind IN ('WEBHOOK', 'EMAIL')),
  CONSTRAINT notification_target_severity_check CHECK (min_severity IN ('INFO', 'WARNING', 'CRITICAL'))
);

CREATE TABLE console.notification_delivery (
  id uuid NOT NULL,
  target_id uuid NOT NULL,
  event text NOT NULL,
  subject text NOT NULL,
  body jsonb NOT NULL,
  state text NOT NULL DEFAULT 'PENDING',
  attempts int NOT NULL DEFAULT 0,
  next_attempt_at timestamptz(3) NOT NULL,
  sent_at timestamptz(3),
  error text,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT notification_delivery_pkey PRIMARY KEY (id),
  CONSTRAINT notification_delivery_state_check CHECK (state IN ('PENDING', 'SENT', 'FAILED')),
  CONSTRAINT notification_delivery_target_id_fkey FOREIGN KEY (target_id) REFERENCES console.notification_target (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX notification_delivery_state_next_attempt_at_idx ON console.notification_delivery (state, next_attempt_at);
CREATE INDEX notification_delivery_target_id_idx ON console.notification_delivery (target_id);

CREATE TABLE console.finding_mute (
  id uuid NOT NULL,
  finding text NOT NULL,
  subject text NOT NULL DEFAULT '',
  reason text NOT NULL,
  until timestamptz(3) NOT NULL,
  staff_id uuid,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT finding_mute_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX finding_mute_finding_subject_key ON console.finding_mute (finding, subject);

-- The observer says which migration came when ("what changed since").
GRANT SELECT ON public._prisma_migrations TO invigil_observer;
