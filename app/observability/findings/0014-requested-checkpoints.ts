import { count } from "~/platform/format.ts";
import { check } from "./finding.ts";

export const requestedCheckpoints = check({
  id: "0014",
  name: "requested-checkpoints",
  title: "Checkpoints forced by WAL size",
  level: "note",
  why: "After each checkpoint the first change of every page writes the whole page again: more WAL, more I/O, more lag.",
  needs: ["checkpointer", "settings"],
  run: (view) =>
    view
      .rows("checkpointer")!
      .filter((row) => row.requested > 20 && row.requested > row.timed)
      .map((row) => ({
        subject: "max_wal_size",
        says: `${count(row.requested)} requested, ${count(row.timed)} timed; now ${view.rows("settings")!.find((one) => one.name === "max_wal_size")?.setting ?? "?"} MB`,
        fix: "ALTER SYSTEM SET max_wal_size = '4GB'; SELECT pg_reload_conf();",
        link: "/database",
      })),
});
