import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import { commits } from "~/audit/commitment.ts";

// What the exam applications' login may do. Breaks when a table of the console, the log or the queue opens to it, when it can
// become another role, or when an application's own work no longer passes the platform's triggers.
const db = testDatabase();
let app: pg.Client;
let mine: string;
let theirs: string;

beforeAll(async () => {
  mine = (await makeCollege(db.owner)).id;
  theirs = (await makeCollege(db.owner)).id;
  await makeStaff(db.owner, "SUPER_ADMIN");
  app = new pg.Client({ connectionString: db.url("platform_app"), application_name: "exam-app" });
  await app.connect();
});
afterAll(() => app.end());

const only = (...ids: string[]) => `set local app.college_ids = '{${ids.join(",")}}'`;

async function scoped<T>(scope: string, run: () => Promise<T>): Promise<T> {
  await app.query(`begin; ${scope}`);
  try {
    return await run();
  } finally {
    await app.query("rollback");
  }
}

const codeOf = (text: string, values: unknown[] = [], on = app) =>
  on.query(text, values).then(
    () => "accepted",
    (error: { code?: string }) => error.code,
  );

describe("the console's own data", () => {
  it("is out of the platform application's reach: no table of console, audit, telemetry or the queue answers", async () => {
    const { rows } = await db.owner.query<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname in ('console', 'audit', 'telemetry', 'pgboss') and c.relkind in ('r', 'p', 'v', 'm')`,
    );
    expect(rows.length).toBeGreaterThan(50);
    for (const { name } of rows) expect([name, await codeOf(`select 1 from ${name} limit 1`)]).toEqual([name, "42501"]);
  });

  it("can't be written: a staff session, another role, a forged entry, a job", async () => {
    for (const statement of [
      "insert into console.staff_session (id, staff_id, token_hash, expires_at, step_up_at) select gen_random_uuid(), id, 'x', now() + interval '1 day', now() from console.staff",
      "update console.staff set role = 'SUPER_ADMIN'",
      "select password_hash, totp_secret from console.staff",
      "insert into audit.entry (id, at, actor_kind, request_id, action, resource, commitment) values (gen_random_uuid(), now(), 'staff', 'r', 'test.forged', 'x', '')",
      "insert into pgboss.job (name) values ('work')",
    ])
      expect([statement, await codeOf(statement)]).toEqual([statement, "42501"]);
  });

  it("stays closed whichever role is asked for, and RESET ROLE leads nowhere", async () => {
    const { rows } = await db.owner.query<{ name: string }>(
      "select rolname as name from pg_roles where rolname <> 'invigil_platform_app'",
    );
    for (const { name } of rows) expect([name, await codeOf(`set role "${name}"`)]).toEqual([name, "42501"]);
    await app.query("set role none; reset role; reset session authorization");
    const { rows: who } = await app.query(
      "select current_user::text as me, session_user::text as login, rolsuper or rolbypassrls or rolcreaterole as strong from pg_roles where rolname = current_user",
    );
    expect(who).toEqual([{ me: "invigil_platform_app", login: "invigil_platform_app", strong: false }]);
    const members = await db.owner.query("select 1 from pg_auth_members where member = 'invigil_platform_app'::regrole");
    expect(members.rowCount).toBe(0);
  });

  it("lends its trigger functions to nobody", async () => {
    await app.query("create temp table bait (id uuid, college_id uuid, value text)");
    const { rows } = await db.owner.query<{ name: string }>(
      "select p.oid::regprocedure::text as name from pg_proc p where p.prorettype = 'trigger'::regtype and p.prosecdef and p.pronamespace in ('public'::regnamespace, 'audit'::regnamespace)",
    );
    expect(rows.length).toBeGreaterThan(3);
    for (const { name } of rows)
      expect([name, await codeOf(`create trigger t after insert on bait for each row execute function ${name}`)]).toEqual([
        name,
        "42501",
      ]);
  });
});

describe("the tenants' tables", () => {
  it("show and take the rows of the scope, and of nobody without one", async () => {
    const insert = (college: string) =>
      codeOf('insert into public."user" (id, college_id, name, email) values (gen_random_uuid(), $1, $2, $2)', [college, "A"]);
    expect(await scoped(only(mine), () => insert(mine))).toBe("accepted");
    expect(await scoped(only(mine), () => insert(theirs))).toBe("42501");
    expect(await scoped("select 1", () => insert(mine))).toBe("42501");
    const colleges = () => app.query("select id from public.college");
    expect((await scoped(only(mine), colleges)).rows).toEqual([{ id: mine }]);
    expect((await scoped("select 1", colleges)).rows).toEqual([]);
  });

  it("are all admitted or named as closed, each of them under its policy", async () => {
    const { rows } = await db.owner.query<{ name: string; reads: boolean; writes: boolean; named: boolean }>(
      `select c.relname as name,
              has_table_privilege('invigil_platform_app', c.oid, 'select') as reads,
              has_table_privilege('invigil_platform_app', c.oid, 'insert') as writes,
              exists (select 1 from pg_policies p where p.schemaname = 'public' and p.tablename = c.relname and 'invigil_platform_app' = any (p.roles)) as named
       from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
         and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e') order by 1`,
    );
    expect(rows.filter((row) => row.reads !== row.named)).toEqual([]);
    expect(rows.filter((row) => !row.reads).map((row) => row.name)).toEqual([
      "_prisma_migrations",
      "api_key",
      "declared_conflict",
      "legal_hold",
      "platform_identifier",
      "review_decision",
      "review_statement",
      "search_class",
      "search_course",
      "search_exam",
      "search_person",
    ]);
    expect(rows.filter((row) => row.reads && !row.writes).map((row) => row.name)).toEqual([
      "answer_version",
      "appeal",
      "college",
      "collusion_pair",
      "exam_analysis",
      "forecast",
      "incident_time",
      "question_image",
      "result_hold",
      "review",
      "room_event",
      "room_hand",
      "room_message",
      "room_message_recipient",
      "subscription",
    ]);
  });

  it("let a later table in with the call that protects it, and keep one closed that nobody protected", async () => {
    await db.owner.query(
      "create table public.later (id uuid, college_id uuid); create table public.bare (id uuid, college_id uuid); select public.invigil_protect('public.later')",
    );
    const insert = (table: string) => codeOf(`insert into public.${table} values (gen_random_uuid(), $1)`, [mine]);
    expect(await scoped(only(mine), () => insert("later"))).toBe("accepted");
    expect(await scoped(only(theirs), () => insert("later"))).toBe("42501");
    expect(await scoped(only(mine), () => insert("bare"))).toBe("42501");
    await db.owner.query("drop table public.later, public.bare");
  });

  it("keep their state machines and unique identifiers when an application writes", async () => {
    const user = crypto.randomUUID();
    const exam = crypto.randomUUID();
    const attempt = crypto.randomUUID();
    await app.query(`begin; ${only(mine)}`);
    await app.query('insert into public."user" (id, college_id, name, email) values ($1, $2, $3, $3)', [user, mine, "Sam"]);
    await app.query("insert into public.class (id, college_id, name, academic_year) values ($1, $1, 'Algebra', '2026')", [mine]);
    await app.query(
      `insert into public.exam (id, college_id, title, duration_minutes, total_marks, passing_marks, start_time, end_time, class_id, status)
       values ($1, $2, 'Algebra', 60, 10, 5, now(), now() + interval '2 hours', $2, 'LIVE')`,
      [exam, mine],
    );
    await app.query(
      "insert into public.student_exam_attempt (id, college_id, user_id, exam_id, deadline_at) values ($1, $2, $3, $4, now() + interval '1 hour')",
      [attempt, mine, user, exam],
    );
    await app.query(
      "insert into public.user_session (id, college_id, user_id, token_hash, expires_at) values (gen_random_uuid(), $1, $2, 'hash-of-sam', now() + interval '1 day')",
      [mine, user],
    );
    await app.query("commit");
    const { rows } = await db.owner.query(
      `select a.candidate_no > 1000 as numbered, e.frozen_at is not null as frozen,
              exists (select 1 from public.platform_identifier where kind = 'USER_SESSION' and value = 'hash-of-sam') as kept
       from public.student_exam_attempt a join public.exam e on e.id = a.exam_id where a.id = $1`,
      [attempt],
    );
    expect(rows).toEqual([{ numbered: true, frozen: true, kept: true }]);
    const move = (state: string) => codeOf("update public.student_exam_attempt set state = $2 where id = $1", [attempt, state]);
    expect(await scoped(only(mine), () => move("GRADED"))).toBe("IV001");
    expect(await scoped(only(mine), () => move("SUBMITTED"))).toBe("accepted");
  });

  it("refuse what only the console decides: a subscription, an API key, a review", async () => {
    for (const statement of [
      "update public.college set subscription_expiry = '2099-01-01', max_students = 100000, payment_approval_limit = 999999",
      "insert into public.api_key (id, college_id, name, key_hash, prefix) select gen_random_uuid(), id, 'k', 'h', 'p' from public.college",
      "update public.review set state = 'CLEARED'",
    ])
      expect([statement, await scoped(only(mine), () => codeOf(statement))]).toEqual([statement, "42501"]);
  });
});

describe("what an application reports to the audit log", () => {
  it("is recorded as the application's, whatever it calls itself, with a commitment that holds", async () => {
    await app.query(`begin; ${only(mine)}; set local application_name = 'staff super@invigil.local'`);
    const { rows } = await app.query<{ id: string }>(
      "select public.invigil_record('exam.export', 'exam', 'e-1', $1, '{\"rows\": 3, \"actor_kind\": \"staff\"}') as id",
      [mine],
    );
    await app.query("commit");
    const { rows: entries } = await db.owner.query<{
      kind: string;
      actor: string | null;
      session: string | null;
      college: string;
      commitment: Buffer;
      salt: Buffer;
      body: string;
      waits: boolean;
    }>(
      `select e.actor_kind as kind, e.actor_id as actor, e.session_id as session, e.college_id as college, e.commitment, c.salt, c.body,
              exists (select 1 from audit.pending p where p.entry_id = e.id) as waits
       from audit.entry e join audit.content c on c.entry_id = e.id where e.id = $1`,
      [rows[0]!.id],
    );
    expect(entries).toMatchObject([{ kind: "platform-app", actor: null, session: null, college: mine, waits: true }]);
    const [entry] = entries;
    expect(commits(entry!.commitment, entry!.salt, entry!.body)).toBe(true);
    expect(JSON.parse(entry!.body)).toMatchObject({
      actor: { name: "Platform application staff super@invigil.local", email: null },
      details: { rows: 3 },
      risk: [],
    });
  });

  it("is refused for a tenant outside of the scope, and for what is no action", async () => {
    const say = (college: string | null, action = "exam.export") =>
      codeOf("select public.invigil_record($2, 'exam', null, $1)", [college, action]);
    expect(await scoped(only(mine), () => say(theirs))).toBe("42501");
    expect(await scoped("select 1", () => say(mine))).toBe("42501");
    expect(await scoped(only(mine), () => say(null))).toBe("42501");
    expect(await scoped(only(mine), () => say(mine, "Not An Action"))).toBe("22023");
  });

  it("is written by a role that can do nothing else", async () => {
    const { rows } = await db.owner.query<{ name: string; privileges: string[] }>(
      `select format('%I.%I', table_schema, table_name) as name, array_agg(privilege_type::text) as privileges
       from information_schema.role_table_grants where grantee = 'invigil_recorder' group by 1 order by 1`,
    );
    expect(rows).toEqual([
      { name: "audit.content", privileges: ["INSERT"] },
      { name: "audit.entry", privileges: ["INSERT"] },
    ]);
    const { rows: owner } = await db.owner.query(
      "select proowner::regrole::text as owner, prosecdef as definer, proconfig as config from pg_proc where proname = 'invigil_record'",
    );
    expect(owner).toEqual([{ owner: "invigil_recorder", definer: true, config: ["search_path=pg_catalog"] }]);
    await db.owner.query("select public.invigil_admit_platform_app()");
  });
});
