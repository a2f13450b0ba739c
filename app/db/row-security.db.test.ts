import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeCollege, testDatabase } from "../../tests/database.ts";

// Breaks when a tenant's table is added without protection, when a policy lets a row through, or when a key crosses tenants.
const db = testDatabase();

type Catalog = { tables: string[]; columns: Map<string, { name: string; type: string; required: boolean }[]> };

async function catalog(client: pg.Client): Promise<Catalog> {
  const tables = await client.query<{ name: string }>(
    "select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attname = 'college_id' where n.nspname = 'public' and c.relkind = 'r' order by 1",
  );
  const columns = await client.query<{ table: string; name: string; type: string; required: boolean }>(
    "select table_name as table, column_name as name, udt_name as type, is_nullable = 'NO' and column_default is null as required from information_schema.columns where table_schema = 'public' and is_generated = 'NEVER'",
  );
  const byTable = new Map<string, { name: string; type: string; required: boolean }[]>();
  for (const column of columns.rows) byTable.set(column.table, [...(byTable.get(column.table) ?? []), column]);
  return { tables: tables.rows.map((row) => row.name), columns: byTable };
}

let cat: Catalog;
let mine: string;
let theirs: string;
let app: pg.Client;
let checks: Map<string, string>;

function valueFor(table: string, column: { name: string; type: string }): unknown {
  if (column.name === "commitment") return Buffer.from("x");
  const check = checks.get(`${table}.${column.name}`);
  if (check) return check;
  switch (column.type) {
    case "uuid":
      return crypto.randomUUID();
    case "int2":
    case "int4":
      return 1;
    case "int8":
      return 1 + Math.floor(Math.random() * 1e12);
    case "bool":
      return false;
    case "timestamptz":
      return column.name.includes("end") ? "2030-01-02T00:00:00Z" : "2030-01-01T00:00:00Z";
    case "date":
      return "2030-01-01";
    case "jsonb":
      return "{}";
    case "_text":
      return [];
    case "bytea":
      return Buffer.from("x");
    default:
      return `v${crypto.randomUUID()}`;
  }
}

/** A row of this table for this tenant, without its parents: the owner skips the foreign keys. */
async function insertRow(client: pg.Client, table: string, collegeId: string): Promise<string> {
  const id = crypto.randomUUID();
  const columns = cat.columns
    .get(table)!
    .filter((column) => column.required || column.name === "id" || column.name === "college_id");
  const values = columns.map((column) =>
    column.name === "id" ? id : column.name === "college_id" ? collegeId : valueFor(table, column),
  );
  if (table === "collusion_pair") {
    const a = columns.findIndex((column) => column.name === "first_attempt_id");
    const b = columns.findIndex((column) => column.name === "second_attempt_id");
    [values[a], values[b]] = [values[a], values[b]].sort() as [unknown, unknown];
  }
  await client.query(
    `insert into public."${table}" (${columns.map((column) => `"${column.name}"`).join(", ")}) values (${columns.map((_, i) => `$${i + 1}`).join(", ")})`,
    values,
  );
  return id;
}

async function scoped<T>(scope: string, run: () => Promise<T>): Promise<T> {
  await app.query(`begin; ${scope}`);
  try {
    return await run();
  } finally {
    await app.query("rollback");
  }
}

const only = (...ids: string[]) => `set local app.college_ids = '{${ids.join(",")}}'`;

beforeAll(async () => {
  mine = (await makeCollege(db.owner)).id;
  theirs = (await makeCollege(db.owner)).id;
  cat = await catalog(db.owner);
  const defs = await db.owner.query<{ table: string; def: string }>(
    "select conrelid::regclass::text as table, pg_get_constraintdef(oid) as def from pg_constraint where contype = 'c' and connamespace = 'public'::regnamespace",
  );
  checks = new Map(
    defs.rows.flatMap(({ table, def }) => {
      const match = /CHECK \(\((\w+) = (?:ANY \(ARRAY\[)?'([^']+)'/.exec(def);
      return match ? [[`${table.replaceAll('"', "")}.${match[1]}`, match[2]!] as [string, string]] : [];
    }),
  );
  app = new pg.Client({ connectionString: db.url("app") });
  await app.connect();
  await db.owner.query("set session_replication_role = replica");
});
afterAll(() => app.end());

/** Nobody at run time may change or delete a row of these, whatever its tenant. */
const WRITTEN_ONCE = new Set(["answer_version", "review_statement"]);

/** What every role may see and change of every table: the complaints, none of them expected. */
async function crossings(tables: string[]): Promise<string[]> {
  const wrong: string[] = [];
  const expectCount = async (table: string, id: string, scope: string, label: string, want: number) => {
    for (const [verb, statement] of [
      ["select", `select 1 from public."${table}" where id = $1`],
      ["update", `update public."${table}" set college_id = college_id where id = $1`],
      ["delete", `delete from public."${table}" where id = $1`],
    ] as const) {
      if (table === "platform_identifier" && verb !== "select") continue;
      if (WRITTEN_ONCE.has(table) && verb !== "select") {
        const code = await scoped(scope, () =>
          app.query(statement, [id]).then(
            () => "accepted",
            (error: { code?: string }) => error.code,
          ),
        );
        if (code !== "42501") wrong.push(`${table}: ${verb} with ${label} was ${code}, not refused`);
        continue;
      }
      const count = await scoped(scope, async () => (await app.query(statement, [id])).rowCount);
      if (count !== want) wrong.push(`${table}: ${verb} with ${label} touched ${count}, not ${want}`);
    }
  };
  for (const table of tables) {
    const own = await insertRow(db.owner, table, mine);
    const foreign = await insertRow(db.owner, table, theirs);
    await expectCount(table, own, only(mine), "the right tenant", 1);
    await expectCount(table, foreign, only(mine), "the wrong tenant", 0);
    await expectCount(table, foreign, only(mine, theirs), "several tenants", 1);
    await expectCount(table, own, "set local role invigil_platform", "the platform", 1);
    await expectCount(table, own, "select 1", "no scope", 0);
    if (table === "platform_identifier") continue;
    for (const [scope, label] of [
      [only(mine), "the wrong tenant"],
      ["select 1", "no scope"],
    ] as const) {
      const refused = await scoped(scope, () =>
        insertRow(app, table, theirs).then(
          () => false,
          (error: { code?: string }) => error.code === "42501",
        ),
      );
      if (!refused) wrong.push(`${table}: insert with ${label} was not refused by a policy`);
    }
  }
  return wrong;
}

describe("row security", () => {
  it("holds for every tenant's table, every verb and every scope", async () => {
    expect(cat.tables.length).toBeGreaterThan(60);
    expect(await crossings(cat.tables)).toEqual([]);
  });

  it("goes red for each table when its policy is loosened", async () => {
    for (const table of cat.tables) {
      await db.owner.query(`alter policy tenant_scope on public."${table}" using (true) with check (true)`);
    }
    const complaints = await crossings(cat.tables);
    for (const table of cat.tables)
      expect(
        complaints.some((line) => line.startsWith(`${table}:`)),
        `${table} went unnoticed`,
      ).toBe(true);
    for (const table of cat.tables) {
      const scope = "college_id = any (nullif(current_setting('app.college_ids', true), '')::uuid[])";
      await db.owner.query(`alter policy tenant_scope on public."${table}" using (${scope}) with check (${scope})`);
    }
  });

  it("can't be bypassed by the runtime role", async () => {
    const { rows } = await app.query<{ ok: boolean }>(
      "select not rolsuper and not rolbypassrls as ok from pg_roles where rolname = current_user",
    );
    expect(rows[0]!.ok).toBe(true);
    const owned = await app.query("select 1 from pg_class where relowner = 'invigil_app'::regrole");
    expect(owned.rowCount).toBe(0);
  });
});

describe("keys between tenants", () => {
  it("carry the tenant in every foreign key", async () => {
    const { rows } = await db.owner.query<{ name: string }>(`
      select conname as name from pg_constraint k
      where contype = 'f' and connamespace = 'public'::regnamespace
        and exists (select 1 from pg_attribute where attrelid = k.conrelid and attname = 'college_id')
        and confrelid <> 'public.college'::regclass
        and not exists (select 1 from unnest(k.conkey) c join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c where a.attname = 'college_id')`);
    expect(rows).toEqual([]);
  });

  it("refuse a parent of another tenant", async () => {
    const { rows } = await db.owner.query<{ child: string; parent: string; column: string }>(`
      select c.relname as child, p.relname as parent, (select a.attname from unnest(k.conkey) n join pg_attribute a on a.attrelid = k.conrelid and a.attnum = n where a.attname <> 'college_id' limit 1) as column
      from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid
      where k.contype = 'f' and k.connamespace = 'public'::regnamespace and k.confrelid <> 'public.college'::regclass`);
    expect(rows.length).toBeGreaterThan(60);
    const wrong: string[] = [];
    for (const { child, parent, column } of rows) {
      const parentId = await insertRow(db.owner, parent, theirs);
      const childId = await insertRow(db.owner, child, mine);
      await db.owner.query("set session_replication_role = origin");
      const code = await db.owner.query(`update public."${child}" set "${column}" = $1 where id = $2`, [parentId, childId]).then(
        () => "accepted",
        (error: { code?: string }) => error.code,
      );
      await db.owner.query("set session_replication_role = replica");
      // 23514, IV002: a check or a trigger spoke before the key could; the row was refused all the same.
      if (code !== "23503" && code !== "23514" && code !== "IV002") wrong.push(`${child}.${column} → ${parent}: ${code}`);
    }
    expect(wrong).toEqual([]);
  });

  it("hold the tenant in every unique key", async () => {
    const { rows } = await db.owner.query<{ name: string }>(`
      select i.indexrelid::regclass::text as name from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
      where i.indisunique and n.nspname = 'public' and c.relname <> 'platform_identifier'
        and exists (select 1 from pg_attribute where attrelid = c.oid and attname = 'college_id')
        and not exists (select 1 from unnest(i.indkey) k join pg_attribute a on a.attrelid = c.oid and a.attnum = k where a.attname = 'college_id')`);
    expect(rows).toEqual([]);
  });
});
