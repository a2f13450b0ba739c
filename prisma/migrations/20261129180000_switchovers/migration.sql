-- Each time somebody asked for another primary: who, why, what was running, who agreed, and what came of it.
CREATE TABLE console.switchover (
  id uuid NOT NULL,
  leader text NOT NULL,
  candidate text NOT NULL,
  reason text NOT NULL,
  state text NOT NULL,
  live_exams int NOT NULL,
  sitting int NOT NULL,
  asked_by uuid NOT NULL,
  asked_name text NOT NULL,
  asked_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  agreed_by uuid,
  agreed_name text,
  began_at timestamptz(3),
  ended_at timestamptz(3),
  timeline_before int,
  timeline_after int,
  outcome text,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT switchover_pkey PRIMARY KEY (id),
  CONSTRAINT switchover_state_check
    CHECK (state IN ('WAITING', 'RUNNING', 'DONE', 'FAILED', 'NOT_KNOWN', 'WITHDRAWN', 'EXPIRED')),
  -- Two people, not one twice.
  CONSTRAINT switchover_agreed_by_check CHECK (agreed_by <> asked_by)
);
-- One at a time.
CREATE UNIQUE INDEX switchover_open_key ON console.switchover ((true)) WHERE state IN ('WAITING', 'RUNNING');
-- the last ones
CREATE INDEX switchover_asked_at_id_idx ON console.switchover (asked_at, id);
