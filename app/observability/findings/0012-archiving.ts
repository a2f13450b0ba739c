import { archivingOf, type Archiving } from "../replication/archiving.ts";
import { check } from "./finding.ts";

const FIX: Record<Exclude<Archiving["state"], "working">, string> = {
  off: "ALTER SYSTEM SET archive_mode = on; -- with an archive_command, then restart PostgreSQL",
  "no command": "ALTER SYSTEM SET archive_command = '…'; SELECT pg_reload_conf(); -- the command that copies %p to the archive",
  failing: "Check archive_command and the server's log; it is retried automatically.",
  stuck: "Check whether archive_command hangs or is slower than WAL is written.",
};

export const archiving = check({
  id: "0012",
  name: "archiving",
  title: "WAL is not archived",
  level: "error",
  why: "A restore can go no further than the last archived segment: what came after is lost with the disk.",
  needs: ["archiver"],
  run: (view) =>
    view.rows("archiver")!.flatMap((row) => {
      const { state, says } = archivingOf(row, view.now.getTime());
      if (state === "working") return [];
      const subject =
        state === "off" ? "archive_mode" : state === "failing" ? (row.last_failed_wal ?? "archive_command") : "archive_command";
      return [{ subject, says, fix: FIX[state], link: "/database/replication" }];
    }),
});
