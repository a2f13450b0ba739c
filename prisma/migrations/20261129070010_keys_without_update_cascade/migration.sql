-- Prisma's default is ON UPDATE CASCADE, which Citus refuses where the key holds the distribution column; an id never changes.
-- Not validated here, so that no table is read while it is locked: the next migration does that under a lock that lets others
-- write. In the order in which they were made, because that is the order in which they act.
DO $$
DECLARE
  key record;
BEGIN
  FOR key IN
    SELECT conrelid::regclass AS child, conname AS name, pg_get_constraintdef(oid) AS definition
    FROM pg_constraint
    WHERE contype = 'f'
      AND confupdtype = 'c'
      AND conparentid = 0
      AND connamespace IN ('public'::regnamespace, 'console'::regnamespace)
    ORDER BY oid
  LOOP
    EXECUTE format(
      'ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %I %s NOT VALID',
      key.child, key.name, key.name, replace(key.definition, ' ON UPDATE CASCADE', '')
    );
  END LOOP;
END
$$;
