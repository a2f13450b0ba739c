-- How long each kind of data is kept. Of a tenant, or of the installation where it names none; without a row it is kept.
CREATE TABLE console.retention_period (
  id uuid NOT NULL,
  kind text NOT NULL,
  college_id uuid,
  days int NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT retention_period_pkey PRIMARY KEY (id),
  CONSTRAINT retention_period_days_check CHECK (days BETWEEN 0 AND 36500)
);
CREATE UNIQUE INDEX retention_period_kind_college_id_key ON console.retention_period (kind, college_id) NULLS NOT DISTINCT;

-- What a night's run did, a line for each kind.
CREATE TABLE console.retention_run (
  id uuid NOT NULL,
  kind text NOT NULL,
  started_at timestamptz(3) NOT NULL,
  finished_at timestamptz(3),
  row_count bigint NOT NULL DEFAULT 0,
  more boolean NOT NULL DEFAULT false,
  error text,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT retention_run_pkey PRIMARY KEY (id)
);
-- the last runs
CREATE INDEX retention_run_started_at_id_idx ON console.retention_run (started_at, id);
