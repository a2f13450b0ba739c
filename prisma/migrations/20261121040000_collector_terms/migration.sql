-- Whose time it was: each collector's turn begins where the one before it ends. A sample counts when its collector was
-- the one whose time it fell into, also when it is written later and by another.
CREATE TABLE telemetry.term (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  holder text NOT NULL,
  began_at timestamptz NOT NULL
);
-- Each batch asks for its collector's terms.
CREATE INDEX term_holder_idx ON telemetry.term (holder);

-- Who holds the lease now goes on without a gap.
INSERT INTO telemetry.term (holder, began_at) SELECT holder, '-infinity' FROM console.lease WHERE name = 'collector';
