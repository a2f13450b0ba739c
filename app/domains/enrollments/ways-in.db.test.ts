import { beforeAll, describe, expect, it } from "vitest";
import "../creators.server.ts";
import "../resources.ts";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { newId } from "~/platform/ids.ts";
import { parseCsv } from "~/resources/import-file.ts";
import { importRows } from "~/resources/import-rows.server.ts";
import { resourceNamed } from "~/resources/registry.ts";
import { create, get, update } from "~/resources/verbs.server.ts";

// Breaks when a way into a class skips what the enroll page asks.
const db = testDatabase();
let college: string;
let manager: Ctx;

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  await db.owner.query("update public.college set currency = 'GBP' where id = $1", [college]);
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
});

async function makeClass(capacity: number | null = null, status = "ACTIVE"): Promise<string> {
  const id = newId();
  await db.owner.query(
    `insert into public."class" (id, college_id, name, academic_year, capacity, status) values ($1::uuid, $2, $1::uuid::text, '2026', $3, $4)`,
    [id, college, capacity, status],
  );
  return id;
}

async function makePerson(role = "STUDENT"): Promise<string> {
  const id = newId();
  await db.owner.query(
    `insert into public."user" (id, college_id, name, email, role) values ($1::uuid, $2, $1::uuid::text, $1::uuid::text || '@w.example', $3)`,
    [id, college, role],
  );
  return id;
}

const byForm = (user: string, klass: string, more: Record<string, string> = {}) =>
  create({ ctx: manager, input: { resource: "enrollment", values: { user, class: klass, ...more } } });

const byFile = async (lines: string) =>
  importRows(
    manager,
    resourceNamed("enrollment"),
    college,
    await parseCsv(Buffer.from(`Student,Class,Fee,Payment\n${lines}`)),
    { user: "Student", class: "Class", amountMinor: "Fee", paymentStatus: "Payment" },
    { dry: false },
    async () => undefined,
  );

const stored = async (klass: string) =>
  (
    await db.owner.query<Record<string, unknown>>(
      "select user_id as user, status, payment_status as paid, amount_minor::int as fee, currency from public.enrollment where class_id = $1 order by id",
      [klass],
    )
  ).rows;

describe("the form and the import of enrollments", () => {
  it("take the last place once, however many ask for it at the same moment", async () => {
    const klass = await makeClass(1);
    const people = await Promise.all(Array.from({ length: 12 }, () => makePerson()));
    const tried = await Promise.allSettled(people.map((user) => byForm(user, klass)));
    expect(tried.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    for (const one of tried) if (one.status === "rejected") expect(String(one.reason)).toMatch(/is full \(1 of 1\)/);
    const file = await byFile(`${await makePerson()},${klass},0,\n`);
    expect(file.errors.map((error) => error.message)).toEqual([expect.stringMatching(/is full/)]);
    expect(await stored(klass)).toHaveLength(1);
  });

  it("take students only, into classes that still take some", async () => {
    const teacher = await makePerson("TEACHER");
    const klass = await makeClass();
    await expect(byForm(teacher, klass)).rejects.toThrow(/Only students are enrolled/);
    expect((await byFile(`${teacher},${klass},0,\n`)).errors[0]!.message).toMatch(/Only students are enrolled/);
    await expect(byForm(await makePerson(), await makeClass(null, "FINISHED"))).rejects.toThrow(/accepts no more students/);
    expect(await stored(klass)).toEqual([]);
  });

  it("leave the payment's state and the currency to the console; a free enrollment owes nothing at once", async () => {
    const klass = await makeClass();
    const [free, paying, filed] = [await makePerson(), await makePerson(), await makePerson()];
    await expect(byForm(paying, klass, { amountMinor: "120.50", paymentStatus: "COMPLETED" })).rejects.toThrow(
      /Payment is set by the console/,
    );
    await expect(byForm(paying, klass, { currency: "USD" })).rejects.toThrow(/Currency is set by the console/);
    await byForm(free, klass);
    await byForm(paying, klass, { amountMinor: "120.50" });
    expect((await byFile(`${filed},${klass},99,COMPLETED\n`)).errors).toEqual([]);
    expect(await stored(klass)).toEqual([
      { user: free, status: "ACTIVE", paid: "COMPLETED", fee: 0, currency: "GBP" },
      { user: paying, status: "ACTIVE", paid: "PENDING", fee: 12_050, currency: "GBP" },
      { user: filed, status: "ACTIVE", paid: "PENDING", fee: 9900, currency: "GBP" },
    ]);
  });

  it("let nobody change class, student or fee afterwards: a full class has no side door", async () => {
    const { id } = await byForm(await makePerson(), await makeClass());
    const full = await makeClass(0);
    const { row } = await get({ ctx: manager, input: { resource: "enrollment", id } });
    const wanted: Record<string, string>[] = [{ class: full }, { amountMinor: "1" }, { user: await makePerson() }];
    for (const values of wanted)
      await expect(update({ ctx: manager, input: { resource: "enrollment", id, version: row.version, values } })).rejects.toThrow(
        /can't be changed: it was set on creation/,
      );
    await update({
      ctx: manager,
      input: { resource: "enrollment", id, version: row.version, values: { expiresAt: "2030-01-01T00:00" } },
    });
  });
});
