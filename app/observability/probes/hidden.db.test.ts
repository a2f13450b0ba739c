import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testDatabase } from "../../../tests/database.ts";
import { createPool, type Pool } from "~/db/pool.server.ts";
import { bloated } from "../indexes/classes.ts";
import { PROBES, type ProbeKey, type ProbeRow } from "./all.ts";
import type { Probe } from "../probe.ts";
import { ask, examineServer } from "../sampler/ask.server.ts";
import { rowsOf } from "../tables/counted.ts";

// Planted states that PostgreSQL hides from a monitor, or tells only in part. Breaks when what is hidden is told as a number.
const db = testDatabase();
let pool: Pool;
let admin: pg.Client;

async function look<K extends ProbeKey>(key: K): Promise<ProbeRow<K>[]> {
  const sample = await ask(pool, PROBES[key] as unknown as Probe<ProbeRow<K>>, "primary", await examineServer(pool));
  if (!sample.rows) throw new Error(sample.missing?.reason);
  return sample.rows;
}

beforeAll(async () => {
  pool = createPool("hidden", { url: db.url("observer"), applicationName: "hidden", max: 1 });
  admin = new pg.Client({ connectionString: db.url("postgres") });
  await admin.connect();
});
afterAll(async () => {
  await pool.end();
  await admin.end();
});

describe("sequences", () => {
  it("without a privilege are not visible, which is not 0", async () => {
    await admin.query("create schema shop; create sequence shop.orders; select setval('shop.orders', 2000000000)");
    const before = (await look("sequences")).find((row) => row.name === "shop.orders");
    expect(before).toMatchObject({ visible: false, value: null });
    await admin.query("grant select on sequence shop.orders to invigil_observer");
    expect((await look("sequences")).find((row) => row.name === "shop.orders")).toMatchObject({
      visible: true,
      value: 2_000_000_000,
    });
  });

  it("of our own schemas are visible, also ones made later", async () => {
    await db.owner.query("create sequence public.later; select setval('public.later', 7)");
    const ours = (await look("sequences")).filter((row) => /^(public|console|audit|telemetry)$/.test(row.schema));
    expect(ours.length).toBeGreaterThan(2);
    expect(ours.filter((row) => !row.visible)).toEqual([]);
    expect(ours.find((row) => row.name === "public.later")!.value).toBe(7);
  });

  it("that feed an int4 column end where the column ends", async () => {
    await db.owner.query(
      "create sequence public.wide; create table public.narrow (id int primary key default nextval('public.wide')); select setval('public.wide', 2000000000)",
    );
    expect((await look("sequences")).find((row) => row.name === "public.wide")).toMatchObject({
      limit_value: 2_147_483_647,
      column_name: "public.narrow.id",
      column_is_narrower: true,
      value: 2_000_000_000,
    });
  });
});

describe("the size an index needs", () => {
  const measure = async () => (await look("indexes")).filter((row) => row.table_name === "public.texts");

  it("is about the size of a fresh one, whatever the width of its texts", async () => {
    await db.owner.query(
      "create table public.texts (short text, long text, id uuid, n int); insert into public.texts select to_char(i, 'FM000000'), repeat(md5(i::text), 3), gen_random_uuid(), i from generate_series(1, 60000) i",
    );
    await db.owner.query(
      "create index texts_short on public.texts (short); create index texts_long on public.texts (long); create index texts_id on public.texts (id, n); create index texts_lower on public.texts (lower(long)); analyze public.texts",
    );
    const rows = await measure();
    expect(rows).toHaveLength(4);
    for (const row of rows) {
      expect(row.ideal_bytes! / row.bytes!, row.name).toBeGreaterThan(0.8);
      expect(row.ideal_bytes! / row.bytes!, row.name).toBeLessThan(1.2);
    }
  });

  it("is not known where the observer may not see the widths, and told as such", async () => {
    await db.owner.query("revoke execute on function telemetry.column_width() from invigil_observer");
    const rows = await measure();
    await db.owner.query("grant execute on function telemetry.column_width() to invigil_observer");
    expect(rows.find((row) => row.name === "public.texts_short")!.ideal_bytes).toBeNull();
    expect(rows.find((row) => row.name === "public.texts_id")!.ideal_bytes).toBeGreaterThan(0);
  });

  it("is measured where pgstattuple is installed", async () => {
    await admin.query("create extension pgstattuple");
    await db.owner.query(
      "create table public.holes (n bigint); insert into public.holes select generate_series(1, 800000); create index holes_n on public.holes (n)",
    );
    await db.owner.query("delete from public.holes where n % 10 <> 0");
    await db.owner.query("vacuum analyze public.holes");
    const density = await look("indexDensity");
    expect(density.find((one) => one.name === "public.holes_n")!.density).toBeLessThan(20);
    const row = (await look("indexes")).find((one) => one.name === "public.holes_n")!;
    expect(bloated([row], density)).toMatchObject([{ measured: true }]);
    await admin.query("drop extension pgstattuple; drop table public.holes");
  });
});

describe("after pg_stat_reset", () => {
  it("a table has the rows that the planner knows, and when it was reset is told", async () => {
    await db.owner.query("vacuum analyze public.texts");
    const before = (await look("tables")).find((row) => row.name === "public.texts")!;
    expect(before.stats_reset).toBeNull();
    await admin.query("select pg_stat_reset()");
    const after = (await look("tables")).find((row) => row.name === "public.texts")!;
    expect(after).toMatchObject({ live: 0, vacuumed_at: null, analyzed_at: null });
    expect(after.stats_reset).toBeInstanceOf(Date);
    expect(rowsOf(after)).toBe(60_000);
  });
});

describe("what every database of the server has", () => {
  it("is told also of one that nobody may connect to, and of what all of them share", async () => {
    expect((await look("ages")).find((row) => row.database === "template0")).toMatchObject({ connectable: false });
    expect((await look("sizes")).find((row) => row.database === "template0")!.bytes).toBeGreaterThan(0);
    expect((await look("databases")).find((row) => row.id === 0)).toMatchObject({ name: "" });
  });

  it("knows of checksum failures exactly where checksums are kept", async () => {
    const { rows } = await admin.query<{ kept: boolean }>("select current_setting('data_checksums') = 'on' as kept");
    const failures = (await look("databases")).map((row) => row.checksum_failures);
    expect(failures.every((n) => (n === null) !== rows[0]!.kept)).toBe(true);
  });

  it("has its settings as they are for others, not as this session set them", async () => {
    const { rows } = await admin.query<{ setting: string }>("select setting from pg_settings where name = 'statement_timeout'");
    const settings = await look("settings");
    expect(settings.find((row) => row.name === "statement_timeout")!.setting).toBe(rows[0]!.setting);
    expect(settings.find((row) => row.name === "lock_timeout")!.setting).toBe("0");
  });
});
