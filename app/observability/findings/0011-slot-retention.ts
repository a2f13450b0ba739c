import { bytes } from "~/platform/format.ts";
import { check } from "./finding.ts";

const MUCH = 256 * 1024 * 1024;

export const slotRetention = check({
  id: "0011",
  name: "slot-retention",
  title: "Inactive slot retains WAL",
  level: "error",
  why: "WAL is kept for a receiver that is not connected, until the disk is full or the slot is invalidated.",
  needs: ["slots"],
  run: (view) =>
    view
      .rows("slots")!
      .filter((row) => row.wal_status === "lost" || (!row.active && (row.retained_bytes ?? 0) > MUCH))
      .map((row) => ({
        subject: row.name,
        says:
          row.wal_status === "lost"
            ? "invalidated: rebuild its standby"
            : `inactive, ${bytes(row.retained_bytes!)} held back, status ${row.wal_status ?? "unknown"}`,
        fix: `SELECT pg_drop_replication_slot('${row.name.replaceAll("'", "''")}'); -- only when its standby is not coming back`,
        link: "/database/replication",
      })),
});
