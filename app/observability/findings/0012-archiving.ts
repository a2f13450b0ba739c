import { ago, plural } from "~/platform/format.ts";
import { check } from "./finding.ts";

export const archiving = check({
  id: "0012",
  name: "archiving",
  title: "WAL is not archived",
  level: "error",
  why: "A restore can go no further than the last archived segment: what came after is lost with the disk.",
  needs: ["archiver"],
  run: (view) =>
    view
      .rows("archiver")!
      .filter(
        (row) =>
          row.mode === "off" ||
          (row.last_failed_time && (!row.last_archived_time || row.last_failed_time > row.last_archived_time)),
      )
      .map((row) =>
        row.mode === "off"
          ? {
              subject: "archive_mode",
              says: "off: there is no point-in-time recovery",
              fix: "ALTER SYSTEM SET archive_mode = on; -- with an archive_command, then restart PostgreSQL",
              link: "/database/replication",
            }
          : {
              subject: row.last_failed_wal ?? "archive_command",
              says: `failed ${ago(row.last_failed_time!, view.now)}, ${plural(row.backlog, "segment waits", "segments wait")}`,
              fix: "Check archive_command and the server's log; it is tried again by itself.",
              link: "/database/replication",
            },
      ),
});
