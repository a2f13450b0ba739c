import { expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../tests/database.ts";
import { withScope } from "./scope.server.ts";

// Breaks when a verb that reads several things at once leans on pg's own queue, which pg 9 no longer has.
const db = testDatabase();

it("statements that are asked for at once come in turn, those held back among them, and one that fails fails itself alone", async () => {
  const warnings: string[] = [];
  const heard = (warning: Error) => void warnings.push(warning.message);
  process.on("warning", heard);
  const ctx = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
  const found = await withScope(ctx, async ({ tx }) => {
    const read = (n: number) => tx.query<{ n: number }>({ text: "select $1::int as n", values: [n] });
    const first = Promise.all([1, 2, 3, 4].map(read));
    await tx.late({ name: "in_turn", text: "select set_config('invigil.in_turn', $1, true)", values: ["said"] });
    const more = await Promise.all([
      read(5),
      tx.query<{ n: string }>({ text: "select current_setting('invigil.in_turn') as n" }),
      read(6),
    ]);
    return [...(await first), ...more].map(({ rows }) => rows[0]!.n);
  });
  expect(found).toEqual([1, 2, 3, 4, 5, "said", 6]);
  const ended = await withScope(ctx, async ({ tx }) =>
    Promise.allSettled(["select 1", "select 1/0", "select 2"].map((text) => tx.query({ text }))),
  );
  expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  process.off("warning", heard);
  expect(warnings.filter((text) => text.includes("client.query()"))).toEqual([]);
});
