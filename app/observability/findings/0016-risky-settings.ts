import { check } from "./finding.ts";

const RISKY: Record<string, { bad: (value: string) => boolean; says: string; fix: string }> = {
  fsync: {
    bad: (value) => value === "off",
    says: "a crash can destroy the database",
    fix: "ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf();",
  },
  full_page_writes: {
    bad: (value) => value === "off",
    says: "a crash can leave torn pages",
    fix: "ALTER SYSTEM SET full_page_writes = on; SELECT pg_reload_conf();",
  },
  autovacuum: {
    bad: (value) => value === "off",
    says: "no table is vacuumed, and transaction IDs run out",
    fix: "ALTER SYSTEM SET autovacuum = on; SELECT pg_reload_conf();",
  },
  track_counts: {
    bad: (value) => value === "off",
    says: "autovacuum can't tell which tables need it",
    fix: "ALTER SYSTEM SET track_counts = on; SELECT pg_reload_conf();",
  },
  track_io_timing: {
    bad: (value) => value === "off",
    says: "read times are not measured",
    fix: "ALTER SYSTEM SET track_io_timing = on; SELECT pg_reload_conf();",
  },
  idle_in_transaction_session_timeout: {
    bad: (value) => value === "0",
    says: "a forgotten transaction holds its locks for ever",
    fix: "ALTER SYSTEM SET idle_in_transaction_session_timeout = '10min'; SELECT pg_reload_conf();",
  },
};

export const riskySettings = check({
  id: "0016",
  name: "risky-settings",
  title: "Risky setting",
  level: "warning",
  why: "Turned off for speed, or changed and still waiting for a restart.",
  needs: ["settings"],
  run: (view) => [
    ...view.rows("settings")!.flatMap((row) => {
      const rule = RISKY[row.name];
      return rule?.bad(row.setting ?? "") ? [{ subject: row.name, says: `${row.setting}: ${rule.says}`, fix: rule.fix }] : [];
    }),
    ...view
      .rows("settings")!
      .filter((row) => row.pending_restart)
      .map((row) => ({
        subject: row.name,
        says: "changed, and waits for a restart",
        fix: "Restart PostgreSQL at a quiet time.",
      })),
  ],
});
