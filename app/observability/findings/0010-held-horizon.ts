import { seconds } from "~/platform/format.ts";
import { readTag } from "../load/tags.ts";
import { check } from "./finding.ts";

const LONG_MS = 300_000;

export const heldHorizon = check({
  id: "0010",
  name: "held-horizon",
  title: "Old transaction blocks vacuum",
  level: "warning",
  why: "Vacuum can't remove rows that this transaction might still see, and its locks are held as long.",
  needs: ["activity"],
  run: (view) =>
    view
      .rows("activity")!
      .filter((row) => row.backend_type === "client backend" && (row.transaction_ms ?? 0) > LONG_MS)
      .map((row) => {
        const tag = readTag(row.app);
        return {
          subject: `pid ${row.pid}`,
          says: `${tag.app ?? row.username ?? "a session"}${tag.tenant ? ` of ${tag.tenant}` : ""}, ${row.state} for ${seconds((row.state_ms ?? 0) / 1000)}, transaction open for ${seconds((row.transaction_ms ?? 0) / 1000)}`,
          fix: `SELECT pg_terminate_backend(${row.pid}); -- or from the connections page, with reason and record`,
          link: "/database/connections",
        };
      }),
});
