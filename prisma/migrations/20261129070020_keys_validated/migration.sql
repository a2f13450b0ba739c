DO $$
DECLARE
  key record;
BEGIN
  FOR key IN
    SELECT conrelid::regclass AS child, conname AS name
    FROM pg_constraint
    WHERE contype = 'f'
      AND NOT convalidated
      AND connamespace IN ('public'::regnamespace, 'console'::regnamespace)
    ORDER BY oid
  LOOP
    EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', key.child, key.name);
  END LOOP;
END
$$;
