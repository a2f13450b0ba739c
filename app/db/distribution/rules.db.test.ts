import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeCollege, testDatabase } from "../../../tests/database.ts";
import { REFERENCE_TABLES, SHARD_TRIGGERS } from "./triggers.ts";

// Breaks when a migration adds what Citus refuses on a distributed table, long before someone distributes.
const db = testDatabase();
let app: pg.Client;
let mine: string;
let theirs: string;

beforeAll(async () => {
  mine = (await makeCollege(db.owner)).id;
  theirs = (await makeCollege(db.owner)).id;
  app = new pg.Client({ connectionString: db.url("app") });
  await app.connect();
});
afterAll(() => app.end());

const names = async (text: string, values: unknown[] = []) =>
  (await db.owner.query<{ name: string }>(text, values)).rows.map((row) => row.name);

const SUBQUERIES = `select tablename || '.' || policyname as name
  from pg_policies
  where schemaname = 'public'
    and coalesce(qual, '') || ' ' || coalesce(with_check, '') ~* '\\mselect\\M'
  order by 1`;

const CASCADES = `select conrelid::regclass || '.' || conname as name
  from pg_constraint
  where contype = 'f'
    and confupdtype not in ('a', 'r')
  order by 1`;

const TRIGGERS = `select c.relname || '.' || t.tgname as name
  from pg_trigger t
  join pg_class c on c.oid = t.tgrelid
  where not t.tgisinternal
    and c.relnamespace = 'public'::regnamespace
    and c.oid <> all ($1::regclass[])
  order by 1`;

describe("what Citus asks of a distributed schema", () => {
  it("no policy holds a subquery", async () => {
    expect(await names(SUBQUERIES)).toEqual([]);
  });

  it("a table that is protected later has no subquery in its policy either", async () => {
    await db.owner.query("create table public.later (id uuid, college_id uuid); select public.invigil_protect('public.later')");
    expect(await names(SUBQUERIES)).toEqual([]);
    await db.owner.query("drop table public.later");
  });

  it("no foreign key cascades an update, and every one is validated", async () => {
    expect(await names(CASCADES)).toEqual([]);
    expect(await names("select conname as name from pg_constraint where contype = 'f' and not convalidated")).toEqual([]);
  });

  it("no reference table has a trigger", async () => {
    expect(
      await names(
        "select tgrelid::regclass || '.' || tgname as name from pg_trigger where not tgisinternal and tgrelid = any ($1::regclass[])",
        [REFERENCE_TABLES],
      ),
    ).toEqual([]);
  });

  it("every trigger on a distributed table says why it is safe on a shard", async () => {
    expect(await names(TRIGGERS, [REFERENCE_TABLES])).toEqual(Object.keys(SHARD_TRIGGERS).sort());
  });

  it("the checks notice what a later migration would break", async () => {
    await db.owner.query("begin");
    try {
      await db.owner.query(`create policy careless on public.exam using (college_id in (select id from public.college));
      alter table public.exam add constraint careless foreign key (college_id) references public.college (id) on update cascade;
      create function public.careless() returns trigger language plpgsql as 'begin return new; end';
      create trigger careless before insert on public.exam for each row execute function public.careless()`);
      expect(await names(SUBQUERIES)).toEqual(["exam.careless"]);
      expect(await names(CASCADES)).toEqual(["exam.careless"]);
      expect(await names(TRIGGERS, [REFERENCE_TABLES])).toContain("exam.careless");
    } finally {
      await db.owner.query("rollback");
    }
  });
});

describe("a subscription's state", () => {
  const scopes = [
    ["the platform", () => "set local role invigil_platform"],
    ["its tenant", () => `set local app.college_ids = '{${mine}}'`],
  ] as const;

  async function attempt(scope: string, text: string, values: unknown[]): Promise<string> {
    await app.query(`begin; ${scope}`);
    try {
      await app.query(text, values);
      return "accepted";
    } catch (error) {
      return (error as { code: string }).code;
    } finally {
      await app.query("rollback");
    }
  }

  it.each(scopes)("is out of reach of an update by %s, which may still change the rest of the college", async (_label, scope) => {
    expect(await attempt(scope(), "update public.college set subscription_status = 'SUSPENDED' where id = $1", [mine])).toBe(
      "42501",
    );
    expect(await attempt(scope(), "update public.college set grace_days = 3 where id = $1", [mine])).toBe("accepted");
  });

  it.each(scopes)("moves by its machine, and by no other way, for %s", async (_label, scope) => {
    const move = "select public.set_subscription_status($1, $2)";
    expect(await attempt(scope(), move, [mine, "SUSPENDED"])).toBe("accepted");
    expect(await attempt(scope(), move, [mine, "TRIAL"])).toBe("IV001");
    expect(await attempt(scope(), move, [mine, "NONSENSE"])).toBe("IV001");
  });

  it("can't be moved by another tenant, without a scope, or by an exam application", async () => {
    const move = "select public.set_subscription_status($1, 'SUSPENDED')";
    expect(await attempt(`set local app.college_ids = '{${mine}}'`, move, [theirs])).toBe("42501");
    expect(await attempt("select 1", move, [theirs])).toBe("42501");
    const { rows } = await db.owner.query(
      "select has_function_privilege('invigil_platform_app', 'public.set_subscription_status(uuid, text)', 'execute') as may",
    );
    expect(rows).toEqual([{ may: false }]);
  });

  it("is the only column of a college that the runtime roles can't update", async () => {
    expect(
      await names(
        `select r.name || '.' || a.attname as name
         from pg_attribute a
         cross join unnest(array['invigil_app', 'invigil_platform']) as r (name)
         where a.attrelid = 'public.college'::regclass
           and a.attnum > 0
           and not a.attisdropped
           and not has_column_privilege(r.name, a.attrelid, a.attnum, 'UPDATE')
         order by 1`,
      ),
    ).toEqual(["invigil_app.subscription_status", "invigil_platform.subscription_status"]);
  });
});
