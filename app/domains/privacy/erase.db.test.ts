import { strFromU8, unzipSync } from "fflate";
import { beforeAll, describe, expect, it } from "vitest";
import "../resources.ts";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import { makeAttempt, makeExam, makeReview, type MadeExam } from "../../../tests/fixtures/exam.ts";
import { makeRow } from "../../../tests/fixtures/one-of-each.ts";
import type { Ctx } from "~/db/ctx.ts";
import { withScope } from "~/db/scope.server.ts";
import { Conflict, Forbidden, Invalid, NotFound, StepUpRequired } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { erasePerson } from "./erase-person.server.ts";
import { listHolds, liftHold, placeHold } from "./legal-hold.server.ts";
import { previewErasure } from "./preview-erasure.server.ts";
import { personArchive } from "./run-export.server.ts";
import { startPersonExport } from "./start-export.server.ts";
import { PERSON_TABLES } from "./tables.ts";

const db = testDatabase();
const reason = "They asked for it in writing";
let college: string;
let manager: Ctx;
let stranger: Ctx;
let auditor: Ctx;
let exam: MadeExam;

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  const other = (await makeCollege(db.owner)).id;
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
  stranger = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [other]), inTenants(other));
  auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), { kind: "all" });
  exam = await makeExam(db.owner, college, { students: 12, status: "LIVE", start: new Date(Date.now() - 600_000) });
});

const emailOf = async (id: string) =>
  (await db.owner.query<{ email: string }>(`select email from public."user" where id = $1`, [id])).rows[0]!.email;
const erase = async (id: string, ctx: Ctx = manager) => erasePerson({ ctx, input: { id, reason, typed: await emailOf(id) } });
const userRow = async (id: string) => (await db.owner.query(`select * from public."user" where id = $1`, [id])).rows[0]!;

/** Where a word stands, in any text of the platform's and the console's tables. */
async function whereIs(word: string): Promise<string[]> {
  const { rows: columns } = await db.owner.query<{ table: string; column: string }>(
    `select format('%I.%I', n.nspname, c.relname) as table, quote_ident(a.attname) as column
     from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where n.nspname in ('public', 'console') and c.relkind in ('r', 'p')
       and format_type(a.atttypid, null) in ('text', 'jsonb', 'json', 'text[]', 'tsvector', 'character varying')`,
  );
  const found: string[] = [];
  for (const { table, column } of columns) {
    const { rowCount } = await db.owner.query(`select from ${table} where ${column}::text ilike '%' || $1 || '%' limit 1`, [
      word,
    ]);
    if (rowCount) found.push(`${table}.${column}`.replaceAll('"', ""));
  }
  return found;
}

/** One row of each table that knows a person, with the person's name and address written wherever a text may hold them. */
async function plantEverywhere(id: string, name: string, email: string): Promise<void> {
  const attempt = await makeAttempt(db.owner, exam, exam.students.indexOf(id), { picks: [0], state: "SUBMITTED" });
  const another = await makeAttempt(db.owner, exam, 11, { picks: [0], state: "SUBMITTED" });
  const review = await makeReview(db.owner, exam, attempt);
  for (const state of ["CLAIMED", "CLEARED"])
    await db.owner.query("update public.review set state = $2 where id = $1", [review, state]);
  const known = new Map([
    ["user", id],
    ["exam", exam.id],
    ["class", exam.classId],
    ["question", exam.questions[0]!.id],
    ["question_option", exam.questions[0]!.options[0]!],
    ["student_exam_attempt", attempt],
    ["review", review],
  ]);
  const mine: Record<string, Record<string, unknown>> = {
    verification_token: { identifier: email },
    user_invitation: { email, accepted_by_id: null },
    certificate: { revoked_at: new Date(), revoked_reason: "x" },
    appeal: { status: "DISMISSED" },
    legal_hold: { lifted_at: new Date(), lifted_reason: "x" },
    collusion_pair: { first_attempt_id: attempt, second_attempt_id: another },
    room_hand: { state: "CLOSED" },
  };
  for (const table of Object.keys(PERSON_TABLES).reverse()) {
    const there = ["enrollment", "student_answer", "answer_version"].includes(table);
    if (!there && !known.has(table)) await makeRow(db.owner, college, known, table, mine[table]);
  }
  const { rows: texts } = await db.owner.query<{ table: string; column: string; type: string }>(
    `select c.relname as table, a.attname as column, format_type(a.atttypid, null) as type
     from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relname = any($1)
       and format_type(a.atttypid, null) in ('text', 'jsonb')
       and not exists (
         select from pg_constraint k
         where k.conrelid = c.oid and k.contype = 'c' and a.attnum = any(k.conkey)
           and pg_get_constraintdef(k.oid) like '%= ANY (ARRAY[%'
       )`,
    [Object.keys(PERSON_TABLES)],
  );
  const addresses = new Set(["user.email", "verification_token.identifier"]);
  for (const { table, column, type } of texts) {
    if (PERSON_TABLES[table]!.kept?.columns.includes(column) || addresses.has(`${table}.${column}`)) continue;
    const own =
      table === "user" ? "id = $2" : PERSON_TABLES[table]!.by.column === "user_id" ? "user_id = $2" : "college_id <> $2";
    await db.owner.query(
      `update public."${table}" set "${column}" = ${type === "jsonb" ? "jsonb_build_object('text', $1::text)" : "$1::text"} where ${own}`,
      [
        table === "user" && column === "name"
          ? name
          : column === "email" || column === "to_address"
            ? email
            : `${name} <${email}>`,
        id,
      ],
    );
  }
  await db.owner.query(
    `insert into console.mail (id, purpose, to_address, subject, body) values ($1, 'notification', $2, $3, 'x')`,
    [newId(), email, name],
  );
  await db.owner.query("update public.attendance set recorded_by = $1 where college_id = $2", [name, college]);
  const [comparison, job] = [newId(), newId()];
  await db.owner.query(
    `insert into console.restore_comparison (id, college_id, moment, reason, by_whom) values ($1, $2, now(), 'x', 'x')`,
    [comparison, college],
  );
  await db.owner.query(
    `insert into console.restore_difference (comparison_id, table_name, row_id, kind, person_id, then_row)
     values ($1, 'user', $2, 'CHANGED', $2, jsonb_build_object('name', $3::text))`,
    [comparison, id, name],
  );
  await db.owner.query(`insert into console.change_set (job_id, resource, act) values ($1, 'user', 'lock')`, [job]);
  await db.owner.query(
    `insert into console.change_row (job_id, row_id, college_id, before, after)
     values ($1, $2, $3, jsonb_build_object('locked_reason', $4::text), '{}')`,
    [job, id, college, name],
  );
}

describe("an erased person", () => {
  it("leaves neither name nor address in any text of the platform or the console; their records stay under a number", async () => {
    const id = exam.students[0]!;
    const [name, email] = ["Zsuzsanna Quillfeather", "zsuzsanna.quillfeather@old.example"];
    await db.owner.query(`update public."user" set name = $1, email = $2, roll_no = 'R-4711' where id = $3`, [name, email, id]);
    await plantEverywhere(id, name, email);
    expect((await whereIs("quillfeather")).length).toBeGreaterThan(60);
    const before = await previewErasure({ ctx: manager, input: { id } });
    expect(Object.keys(PERSON_TABLES).filter((table) => !before.tables.some((row) => row.name === table))).toEqual([]);
    expect(before.blockers).toEqual([]);

    const { number } = await erase(id);
    expect(await whereIs("quillfeather")).toEqual([]);
    expect(await whereIs("R-4711")).toEqual([]);
    expect(await userRow(id)).toMatchObject({
      name: `Person ${number}`,
      email: `person-${number}@erased.invalid`,
      is_active: false,
      roll_no: null,
    });
    const after = await previewErasure({ ctx: manager, input: { id } });
    const rowsOf = (of: typeof after) => new Map(of.tables.map((row) => [row.name, row.rows]));
    for (const [table, rows] of rowsOf(before))
      expect([table, rowsOf(after).get(table) ?? 0]).toEqual([table, PERSON_TABLES[table]!.erase === "keep" ? rows : 0]);
    const search = await withScope(manager, (ctx) =>
      ctx.tx.query<{ name: string }>({
        text: "select name from public.search_person where haystack ilike any ($1)",
        values: [["%quillfeather%", `%person ${number}%`]],
      }),
    );
    expect(search.rows).toEqual([{ name: `Person ${number}` }]);
    const { rows } = await db.owner.query<{ body: string }>(
      "select c.body from audit.entry e join audit.content c on c.entry_id = e.id where e.action = 'user.erase' and e.resource_id = $1",
      [id],
    );
    expect(JSON.parse(rows[0]!.body)).toMatchObject({ reason, details: { personNo: number } });
    expect(rows[0]!.body).not.toMatch(/quillfeather/i);
  });

  it("can't be opened again, signed in or let into an exam by anybody", async () => {
    const id = exam.students[1]!;
    await erase(id);
    const app = (text: string, values: unknown[]) =>
      withScope(manager, (ctx) => ctx.tx.query({ text, values })).catch((error: unknown) => error);
    const refused = expect.objectContaining({ message: expect.stringMatching(/was erased/) });
    expect(await app(`update public."user" set is_active = true where id = $1`, [id])).toEqual(refused);
    expect(await app(`update public."user" set name = 'Ann' where id = $1`, [id])).toEqual(refused);
    expect(
      await app(
        "insert into public.user_session (id, college_id, user_id, token_hash, expires_at) values ($1, $2, $3, 'h', now())",
        [newId(), college, id],
      ),
    ).toEqual(refused);
    expect(
      await app("insert into public.student_exam_attempt (id, college_id, user_id, exam_id) values ($1, $2, $3, $4)", [
        newId(),
        college,
        id,
        exam.id,
      ]),
    ).toEqual(refused);
  });

  it("is erased once, by whoever asks first", async () => {
    const id = exam.students[2]!;
    const typed = await emailOf(id);
    const both = await Promise.allSettled([1, 2].map(() => erasePerson({ ctx: manager, input: { id, reason, typed } })));
    const lost = both.filter((result) => result.status === "rejected");
    expect(lost).toHaveLength(1);
    expect(lost[0]!.reason).toBeInstanceOf(Conflict);
    expect(String(lost[0]!.reason)).toMatch(/erased already, and is Person \d+ now/);
  });

  it("is not let into an exam that was begun while the erasure ran", async () => {
    const id = exam.students[3]!;
    await db.owner.query("begin");
    await db.owner.query(`select from public."user" where id = $1 for update`, [id]);
    const begins = withScope(manager, (ctx) =>
      ctx.tx.query({
        text: "insert into public.student_exam_attempt (id, college_id, user_id, exam_id) values ($1, $2, $3, $4)",
        values: [newId(), college, id, exam.id],
      }),
    ).catch((error: unknown) => error);
    await expect
      .poll(async () => (await db.owner.query("select 1 from pg_locks where not granted")).rowCount, { timeout: 20_000 })
      .toBeGreaterThan(0);
    await db.owner.query(`update public."user" set person_no = 7, erased_at = now() where id = $1`, [id]);
    await db.owner.query("commit");
    expect(await begins).toMatchObject({ message: expect.stringMatching(/was erased/) });
  });
});

describe("an erasure", () => {
  it("is refused while they sit an exam, are under review or appeal, or are held; and says what to do", async () => {
    const [sits, reviewed, held] = exam.students.slice(4, 7) as [string, string, string];
    await makeAttempt(db.owner, exam, 4, { picks: [0], state: "PAUSED" });
    await expect(erase(sits)).rejects.toThrow(/They are sitting Exam .* Wait until the attempt has ended/);
    await makeReview(db.owner, exam, await makeAttempt(db.owner, exam, 5, { picks: [0], state: "SUBMITTED" }));
    await expect(erase(reviewed)).rejects.toThrow(/1 integrity review of their attempts is open\. Decide first/);
    const { id: hold } = await placeHold({ ctx: manager, input: { id: held, reason: "A lawsuit about fees", until: "" } });
    await expect(erase(held)).rejects.toThrow(/placed a legal hold: A lawsuit about fees\. Lift it first/);
    expect((await userRow(held)).name).toMatch(/^Student/);
    await liftHold({ ctx: manager, input: { id: held, holdId: hold, reason: "Settled" } });
    await expect(erase(held)).resolves.toMatchObject({ number: expect.any(Number) });
  });

  it("needs the address typed, a reason, the role, the tenant and a fresh proof", async () => {
    const id = exam.students[7]!;
    const input = { id, reason, typed: await emailOf(id) };
    await expect(erasePerson({ ctx: manager, input: { ...input, typed: "yes" } })).rejects.toBeInstanceOf(Invalid);
    await expect(erasePerson({ ctx: manager, input: { ...input, reason: "" } })).rejects.toBeInstanceOf(Invalid);
    await expect(erasePerson({ ctx: auditor, input })).rejects.toBeInstanceOf(Forbidden);
    await expect(erasePerson({ ctx: stranger, input })).rejects.toBeInstanceOf(NotFound);
    const stale = { ...manager, session: { id: newId(), stepUpAt: null, secondFactor: true } };
    await expect(erasePerson({ ctx: stale, input })).rejects.toBeInstanceOf(StepUpRequired);
    await expect(startPersonExport({ ctx: stale, input: { id, reason } })).rejects.toBeInstanceOf(StepUpRequired);
    await expect(startPersonExport({ ctx: stranger, input: { id, reason } })).rejects.toBeInstanceOf(NotFound);
    expect((await userRow(id)).erased_at).toBeNull();
  });
});

describe("a hold", () => {
  it("stands until its last day has passed, is lifted once, and is recorded", async () => {
    const id = exam.students[8]!;
    await expect(placeHold({ ctx: manager, input: { id, reason, until: "2020-01-01" } })).rejects.toThrow(/last day has passed/);
    const { id: hold } = await placeHold({ ctx: manager, input: { id, reason, until: "2099-01-31" } });
    expect((await listHolds({ ctx: manager, input: { id } }))[0]).toMatchObject({ stands: true, until: "2099-01-31" });
    await db.owner.query("update public.legal_hold set until = current_date - 1 where id = $1", [hold]);
    expect((await listHolds({ ctx: manager, input: { id } }))[0]).toMatchObject({ stands: false });
    await liftHold({ ctx: manager, input: { id, holdId: hold, reason: "Over" } });
    await expect(liftHold({ ctx: manager, input: { id, holdId: hold, reason: "Over" } })).rejects.toThrow(/lifted already/);
    await expect(placeHold({ ctx: stranger, input: { id, reason, until: "" } })).rejects.toBeInstanceOf(NotFound);
    const { rows } = await db.owner.query("select action from audit.entry where resource_id = $1 order by id", [id]);
    expect(rows.map((row: { action: string }) => row.action)).toEqual(["user.hold", "user.lift_hold"]);
  });
});

describe("an export", () => {
  it("holds a file for each table with something on them, and no hash, key or other person", async () => {
    const [id, other] = [exam.students[9]!, exam.students[10]!];
    await db.owner.query(`update public."user" set name = 'Ann Archer', password = 'scrypt$secret' where id = $1`, [id]);
    const known = new Map([["user", id]]);
    for (const table of ["user_session", "student_profile", "notification", "payment"])
      await makeRow(db.owner, college, known, table, table === "user_session" ? { token_hash: "hash-of-ann" } : {});
    const { zip, files } = await personArchive(manager, id, async () => undefined);
    const read = Object.fromEntries(Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, strFromU8(bytes)]));
    expect(Object.keys(read)).toEqual(["README.txt", ...files.map((file) => file.name)]);
    expect(Object.keys(read)).toEqual(
      expect.arrayContaining(["user.csv", "user-session.csv", "student-profile.csv", "payment.csv", "enrollment.csv"]),
    );
    expect(read["user.csv"]).toMatch(/Name,E-mail,Roll number/);
    expect(read["user.csv"]).toMatch(/Ann Archer/);
    expect(read["README.txt"]).toMatch(/payment\.csv: Payments, 1 record/);
    const all = Object.values(read).join("\n");
    expect(all).not.toMatch(/secret|hash-of-ann/);
    expect(all).not.toMatch(await emailOf(other));
    await expect(personArchive(stranger, id, async () => undefined)).rejects.toBeInstanceOf(NotFound);
  });

  it("does not tell a result before it is published, nor a review before it is decided", async () => {
    const id = exam.students[8]!;
    const attempt = await makeAttempt(db.owner, exam, 8, { picks: [0], state: "SUBMITTED" });
    const review = await makeReview(db.owner, exam, attempt);
    const known = new Map([
      ["user", id],
      ["exam", exam.id],
      ["student_exam_attempt", attempt],
    ]);
    const result = await makeRow(db.owner, college, known, "exam_result", { published_at: null, withheld: false });
    const named = async () => (await personArchive(manager, id, async () => undefined)).files.map((file) => file.name);
    expect(await named()).not.toEqual(expect.arrayContaining(["exam-result.csv"]));
    expect(await named()).not.toEqual(expect.arrayContaining(["review.csv"]));
    await db.owner.query("update public.exam_result set published_at = now() where id = $1", [result]);
    for (const state of ["CLAIMED", "CLEARED"])
      await db.owner.query("update public.review set state = $2 where id = $1", [review, state]);
    expect(await named()).toEqual(expect.arrayContaining(["exam-result.csv", "review.csv"]));
  });

  it("is asked for with a reason, and its file goes with the person", async () => {
    const id = exam.students[11]!;
    await expect(startPersonExport({ ctx: manager, input: { id, reason: "" } })).rejects.toBeInstanceOf(Invalid);
    const { jobId } = await startPersonExport({ ctx: manager, input: { id, reason } });
    await db.owner.query(
      "insert into console.job_file (id, job_id, name, content_type, content) values ($1, $2, 'a.zip', 'application/zip', 'x')",
      [newId(), jobId],
    );
    await erase(id);
    expect((await db.owner.query("select from console.job_file where job_id = $1", [jobId])).rowCount).toBe(0);
  });
});
