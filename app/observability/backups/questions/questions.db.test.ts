import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Ctx } from "~/db/ctx.ts";
import { Forbidden, Invalid } from "~/platform/errors.ts";
import { ctxFor, everywhere, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { changeDrillQuestion } from "./change-question.server.ts";
import { createDrillQuestion } from "./create-question.server.ts";
import { deleteDrillQuestion } from "./delete-question.server.ts";
import { listDrillQuestions } from "./list-questions.server.ts";
import { tryDrillQuestion } from "./try-question.server.ts";

// Breaks when a question can do more than read a number of exam data, or is saved although no drill could ask it.
const db = testDatabase();
let sre: Ctx;
let app: pg.Client;

beforeAll(async () => {
  sre = ctxFor(await makeStaff(db.owner, "SRE"), everywhere);
  for (let i = 0; i < 3; i++) await makeCollege(db.owner);
  app = new pg.Client({ connectionString: db.url("app") });
  await app.connect();
});
afterAll(() => app.end());

const COLLEGES = "select count(*) from public.college";
const ask = (sql: string) => tryDrillQuestion({ ctx: sre, input: { sql } }).then(({ value }) => value);
const refusalOf = (sql: string) =>
  ask(sql).then(
    (value) => `answered ${value}`,
    (error: unknown) => (error instanceof Invalid ? error.fields["sql"]?.[0] : String(error)),
  );
const question = (name: string, over: Partial<Parameters<typeof createDrillQuestion>[0]["input"]> = {}) => ({
  name,
  sql: COLLEGES,
  min: "1",
  max: "",
  enabled: true,
  ...over,
});

describe("a question", () => {
  it.each([
    [COLLEGES, 3],
    [`${COLLEGES};`, 3],
    [`with c as (select * from college) select count(*) from c -- "all; of them"`, 3],
    ["select 1.5 as answer where ';' = $$;$$", 1.5],
    ["select avg(length(name)) * 0 from public.college", 0],
    ["(select max(n) from generate_series(1, 7) as s (n))", 7],
  ])("is answered: %s", async (sql, value) => {
    expect(await ask(sql)).toBe(value);
  });

  it.each([
    ["", /Enter a SELECT statement/],
    [`select 1 ${"-".repeat(4001)}`, /longer than 4,000/],
    ["delete from public.college", /^Write one SELECT statement/],
    ["explain select 1", /^Write one SELECT statement/],
    ["select 1 from", /does not understand it: syntax error/],
    ["select count(*) from public.nothing_here", /does not understand it: relation .* does not exist/],
    ["select 1 where false", /no row/],
    ["select 1 from generate_series(1, 5)", /more than one row/],
    ["select 1 as a, 2 as a", /2 columns/],
    ["select from public.college limit 1", /no column/],
    ["select null::int", /returned NULL/],
    ["select 'seven'", /other than a number/],
    ["select 'NaN'::float8", /other than a number/],
    ["select now()", /other than a number/],
    ["select count(*) from generate_series(1, 1000000000000)", /longer than 5/],
  ])("that can't be one number is refused: %s", async (sql, reason) => {
    expect(await refusalOf(sql)).toMatch(reason);
  });

  it.each([
    ["select pg_sleep(1000)", /may not call pg_sleep/],
    [`select "pg_sleep" /* now */ (1000)`, /may not call pg_sleep/],
    ["select count(pg_catalog.pg_terminate_backend(pid)) from pg_stat_activity", /may not call pg_terminate_backend/],
    ["select count(pg_advisory_lock(1))", /may not call pg_advisory_lock/],
    ["select count(set_config('role', 'none', false))", /may not call set_config/],
    ["select length(query_to_xml('select 1', true, true, '')::text)", /may not call query_to_xml/],
    ["select count(*) from pg_read_file('/etc/passwd')", /may not call pg_read_file/],
    ["select 1; drop table public.college", /Only one statement/],
    ["select 1) as q; drop table public.college; --", /Only one statement/],
    ["with gone as (delete from public.college returning 1) select count(*) from gone", /would change data|permission denied/],
    ["select 1 from public.college for update", /would change data|permission denied/],
    ["select 1 into public.copied", /SELECT statement|would change data|permission denied/],
    ["select count(*) from console.staff", /not console/],
    [`select count(*) from "console" . "staff"`, /not console/],
    ["select count(*) from public.api_key where key_hash like 'a%'", /permission denied/],
    ["select count(*) from public.user_session s where s::text like '%a%'", /permission denied/],
    [`select U&"pg\\005fsleep"(1000)`, /U&/],
  ])("that is hostile is refused: %s", async (sql, reason) => {
    expect(await refusalOf(sql)).toMatch(reason);
  });

  it("does not spell out in its refusal what it read", async () => {
    const reason = await refusalOf("select name::int from public.college limit 1");
    expect(reason).toMatch(/can't be computed or converted \(22P02\)/);
  });
});

describe("whatever gets past the reading of the text", () => {
  // The function itself, as the web's login calls it: a text that was not looked at before.
  const inside = async (sql: string, begin = "begin read only") => {
    await app.query(begin);
    try {
      await app.query("set local statement_timeout = 1000");
      await app.query("select * from public.invigil_ask_question($1)", [sql]);
      return "accepted";
    } catch (error) {
      return (error as Error).message;
    } finally {
      await app.query("rollback");
    }
  };

  it("can't climb to another role, write, or see the console", async () => {
    expect(await inside("select set_config('role', 'none', true)")).toMatch(/cannot set parameter "role"/);
    expect(await inside("select set_config('role', 'invigil_platform', true)")).toMatch(/cannot set parameter "role"/);
    expect(await inside("select set_config('session_authorization', 'invigil_app', true)")).toMatch(/cannot set parameter/);
    expect(await inside("select set_config('transaction_read_only', 'off', true)")).toMatch(/read-write mode/);
    expect(await inside("select 1; select 2")).toMatch(/multi-query/);
    expect(await inside("select password_hash from console.staff")).toMatch(/permission denied/);
    expect(await inside("select console.staff_password_hash(null)")).toMatch(/permission denied/);
    expect(await inside("select query_to_xml('select * from console.staff_session', true, true, '')")).toMatch(
      /permission denied/,
    );
    expect(await inside("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'invigil_app'")).toMatch(
      /permission denied/,
    );
    expect(await inside("select pg_sleep(100)")).toMatch(/statement timeout/);
    expect(await inside("select 1", "begin")).toMatch(/read-only transaction/);
  });

  it("reads no hash, secret or token of any table", async () => {
    const { rows } = await db.owner.query<{ name: string }>(
      `select format('%I.%I', c.relname, a.attname) as name
       from pg_attribute a
         join pg_class c on c.oid = a.attrelid
       where c.relnamespace in ('public'::regnamespace, 'console'::regnamespace)
         and c.relkind in ('r', 'p')
         and a.attname ~ '(hash|secret|^(refresh|access|id)_token)$'
         and has_column_privilege('invigil_reader', c.oid, a.attnum, 'select')`,
    );
    expect(rows).toEqual([]);
  });
});

describe("the list of questions", () => {
  it("is added to, changed and cut, each recorded with what was asked", async () => {
    const made = await createDrillQuestion({ ctx: sre, input: question("Colleges", { min: "1,000" }) });
    expect(made).toMatchObject({ value: 3, min: 1000, max: null });
    await changeDrillQuestion({ ctx: sre, input: { ...question("All colleges", { max: "10", enabled: false }), id: made.id } });
    expect(await listDrillQuestions({ ctx: sre, input: {} })).toMatchObject([
      { id: made.id, name: "All colleges", sql: COLLEGES, min: 1, max: 10, enabled: false, answer: null },
    ]);
    await deleteDrillQuestion({ ctx: sre, input: { id: made.id } });
    expect(await listDrillQuestions({ ctx: sre, input: {} })).toEqual([]);
    const { rows } = await db.owner.query<{ action: string; body: string }>(
      `select e.action, c.body
       from audit.entry e
         join audit.content c on c.at = e.at and c.entry_id = e.id
       where e.resource = 'drill_question' and e.resource_id = $1
       order by e.at`,
      [made.id],
    );
    expect(rows.map((row) => row.action)).toEqual(["drill-question.create", "drill-question.change", "drill-question.delete"]);
    for (const row of rows) expect(row.body).toContain(COLLEGES);
  });

  it.each([
    [{ min: "", max: "" }, "min"],
    [{ min: "many", max: "" }, "min"],
    [{ min: "5", max: "4" }, "max"],
    [{ name: "  " }, "name"],
    [{ sql: "select pg_sleep(1)" }, "sql"],
  ])("takes no question with %j", async (over, field) => {
    const error = await createDrillQuestion({ ctx: sre, input: question("Refused", over) }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Invalid);
    expect(Object.keys((error as Invalid).fields)).toEqual([field]);
  });

  it("takes a name once", async () => {
    await createDrillQuestion({ ctx: sre, input: question("Once") });
    await expect(createDrillQuestion({ ctx: sre, input: question("Once") })).rejects.toThrow("This name is already in use");
  });

  it("is read by an auditor, and changed by nobody but those who may run a drill", async () => {
    const auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), everywhere);
    expect(await listDrillQuestions({ ctx: auditor, input: {} })).toHaveLength(1);
    await expect(createDrillQuestion({ ctx: auditor, input: question("Theirs") })).rejects.toBeInstanceOf(Forbidden);
    await expect(tryDrillQuestion({ ctx: auditor, input: { sql: COLLEGES } })).rejects.toBeInstanceOf(Forbidden);
    const proctor = ctxFor(await makeStaff(db.owner, "PROCTOR"), everywhere);
    await expect(listDrillQuestions({ ctx: proctor, input: {} })).rejects.toBeInstanceOf(Forbidden);
  });
});
