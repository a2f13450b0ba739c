import { expect, it } from "vitest";
import { testDatabase } from "../../tests/database.ts";
import { ENROLLMENT_MACHINE, PAYMENT_MACHINE, REGISTRATION_MACHINE } from "./enrollments/states.ts";
import { SUBSCRIPTION_MACHINE } from "./tenants/subscription.ts";

const db = testDatabase();

it.each([
  ["college.subscription_status", SUBSCRIPTION_MACHINE],
  ["enrollment.status", ENROLLMENT_MACHINE],
  ["payment.status", PAYMENT_MACHINE],
  ["student_registration.status", REGISTRATION_MACHINE],
])("%s is the same in the code and in the database", async (machine, declared) => {
  const { rows } = await db.owner.query<{ move: string }>(
    "select from_state || '>' || to_state as move from console.state_transition where machine = $1 order by 1",
    [machine],
  );
  const moves = Object.entries(declared as Record<string, readonly string[]>).flatMap(([from, to]) =>
    to.map((state) => `${from}>${state}`),
  );
  expect(rows.map((row) => row.move)).toEqual(moves.sort());
});
