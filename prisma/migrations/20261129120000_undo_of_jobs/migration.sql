-- What an import or a bulk action wrote, for a week: so that it can be taken back, sparing what was changed since.
CREATE TABLE console.change_set (
  job_id uuid NOT NULL,
  resource text NOT NULL,
  act text NOT NULL,
  undo_job_id uuid,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT change_set_pkey PRIMARY KEY (job_id)
);

-- A row that was created has its version alone; one that was changed has the changed fields, as they were and as they became.
CREATE TABLE console.change_row (
  job_id uuid NOT NULL,
  row_id uuid NOT NULL,
  college_id uuid NOT NULL,
  version text,
  before jsonb,
  after jsonb,
  outcome text,
  reason text,
  CONSTRAINT change_row_pkey PRIMARY KEY (job_id, row_id),
  CONSTRAINT change_row_job_id_fkey FOREIGN KEY (job_id) REFERENCES console.change_set (job_id) ON DELETE CASCADE,
  CONSTRAINT change_row_kind_check CHECK ((version IS NULL) = (before IS NOT NULL) AND (before IS NULL) = (after IS NULL)),
  CONSTRAINT change_row_outcome_check CHECK (outcome IN ('UNDONE', 'CONFLICT'))
);
