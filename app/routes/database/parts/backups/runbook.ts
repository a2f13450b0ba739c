export const CASES = {
  loss: "Data was lost",
  table: "One table is damaged",
  slow: "The database became slow",
} as const;
export type Case = keyof typeof CASES;

/** The exact steps to be back at a point in time, to be read under pressure. */
export function runbook(which: Case, at: string): { says: string; run?: string }[] {
  const restore = {
    says: "Restore the backup from before that time beside the database",
    run: `npx invigil backup restore --to-time ${at} --target /var/lib/invigil-restored`,
  };
  const start = {
    says: "Start PostgreSQL of the same version on it, as the account that owns the directory. It replays up to that time and then accepts connections",
    run: "postgres -D /var/lib/invigil-restored -p 55432",
  };
  const look = (sql: string) => ({
    says: "Check it before you rely on it",
    run: `psql -h 127.0.0.1 -p 55432 invigil -c "${sql}"`,
  });
  const remove = {
    says: "Stop the copy and remove it",
    run: "pg_ctl -D /var/lib/invigil-restored -m fast stop && rm -r /var/lib/invigil-restored",
  };
  if (which === "loss")
    return [
      { says: "Stop Invigil and everything else that writes to the database, so that no new data is lost" },
      restore,
      start,
      look("select max(started_at) from student_exam_attempt"),
      {
        says: "Point DATABASE_URL at port 55432, with that server's administrator login, and run the doctor",
        run: "npx invigil doctor",
      },
      {
        says: "Verify the audit log: entries after that time are missing, and the anchors outside the database name them. Keep the answer with the incident",
        run: "npx invigil audit verify",
      },
      {
        says: "Declare the restore, so that the log continues from there",
        run: "npx invigil audit epoch --by 'YOUR NAME' --reason 'what was lost, and why it was restored'",
      },
      {
        says: "Take a backup of the restored database before anyone relies on it",
        run: "pg_basebackup -h 127.0.0.1 -p 55432 -U postgres -D /var/lib/invigil-first-backup -F tar -z -X stream -c fast -P",
      },
    ];
  if (which === "table")
    return [
      { says: "Leave the database running. Where one tenant is concerned, use Restore a tenant on this page instead" },
      restore,
      start,
      look("select count(*) from DAMAGED_TABLE"),
      {
        says: "Copy the rows into a table of another name",
        run: "pg_dump -h 127.0.0.1 -p 55432 -t DAMAGED_TABLE --data-only invigil > rows.sql",
      },
      { says: "Compare by primary key, then put back what is missing in one transaction, and inform the tenant" },
      {
        says: "Check the indexes of that table",
        run: `psql "$DATABASE_URL" -c "create extension if not exists amcheck" -c "select bt_index_check('DAMAGED_TABLE_pkey', true)"`,
      },
      remove,
    ];
  return [
    { says: "A restore does not make a database faster. Find what slows it down first, under Load and Locks" },
    { says: "To compare plans as they were, restore that time beside it" },
    restore,
    start,
    look("explain (analyze, buffers) SLOW_STATEMENT"),
    { says: "If the plan differs, compare statistics and indexes. If not, the load has changed" },
    remove,
  ];
}
