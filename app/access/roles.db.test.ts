import { expect, it } from "vitest";
import { testDatabase } from "../../tests/database.ts";
import { ROLE_NAMES } from "./policy.ts";

const db = testDatabase();

it("the database lets staff hold the roles of policy.ts and no other", async () => {
  const { rows } = await db.owner.query<{ rule: string }>(
    "select pg_get_constraintdef(oid) as rule from pg_constraint where conname = 'staff_role_check'",
  );
  const held = [...rows[0]!.rule.matchAll(/'([A-Z_]+)'/g)].map(([, name]) => name!);
  expect(held.sort()).toEqual([...ROLE_NAMES].sort());
});
