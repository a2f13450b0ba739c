import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import "./creators.server.ts";
import "./resources.ts";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import { newId } from "~/platform/ids.ts";
import type { Ctx } from "~/db/ctx.ts";
import { parseCsv } from "~/resources/import-file.ts";
import { importRows } from "~/resources/import-rows.server.ts";
import { resourceNamed } from "~/resources/registry.ts";
import { create, remove, restore, update } from "~/resources/verbs.server.ts";

// Breaks when a limit that a form accepts binds nothing.
const db = testDatabase();
let college: string;
let manager: Ctx;

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
});

/** As an application writes: each on a connection of its own, under row security. */
async function asApplication(n: number, write: (client: pg.Client, index: number) => Promise<unknown>): Promise<unknown[]> {
  const clients = await Promise.all(
    Array.from({ length: n }, async () => {
      const client = new pg.Client({ connectionString: db.url("app") });
      await client.connect();
      await client.query("select set_config('app.college_ids', $1, false)", [`{${college}}`]);
      return client;
    }),
  );
  const done = await Promise.allSettled(clients.map((client, index) => write(client, index)));
  await Promise.all(clients.map((client) => client.end()));
  return done.map((one) => (one.status === "fulfilled" ? "written" : (one.reason as pg.DatabaseError).code));
}

describe("an exam's attempts", () => {
  it("are no more than it allows, also when many begin at the same moment", async () => {
    const [klass, exam, student] = [newId(), newId(), newId()];
    await db.owner.query(`insert into public."class" (id, college_id, name, academic_year) values ($1, $2, 'K', '2026')`, [
      klass,
      college,
    ]);
    await db.owner.query(`insert into public."user" (id, college_id, name, email) values ($1, $2, 'S', 'attempts@l.example')`, [
      student,
      college,
    ]);
    await db.owner.query(
      `insert into public.exam (id, college_id, title, duration_minutes, total_marks, passing_marks, start_time, end_time, class_id, status, max_attempts)
       values ($1, $2, 'E', 60, 10, 5, now(), now() + interval '2 hours', $3, 'LIVE', 2)`,
      [exam, college, klass],
    );
    const begin = (client: pg.Client, no: number) =>
      client.query(
        "insert into public.student_exam_attempt (id, college_id, user_id, exam_id, attempt_no, candidate_no) values ($1, $2, $3, $4, $5, $6)",
        [newId(), college, student, exam, no, no],
      );
    const done = await asApplication(12, (client, index) => begin(client, index % 4));
    expect(done.filter((one) => one === "written")).toHaveLength(2);
    expect(new Set(done)).toEqual(new Set(["written", "23505", "IV002"]));
    const { rows } = await db.owner.query("select attempt_no from public.student_exam_attempt where exam_id = $1 order by 1", [
      exam,
    ]);
    expect(rows).toEqual([{ attempt_no: 1 }, { attempt_no: 2 }]);
    await expect(
      db.owner.query("update public.student_exam_attempt set attempt_no = 3 where exam_id = $1 and attempt_no = 2", [exam]),
    ).rejects.toThrow("this exam allows each student 2 attempts, and this would be number 3");
  });
});

describe("a tenant's students", () => {
  const limited = /^The student limit of this tenant is reached: it allows \d+ students/;
  const add = (name: string, more: Record<string, string> = {}) =>
    create({ ctx: manager, input: { resource: "user", values: { name, email: `${name}@l.example`, role: "STUDENT", ...more } } });
  const setLimit = (limit: number | null) =>
    db.owner.query("update public.college set max_students = $2 where id = $1", [college, limit]);
  const students = async () =>
    (
      await db.owner.query<{ n: number }>(
        `select count(*)::int as n from public."user" where college_id = $1 and role = 'STUDENT' and deleted_at is null`,
        [college],
      )
    ).rows[0]!.n;

  it("are no more than its limit when many are added at the same moment, and say so in words", async () => {
    const before = await students();
    await setLimit(before + 3);
    const tried = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => add(`race${n}`)));
    expect(tried.filter((one) => one.status === "fulfilled")).toHaveLength(3);
    for (const one of tried) if (one.status === "rejected") expect((one.reason as Error).message).toMatch(limited);
    const codes = await asApplication(3, (client, n) =>
      client.query(`insert into public."user" (id, college_id, name, email) values ($1, $2, 'S', $3)`, [
        newId(),
        college,
        `app${n}@l.example`,
      ]),
    );
    expect(codes).toEqual(["IV002", "IV002", "IV002"]);
    expect(await students()).toBe(before + 3);
  });

  it("count again whoever comes back from the trash or becomes a student; others are not counted", async () => {
    await setLimit((await students()) + 1);
    const { id } = await add("comesback");
    await remove({ ctx: manager, input: { resource: "user", id, reason: "left the school" } });
    await add("inbetween");
    await expect(restore({ ctx: manager, input: { resource: "user", id } })).rejects.toThrow(limited);
    const teacher = await add("teaches", { role: "TEACHER" });
    const { rows } = await db.owner.query<{ version: string }>(`select xmin::text as version from public."user" where id = $1`, [
      teacher.id,
    ]);
    await expect(
      update({
        ctx: manager,
        input: { resource: "user", id: teacher.id, version: rows[0]!.version, values: { role: "STUDENT" } },
      }),
    ).rejects.toThrow(limited);
  });

  it("come from a file up to the limit, and the lines above it are named", async () => {
    await setLimit((await students()) + 2);
    const file = await parseCsv(
      Buffer.from("Name,Mail\nFile One,f1@l.example\nFile Two,f2@l.example\nFile Three,f3@l.example\n"),
    );
    const outcome = await importRows(
      manager,
      resourceNamed("user"),
      college,
      file,
      { name: "Name", email: "Mail" },
      { dry: false },
      async () => undefined,
    );
    expect(outcome.errors).toEqual([{ line: 4, field: "", message: expect.stringMatching(limited) as string }]);
    await setLimit(null);
    await add("withoutlimit");
  });
});

describe("what has no effect here", () => {
  const make = (resource: string, values: Record<string, string>) => create({ ctx: manager, input: { resource, values } });

  it("is not accepted by a form: addresses that a channel does not take, and a recurrence without its rule", async () => {
    const { id: user } = await make("user", { name: "Subscriber", email: "sub@l.example" });
    const subscribe = (channel: string, address = "") => make("event_subscription", { user, type: "EXAM", channel, address });
    await expect(subscribe("WEBHOOK")).rejects.toThrow(/Enter the webhook's address/);
    await expect(subscribe("WEBHOOK", "ftp://example.edu")).rejects.toThrow(/https:/);
    await expect(subscribe("PUSH", "short")).rejects.toThrow(/token that the app/);
    await expect(subscribe("SMS", "+49301234567")).rejects.toThrow(/Leave this empty/);
    await subscribe("WEBHOOK", "https://example.edu/hook");
    await subscribe("SMS");
    await subscribe("In app");
    const when = { title: "Assembly", scheduledAt: "2026-12-01T09:00" };
    await expect(make("event", { ...when, isRecurring: "on" })).rejects.toThrow(/Repeats is set by the console/);
    await make("event", when);
  });

  it("is not accepted from a file", async () => {
    const { id: user } = await make("user", { name: "Imported", email: "imp@l.example" });
    const outcome = await importRows(
      manager,
      resourceNamed("event_subscription"),
      college,
      await parseCsv(Buffer.from(`Person,Type,Channel\n${user},EXAM,PUSH\n`)),
      { user: "Person", type: "Type", channel: "Channel" },
      { dry: false },
      async () => undefined,
    );
    expect(outcome.errors[0]!.message).toMatch(/token that the app/);
  });
});
