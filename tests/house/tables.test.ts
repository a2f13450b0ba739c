import { describe, expect, it } from "vitest";
import { sourcesIn } from "./sources.ts";
import { TABLES, usesIn } from "./statements.ts";
import { FOREIGN_READS, FOREIGN_WRITES, ownerOf } from "./tables.ts";

const uses = sourcesIn("app").flatMap(usesIn);
const foreign = (kind: "write" | "read") =>
  [
    ...new Set(
      uses.filter((use) => use.kind === kind && ownerOf(use.table) !== use.room).map((use) => `${use.table} by ${use.room}`),
    ),
  ].sort();

describe("a table", () => {
  it("is written by the room that owns it: another room calls its verb (tests/house/tables.ts)", () => {
    expect(foreign("write")).toEqual(Object.keys(FOREIGN_WRITES).sort());
  });

  it("is read by other rooms no more often than before: call a verb of its room, and lower FOREIGN_READS when one goes", () => {
    expect(foreign("read").length).toBeLessThanOrEqual(FOREIGN_READS);
  });

  it("has an owner", () => {
    expect(TABLES.filter((table) => !ownerOf(table))).toEqual([]);
    expect(uses.map((use) => use.table).filter((table) => !ownerOf(table))).toEqual([]);
  });

  it.each([
    ["insert into public.exam (id) values (1)", "write"],
    ['update public."user" set name = 1', "write"],
    ["delete from console.staff_session where true", "write"],
    ["select 1 from public.exam", "read"],
    ["join public.review r on true", "read"],
    ["ctx.tx.prisma.staff.update({})", "write"],
    ["ctx.tx.prisma.staff.findUnique({})", "read"],
  ])("is seen in: %s", (text, kind) => {
    expect(usesIn({ file: "app/examday/x.ts", text })).toMatchObject([{ kind, room: "examday" }]);
  });
});

describe("a review's state", () => {
  const files = (pattern: RegExp) =>
    sourcesIn("app")
      .filter(({ text }) => pattern.test(text))
      .map(({ file }) => file);

  it("is written by one function once it is in the queue", () => {
    expect(files(/update public\.review\b[^`]*?\bset[^`]*?\bstate = /)).toEqual([
      "app/domains/integrity/review/move-review.server.ts",
    ]);
    expect(files(/(insert into|delete from) public\.review\b/)).toEqual(["app/domains/integrity/review/enter-queue.server.ts"]);
  });

  it("is copied to its attempt by the database, and by no one here", () => {
    expect(files(/(?<!\.)review_state = (?!'QUEUED'`)/)).toEqual([]);
  });

  it("is listed in one file: SQL asks that for the open ones", () => {
    expect(files(/'QUEUED', 'CLAIMED'|'CLAIMED', 'SECOND'|'SECOND', 'THIRD'/)).toEqual([]);
  });
});
