-- How many anchored heads a verification had beside it: without one it can't see that the end was cut, and its result must not say so.
-- Null: from before it was kept.
ALTER TABLE audit.verification ADD COLUMN anchors integer;
