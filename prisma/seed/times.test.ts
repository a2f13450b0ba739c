import { expect, it } from "vitest";
import { demoTables } from "./demo.ts";

/** Columns that say when something happened; what is planned (a start, a deadline, an expiry) may lie ahead. */
const HAPPENED =
  /^(created_at|updated_at|enrolled_at|approved_at|paid_at|issued_at|published_at|sent_at|started_at|ended_at|last_seen_at|last_login_at|answered_at|decided_at|received_at|at|frozen_at|closed_at)$/;

/** UUIDv7: the moment at which a row says that it was made. */
const momentOf = (id: string) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

// Half a minute after the hour: exams that have just begun are where someone might be ahead of their time.
it("nothing in the demo was made or happened later than the moment at which the demo is made", () => {
  const now = Date.parse("2026-11-20T00:00:30Z");
  const { rest, answers } = demoTables(now);
  const late = new Map<string, number>();
  const note = (what: string, when: number) => {
    if (when > now) late.set(what, Math.max(late.get(what) ?? 0, Math.round((when - now) / 1000)));
  };
  for (const table of [...rest, ...answers]) {
    const columns = table.columns.flatMap((name, index) => (HAPPENED.test(name) ? [{ name, index }] : []));
    const id = table.columns.indexOf("id");
    for (const row of table.rows) {
      for (const { name, index } of columns) {
        const value = row[index];
        if (value instanceof Date) note(`${table.name}.${name}`, value.getTime());
      }
      const key = row[id];
      if (id >= 0 && typeof key === "string" && /^.{14}7/.test(key)) note(`${table.name}.id`, momentOf(key));
    }
  }
  expect(Object.fromEntries(late)).toEqual({});
}, 240_000);
