-- The tree over the log (RFC 6962): a leaf for each entry, every complete node above it, and each signed head.
CREATE TABLE audit.leaf (
  index bigint PRIMARY KEY,
  entry_id uuid NOT NULL,
  at timestamptz(3) NOT NULL,
  hash bytea NOT NULL,
  sequenced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX leaf_entry_idx ON audit.leaf (entry_id);
CREATE TABLE audit.node (
  level smallint NOT NULL,
  index bigint NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (level, index)
);
CREATE TABLE audit.checkpoint (
  size bigint PRIMARY KEY,
  at timestamptz NOT NULL,
  note text NOT NULL
);
-- After a legitimate restore: from where to where, why and by whom, signed like a head.
CREATE TABLE audit.epoch (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL,
  note text NOT NULL
);
CREATE TABLE audit.verification (
  id uuid PRIMARY KEY,
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL,
  size bigint NOT NULL,
  ok boolean NOT NULL,
  findings jsonb NOT NULL,
  by_whom text NOT NULL
);
GRANT SELECT, INSERT ON audit.leaf, audit.node, audit.checkpoint, audit.epoch TO invigil_sequencer;
GRANT SELECT ON audit.leaf, audit.node, audit.checkpoint, audit.epoch, audit.verification TO invigil_app, invigil_platform;
GRANT INSERT ON audit.verification TO invigil_app, invigil_platform;
GRANT SELECT ON audit.verification, audit.content TO invigil_sequencer;
CREATE POLICY sequencer_scope ON audit.content FOR SELECT TO invigil_sequencer USING (true);
-- Who waits for the sequencer: pages show how many.
GRANT SELECT ON audit.pending TO invigil_app, invigil_platform;

-- What is unusual about a session, decided once at its login, counts for every act in it.
ALTER TABLE "console"."staff_session" ADD COLUMN "risk" JSONB NOT NULL DEFAULT '[]';
