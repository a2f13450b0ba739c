import { beforeAll, describe, expect, it } from "vitest";
import "~/domains/resources.ts";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { Conflict, Forbidden, Invalid, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { cannotSit } from "./cannot-sit.server.ts";
import { dropEnrollment, setEnrollmentState } from "./change-state.server.ts";
import { enroll } from "./enroll-by-name.server.ts";
import { expireEnrollments } from "./expire.server.ts";
import { decideRegistration } from "./registrations.server.ts";
import { monthlyRevenue } from "./revenue.server.ts";
import { approvePayment, recordPayment, settlePayment } from "./payments.server.ts";

const db = testDatabase();
let college: string;
let recorder: Ctx;
let approver: Ctx;

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  recorder = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
  approver = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
});

async function makeClass(capacity: number | null = null): Promise<string> {
  const id = newId();
  await db.owner.query(
    `insert into public."class" (id, college_id, name, academic_year, capacity) values ($1, $2, $3, '2026', $4)`,
    [id, college, `C${id}`, capacity],
  );
  return id;
}

async function makeStudents(n: number): Promise<string[]> {
  const ids = Array.from({ length: n }, () => newId());
  await db.owner.query(
    `insert into public."user" (id, college_id, name, email) select id, $2, 'S', id::text || '@s.example' from unnest($1::uuid[]) id`,
    [ids, college],
  );
  return ids;
}

const join = (userId: string, classId: string, ctx = recorder, amount = "10") =>
  enroll({ ctx, input: { student: userId, class: classId, amount } });

const settled = async (work: Promise<unknown>[]) => {
  const results = await Promise.allSettled(work);
  const refused = results.filter((result): result is PromiseRejectedResult => result.status === "rejected");
  return { won: results.length - refused.length, refused };
};

describe("two hundred at once", () => {
  it("for the last place: one gets it, the rest are told that it is full", async () => {
    const classId = await makeClass(1);
    const students = await makeStudents(200);
    const { won, refused } = await settled(students.map((userId) => join(userId, classId)));
    expect(won).toBe(1);
    expect(refused.every((one) => one.reason instanceof Conflict && /is full/.test((one.reason as Error).message))).toBe(true);
  });

  it("enrolling the same student: one enrollment", async () => {
    const classId = await makeClass();
    const [userId] = await makeStudents(1);
    const { won, refused } = await settled(Array.from({ length: 200 }, () => join(userId!, classId)));
    expect(won).toBe(1);
    expect(refused.every((one) => one.reason instanceof Conflict)).toBe(true);
  });

  it("using one transaction id, in two tenants: one payment", async () => {
    const other = (await makeCollege(db.owner)).id;
    const classId = await makeClass();
    const [userId] = await makeStudents(1);
    const { id: enrollmentId } = await join(userId!, classId);
    const theirs = newId();
    await db.owner.query(`insert into public."class" (id, college_id, name, academic_year) values ($1, $2, 'X', '2026')`, [
      theirs,
      other,
    ]);
    await db.owner.query(`insert into public."user" (id, college_id, name, email) values ($1, $2, 'S', 'x@x.example')`, [
      theirs,
      other,
    ]);
    await db.owner.query(`insert into public.enrollment (id, college_id, user_id, class_id) values ($1, $2, $1, $1)`, [
      theirs,
      other,
    ]);
    const foreign = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [other]), inTenants(other));
    const pay = (ctx: Ctx, id: string) =>
      recordPayment({ ctx, input: { enrollmentId: id, amountMinor: 5000, method: "CARD", transactionId: "TX-ONCE" } });
    const { won, refused } = await settled(
      Array.from({ length: 200 }, (_, n) => (n % 2 ? pay(recorder, enrollmentId) : pay(foreign, theirs))),
    );
    expect(won).toBe(1);
    expect(
      refused.every(
        (one) => one.reason instanceof Conflict && /with this transaction ID already exists/.test((one.reason as Error).message),
      ),
    ).toBe(true);
  });
});

describe("payments", () => {
  it("need a second person, and number their invoices without a gap", async () => {
    const classId = await makeClass();
    const students = await makeStudents(12);
    const payments: string[] = [];
    for (const [n, userId] of students.entries()) {
      const { id } = await join(userId, classId);
      payments.push(
        (
          await recordPayment({
            ctx: recorder,
            input: { enrollmentId: id, amountMinor: 1000, method: "CASH", transactionId: `T-${n}` },
          })
        ).id,
      );
    }
    await expect(approvePayment({ ctx: recorder, input: { id: payments[0]! } })).rejects.toThrow(Forbidden);
    // Each twice and at once: the second approval of one payment is refused and takes no number.
    const { won } = await settled([...payments, ...payments].map((id) => approvePayment({ ctx: approver, input: { id } })));
    expect(won).toBe(12);
    const { rows } = await db.owner.query<{ number: number }>(
      "select number::int from public.invoice where college_id = $1 order by number",
      [college],
    );
    expect(rows.map((row) => row.number)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
    await settlePayment({ ctx: approver, input: { id: payments[3]!, state: "REFUNDED", reason: "left the course" } });
    await expect(
      settlePayment({ ctx: approver, input: { id: payments[3]!, state: "FAILED", reason: "again, wrongly" } }),
    ).rejects.toThrow(Conflict);
  });
});

describe("an enrollment", () => {
  const stateOf = async (id: string) =>
    (
      await db.owner.query<{ status: string; payment_status: string; expires_at: Date | null }>(
        "select status, payment_status, expires_at from public.enrollment where id = $1",
        [id],
      )
    ).rows[0]!;

  it("stays paid when another payment of it fails or is given back, and is unpaid when the last one is", async () => {
    const { id } = await join((await makeStudents(1))[0]!, await makeClass());
    const pay = async (transactionId: string) =>
      (await recordPayment({ ctx: recorder, input: { enrollmentId: id, amountMinor: 500, method: "CARD", transactionId } })).id;
    const [first, second, third] = [await pay("P-1"), await pay("P-2"), await pay("P-3")];
    await approvePayment({ ctx: approver, input: { id: first } });
    await settlePayment({ ctx: approver, input: { id: second, state: "FAILED", reason: "the card was refused" } });
    expect((await stateOf(id)).payment_status).toBe("COMPLETED");
    await approvePayment({ ctx: approver, input: { id: third } });
    await settlePayment({ ctx: approver, input: { id: third, state: "REFUNDED", reason: "came twice" } });
    expect((await stateOf(id)).payment_status).toBe("COMPLETED");
    await settlePayment({ ctx: approver, input: { id: first, state: "REFUNDED", reason: "left the course" } });
    expect((await stateOf(id)).payment_status).toBe("REFUNDED");
  });

  it("that ran out and is made active stays active", async () => {
    const { id } = await join((await makeStudents(1))[0]!, await makeClass());
    await db.owner.query("update public.enrollment set expires_at = now() - interval '1 day' where id = $1", [id]);
    await expireEnrollments();
    expect((await stateOf(id)).status).toBe("EXPIRED");
    await setEnrollmentState({ ctx: recorder, input: { id, state: "ACTIVE", reason: "has prolonged" } });
    await expireEnrollments();
    expect(await stateOf(id)).toMatchObject({ status: "ACTIVE", expires_at: null });
  });
});

describe("a drop", () => {
  it("keeps its date and reason, and coming back needs a place", async () => {
    const classId = await makeClass(1);
    const [first, second] = await makeStudents(2);
    const { id } = await join(first!, classId);
    await dropEnrollment({ ctx: recorder, input: { id, date: "2026-11-02", reason: "moved away" } });
    await expect(dropEnrollment({ ctx: recorder, input: { id, date: "2026-02-30", reason: "no such day" } })).rejects.toThrow(
      /Enter a valid date/,
    );
    await join(second!, classId);
    await expect(setEnrollmentState({ ctx: recorder, input: { id, state: "ACTIVE", reason: "is back" } })).rejects.toThrow(
      /is full/,
    );
  });
});

describe("who can't sit", () => {
  it("is everybody whom something holds back, with the reason, and nobody else", async () => {
    const classId = await makeClass();
    const [fine, unpaid, locked, inactive] = await makeStudents(4);
    for (const userId of [fine, unpaid, locked, inactive]) await join(userId!, classId);
    await db.owner.query("update public.enrollment set payment_status = 'COMPLETED' where class_id = $1 and user_id <> $2", [
      classId,
      unpaid,
    ]);
    await db.owner.query(`update public."user" set locked_until = now() + interval '1 day' where id = $1`, [locked]);
    await db.owner.query(`update public."user" set is_active = false where id = $1`, [inactive]);
    const at = recorder.clock.now();
    const start = new Date(Math.min(at.getTime() + 60_000, new Date(at).setUTCHours(23, 59, 0, 0)));
    await db.owner.query(
      "insert into public.exam (id, college_id, title, duration_minutes, total_marks, passing_marks, start_time, end_time, class_id, status) values ($1, $2, 'E', 60, 10, 5, $3, $4, $5, 'SCHEDULED')",
      [newId(), college, start, new Date(start.getTime() + 7_200_000), classId],
    );
    const rows = (await cannotSit({ ctx: recorder, input: { days: 2 } })).filter((row) =>
      [fine, unpaid, locked, inactive].includes(row.user_id),
    );
    expect(Object.fromEntries(rows.map((row) => [row.user_id, row.reason]))).toEqual({
      [unpaid!]: "UNPAID",
      [locked!]: "LOCKED",
      [inactive!]: "INACTIVE",
    });
  });
});

describe("enrolling by name", () => {
  it("does not guess between two classes of one name, and takes the college's currency", async () => {
    const other = (await makeCollege(db.owner)).id;
    await db.owner.query("update public.college set currency = 'GBP' where id = $1", [college]);
    for (const id of [college, other])
      await db.owner.query(`insert into public."class" (id, college_id, name, academic_year) values ($1, $2, 'Twin', '2026')`, [
        newId(),
        id,
      ]);
    const [student] = await makeStudents(1);
    const input = { student: `${student!}@s.example`, class: "Twin", amount: "120,50" };
    const boss = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), { kind: "all" });
    await expect(enroll({ ctx: boss, input })).rejects.toBeInstanceOf(Invalid);
    const { id } = await enroll({ ctx: recorder, input });
    const { rows } = await db.owner.query("select amount_minor::int, currency from public.enrollment where id = $1", [id]);
    expect(rows).toEqual([{ amount_minor: 12_050, currency: "GBP" }]);
    await expect(enroll({ ctx: recorder, input: { ...input, amount: "-1" } })).rejects.toBeInstanceOf(Invalid);
    await expect(enroll({ ctx: recorder, input: { ...input, student: "nobody@s.example" } })).rejects.toBeInstanceOf(Invalid);
  });
});

describe("a registration", () => {
  async function apply(classId: string | null, email = `${newId()}@apply.example`): Promise<string> {
    const id = newId();
    await db.owner.query(
      "insert into public.student_registration (id, college_id, class_id, name, email) values ($1, $2, $3, 'An Applicant', $4)",
      [id, college, classId, email],
    );
    return id;
  }
  const decide = (id: string, decision: "APPROVED" | "REJECTED", ctx = recorder) =>
    decideRegistration({ ctx, input: { id, decision, reason: "Seen and checked" } });
  const people = async () =>
    (await db.owner.query<{ n: number }>(`select count(*)::int as n from public."user" where college_id = $1`, [college]))
      .rows[0]!.n;

  it("that is approved makes a student and enrolls them, once, however many press", async () => {
    const classId = await makeClass(5);
    const id = await apply(classId);
    const before = await people();
    const { won, refused } = await settled(Array.from({ length: 8 }, () => decide(id, "APPROVED")));
    expect(won).toBe(1);
    expect(refused.every((one) => one.reason instanceof Conflict)).toBe(true);
    expect(await people()).toBe(before + 1);
    const { rows } = await db.owner.query("select status from public.enrollment where class_id = $1", [classId]);
    expect(rows).toEqual([{ status: "ACTIVE" }]);
    await expect(decide(id, "REJECTED")).rejects.toBeInstanceOf(Conflict);
  });

  it("for a class that is full stays as it was, and leaves nobody behind", async () => {
    const classId = await makeClass(1);
    await join((await makeStudents(1))[0]!, classId);
    const id = await apply(classId);
    const before = await people();
    await expect(decide(id, "APPROVED")).rejects.toThrow(/is full \(1 of 1\)/);
    expect(await people()).toBe(before);
    const { rows } = await db.owner.query("select status, user_id from public.student_registration where id = $1", [id]);
    expect(rows).toEqual([{ status: "PENDING", user_id: null }]);
    await decide(id, "REJECTED");
  });

  it("finds who is a student already, and is nobody's business in another tenant", async () => {
    const [known] = await makeStudents(1);
    const id = await apply(null, `${known!}@s.example`);
    const other = (await makeCollege(db.owner)).id;
    const stranger = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [other]), inTenants(other));
    await expect(decide(id, "APPROVED", stranger)).rejects.toBeInstanceOf(NotFound);
    expect((await decide(id, "APPROVED")).userId).toBe(known);
  });
});

describe("revenue", () => {
  it("counts completed payments by the month of their approval, each currency by itself", async () => {
    const home = (await makeCollege(db.owner)).id;
    const user = newId();
    await db.owner.query(`insert into public."user" (id, college_id, name, email) values ($1, $2, 'S', 'rev@s.example')`, [
      user,
      home,
    ]);
    const paid = (amount: number, currency: string, status: string, approved: string | null) =>
      db.owner.query(
        `insert into public.payment (id, college_id, user_id, amount_minor, currency, status, approved_at, method) values ($1, $2, $3, $4, $5, $6, $7, 'CASH')`,
        [newId(), home, user, amount, currency, status, approved],
      );
    await paid(100, "EUR", "COMPLETED", "2026-03-31T23:59:59Z");
    await paid(200, "EUR", "COMPLETED", "2026-04-01T00:00:00Z");
    await paid(300, "USD", "COMPLETED", "2026-04-30T12:00:00Z");
    await paid(999, "EUR", "PENDING", null);
    await paid(999, "EUR", "REFUNDED", "2026-04-02T00:00:00Z");
    await paid(999, "EUR", "COMPLETED", "2025-04-30T23:59:59Z");
    const april = { now: () => new Date("2026-04-15T00:00:00Z") };
    const manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [home]), inTenants(home), april as never);
    expect(await monthlyRevenue({ ctx: manager, input: { months: 12 } })).toEqual([
      { month: "2026-03", currency: "EUR", minor: 100, payments: 1 },
      { month: "2026-04", currency: "EUR", minor: 200, payments: 1 },
      { month: "2026-04", currency: "USD", minor: 300, payments: 1 },
    ]);
  });
});
