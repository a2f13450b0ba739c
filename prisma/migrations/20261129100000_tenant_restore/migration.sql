-- One tenant as it was at a moment, beside today: what differs, what of it was put back, and what was there before.
CREATE TABLE console.restore_comparison (
  id uuid NOT NULL,
  college_id uuid NOT NULL,
  moment timestamptz(3) NOT NULL,
  reason text NOT NULL,
  state text NOT NULL DEFAULT 'QUEUED',
  by_staff uuid,
  by_whom text NOT NULL,
  job_id uuid,
  backup_id uuid,
  compared_at timestamptz(3),
  summary jsonb NOT NULL DEFAULT '[]',
  notes jsonb NOT NULL DEFAULT '[]',
  phases jsonb NOT NULL DEFAULT '[]',
  error text,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  finished_at timestamptz(3),
  CONSTRAINT restore_comparison_pkey PRIMARY KEY (id),
  CONSTRAINT restore_comparison_state_check CHECK (state IN ('QUEUED', 'RUNNING', 'READY', 'FAILED', 'EXPIRED')),
  CONSTRAINT restore_comparison_reason_check CHECK (char_length(reason) BETWEEN 1 AND 500)
);
CREATE INDEX restore_comparison_created_at_idx ON console.restore_comparison (created_at);

CREATE TABLE console.restore_run (
  id uuid NOT NULL,
  comparison_id uuid NOT NULL,
  kind text NOT NULL,
  undoes uuid,
  choice jsonb NOT NULL DEFAULT '{}',
  reason text NOT NULL,
  state text NOT NULL DEFAULT 'QUEUED',
  by_staff uuid,
  by_whom text NOT NULL,
  job_id uuid,
  checksums jsonb,
  proof jsonb,
  error text,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  finished_at timestamptz(3),
  CONSTRAINT restore_run_pkey PRIMARY KEY (id),
  CONSTRAINT restore_run_comparison_id_fkey FOREIGN KEY (comparison_id) REFERENCES console.restore_comparison (id)
    ON DELETE CASCADE,
  CONSTRAINT restore_run_undoes_fkey FOREIGN KEY (undoes) REFERENCES console.restore_run (id) ON DELETE CASCADE,
  CONSTRAINT restore_run_kind_check CHECK (kind IN ('PUT', 'UNDO') AND (kind = 'UNDO') = (undoes IS NOT NULL)),
  CONSTRAINT restore_run_state_check CHECK (state IN ('QUEUED', 'RUNNING', 'DONE', 'FAILED')),
  CONSTRAINT restore_run_reason_check CHECK (char_length(reason) BETWEEN 1 AND 500)
);
CREATE INDEX restore_run_comparison_id_idx ON console.restore_run (comparison_id);
CREATE INDEX restore_run_undoes_idx ON console.restore_run (undoes);
-- One at a time: two would each believe that what they saw is still so.
CREATE UNIQUE INDEX restore_run_open_key ON console.restore_run (comparison_id) WHERE state IN ('QUEUED', 'RUNNING');

CREATE TABLE console.restore_unit (
  id uuid NOT NULL,
  run_id uuid NOT NULL,
  name text NOT NULL,
  state text NOT NULL,
  rows integer NOT NULL DEFAULT 0,
  spared integer NOT NULL DEFAULT 0,
  transaction_id text,
  note text,
  at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT restore_unit_pkey PRIMARY KEY (id),
  CONSTRAINT restore_unit_run_id_fkey FOREIGN KEY (run_id) REFERENCES console.restore_run (id) ON DELETE CASCADE,
  CONSTRAINT restore_unit_state_check CHECK (state IN ('DONE', 'REFUSED'))
);
-- A unit is done once in each run: a run that was cut off goes on after the last one.
CREATE UNIQUE INDEX restore_unit_run_id_name_key ON console.restore_unit (run_id, name);

CREATE TABLE console.restore_difference (
  comparison_id uuid NOT NULL,
  table_name text NOT NULL,
  row_id uuid NOT NULL,
  kind text NOT NULL,
  person_id uuid,
  exam_id uuid,
  columns text[] NOT NULL DEFAULT '{}',
  then_row jsonb,
  now_row jsonb,
  put_row jsonb,
  conflict text,
  state text NOT NULL DEFAULT 'OPEN',
  unit text,
  run_id uuid,
  CONSTRAINT restore_difference_pkey PRIMARY KEY (comparison_id, table_name, row_id),
  CONSTRAINT restore_difference_comparison_id_fkey FOREIGN KEY (comparison_id)
    REFERENCES console.restore_comparison (id) ON DELETE CASCADE,
  CONSTRAINT restore_difference_kind_check CHECK (kind IN ('MISSING', 'CHANGED', 'ADDED')),
  CONSTRAINT restore_difference_state_check CHECK (
    state IN ('NEVER', 'OPEN', 'CHOSEN', 'PUT', 'SPARED', 'REFUSED', 'UNDONE', 'KEPT')
  )
);
CREATE INDEX restore_difference_run_id_unit_idx ON console.restore_difference (run_id, unit);
CREATE INDEX restore_difference_comparison_id_person_id_idx ON console.restore_difference (comparison_id, person_id);
CREATE INDEX restore_difference_comparison_id_exam_id_idx ON console.restore_difference (comparison_id, exam_id);
