import { about, percent } from "~/platform/format.ts";
import { check } from "./finding.ts";

const LIMIT = 2_146_483_647;
/** Autovacuum freezes at freeze_max: twice that, it does not get on. Below this share of the limit there is time. */
const EARLY = LIMIT / 10;

export const wraparound = check({
  id: "0008",
  name: "wraparound",
  title: "Transaction ID wraparound is near",
  level: "error",
  why: "When the oldest row is two billion transactions old the server refuses every write until it is frozen.",
  needs: ["ages"],
  run: (view) =>
    view
      .rows("ages")!
      .filter(
        (row) => row.xid_age > LIMIT / 4 || row.mxid_age > LIMIT / 4 || (row.xid_age > row.freeze_max * 2 && row.xid_age > EARLY),
      )
      .map((row) => ({
        subject: row.database,
        says: `xid age ${about(row.xid_age)} (${percent(row.xid_age / LIMIT)} of the limit), multixact age ${about(row.mxid_age)} (${percent(row.mxid_age / LIMIT)})`,
        fix: row.connectable
          ? "VACUUM (FREEZE, VERBOSE); -- in this database; first end what holds the horizon"
          : `ALTER DATABASE "${row.database}" ALLOW_CONNECTIONS true; -- then VACUUM (FREEZE) in it, and false again`,
        link: "/database/maintenance",
      })),
});
