import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../tests/database.ts";
import { startForeignServer, type ForeignServer } from "../../tests/fixtures/foreign-server.ts";
import { clients, rolePool } from "~/db/clients.server.ts";
import { LOGIN_ROLES } from "~/db/cluster/roles.server.ts";
import type { Actor } from "~/db/ctx.ts";
import { createPool } from "~/db/pool.server.ts";
import { connection, settledConnection } from "~/db/urls.server.ts";
import { examine } from "~/db/doctor.server.ts";
import { examineWatched, refuseWatched } from "~/db/watched.server.ts";
import { forget } from "~/platform/singleton.ts";
import { Sampler, watchedTargets } from "./sampler/sampler.server.ts";
import { ask, examineServer } from "./sampler/ask.server.ts";
import type { Probe } from "./probe.ts";
import { PROBES } from "./probes/all.ts";
import { effectiveRules } from "./alerts/engine.server.ts";
import { backupReport } from "./backups/report.server.ts";
import { connectionReport } from "./connections/report.server.ts";
import { signalBackend } from "./connections/signal.server.ts";
import { closeLivePools } from "./current.server.ts";
import { listFindings } from "./findings/findings.server.ts";
import { healthReport } from "./health/report.server.ts";
import { indexReport } from "./indexes/report.server.ts";
import { whatChanged } from "./load/changes.server.ts";
import { readLoad } from "./load/read-load.server.ts";
import { lockReport } from "./locks/report.server.ts";
import { maintenanceReport } from "./maintenance/report.server.ts";
import { isOwnStatement } from "./queries/own.ts";
import { genericPlan } from "./queries/plan.server.ts";
import { topQueries } from "./queries/top.server.ts";
import { replicationReport } from "./replication/report.server.ts";
import { tableReport } from "./tables/report.server.ts";

// Somebody else's server, watched by a login that has pg_monitor and nothing else, while the console's own data is in
// another cluster. Breaks when a page asks the wrong one of the two, or when anything is written into the watched one.
const db = testDatabase();
const MAJOR = Number(process.env["INVIGIL_TEST_MAJOR"] ?? 18);
let foreign: ForeignServer;
let sre: Actor;

/** All that the server counts or keeps of its databases, and what it holds. */
async function stateOfForeign(): Promise<unknown> {
  const { rows } = await foreign.admin.query(`
    select (select array_agg(n.nspname || '.' || c.relname order by 1)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace) as relations,
           (select array_agg(rolname::text order by 1) from pg_roles) as roles,
           (select array_agg(datname::text order by 1) from pg_database) as databases,
           (select array_agg(extname::text order by 1) from pg_extension) as extensions,
           (select count(*)::int from pg_proc) as functions,
           (select array_agg(s.roleid || ' ' || s.member order by 1) from pg_auth_members s) as memberships,
           (select count(*)::int from pg_db_role_setting) as settings`);
  const { rows: counted } = await foreign.admin.query(`
    select relid::regclass::text as name, n_tup_ins::int, n_tup_upd::int, n_tup_del::int
    from pg_stat_user_tables order by 1`);
  const { rows: temp } = await foreign.admin.query(
    "select sum(temp_bytes)::int as bytes from pg_stat_database where datname = current_database()",
  );
  return { ...rows[0], counted, temp };
}

beforeAll(async () => {
  foreign = await startForeignServer();
  for (const role of LOGIN_ROLES) if (role !== "owner") delete process.env[`INVIGIL_URL_${role.toUpperCase()}`];
  process.env["INVIGIL_URL_APP"] = db.url("app");
  delete process.env["INVIGIL_EMBEDDED"];
  process.env["INVIGIL_DATABASE_URL"] = db.url("app");
  process.env["DATABASE_URL"] = foreign.url;
  forget("env");
  sre = await makeStaff(db.owner, "SRE");
}, 120_000);
afterAll(async () => {
  await closeLivePools();
  await rolePool("signaller").end();
  await foreign.stop();
});

const span = () => ({ from: new Date(Date.now() - 600_000), to: new Date(), target: "primary" });
const ctx = () => ctxFor(sre, everywhere);

describe("observe", () => {
  it(
    "nothing is written into what is watched while the sampler runs and every database page is read",
    { timeout: 90_000 },
    async () => {
      const before = await stateOfForeign();
      const sampler = new Sampler(watchedTargets(), () => true);
      sampler.start();
      try {
        await expect.poll(() => sampler.latest("primary", "tables")?.rows?.length ?? 0, { timeout: 20_000 }).toBeGreaterThan(4);
        await expect.poll(() => sampler.latest("primary", "roles")?.rows ?? null, { timeout: 20_000 }).not.toBeNull();
        // A second sample, so that there is something to compare.
        await new Promise((resolve) => setTimeout(resolve, 3000));
        await sampler.persist();
        await sampler.store.flush();
      } finally {
        await sampler.stop();
      }
      const { rows: ticks } = await db.owner.query<{ n: number }>("select count(*)::int as n from telemetry.tick");
      expect(ticks[0]!.n).toBeGreaterThan(1);
      const { rows: names } = await db.owner.query<{ name: string }>("select distinct name from telemetry.table_stat");
      expect(names.map((row) => row.name)).toEqual(expect.arrayContaining(["Sales Data.Order Items", "public.order"]));

      const tables = await tableReport({ ctx: ctx(), input: span() });
      const shown = tables.tables!.map((table) => table.name);
      expect(shown).toEqual(expect.arrayContaining(["Sales Data.Order Items", "public.order", "audit.entry", "public.measure"]));
      expect(shown, "no table of the console's own database").not.toContain("public.college");
      const indexes = await indexReport({ ctx: ctx(), input: span() });
      expect(indexes).toMatchObject({ known: true });
      expect((await connectionReport({ ctx: ctx(), input: span() })).missing).toBeNull();
      expect((await lockReport({ ctx: ctx(), input: span() })).missing).toBeNull();
      const replication = await replicationReport({ ctx: ctx(), input: span() });
      expect(replication.primary.row).toMatchObject({ port: foreign.options.settings["port"] });
      const maintenance = await maintenanceReport({ ctx: ctx(), input: span() });
      expect(maintenance.database).toBe("Shop 2026");
      expect(await readLoad({ ctx: ctx(), input: { ...span(), by: "wait" } })).toMatchObject({ source: expect.any(String) });
      await whatChanged({ ctx: ctx(), input: span() });
      await topQueries({ ctx: ctx(), input: span() });
      expect((await backupReport({ ctx: ctx(), input: {} })).archiving).toMatchObject({ state: "off" });
      const health = await healthReport({ ctx: ctx(), input: {} });
      expect(health.targets).toMatchObject([{ name: "primary", reachable: true }]);
      // Without a collector beside this test that is all there is to complain about.
      expect(health.complaints).toEqual(["No collector is running"]);
      expect(await stateOfForeign()).toEqual(before);
    },
  );

  it("findings name the company's tables, in statements that PostgreSQL takes", async () => {
    const findings = await listFindings({ ctx: ctx(), input: {} });
    const evidence = (name: string) => findings.find((finding) => finding.name === name)!.evidence;
    expect(evidence("duplicate-index").map((one) => one.subject)).toEqual([
      expect.stringMatching(/^Sales Data\.note, (once|twice)$/),
    ]);
    const fix = evidence("unindexed-foreign-key")[0]!.fix!;
    expect(fix).toBe('CREATE INDEX CONCURRENTLY ON "Sales Data"."Order Items" (order_id);');
    await foreign.admin.query(`${fix.replace("CONCURRENTLY ON", `"made by a test" ON`)}`);
    await foreign.admin.query('drop index "Sales Data"."made by a test"');
    expect(findings.find((finding) => finding.name === "sequence-end")!.unknown).toMatchObject({
      grant: expect.stringMatching(/^GRANT SELECT ON ALL SEQUENCES IN SCHEMA .*"Sales Data".* TO watch;/),
    });
    await foreign.admin.query(findings.find((finding) => finding.name === "sequence-end")!.unknown!.grant!);
    await foreign.admin.query('revoke select on all sequences in schema public, "Sales Data" from watch');
  });

  it("every probe answers, or says what is missing and which statement gives it to this login", async () => {
    const pool = createPool("test", { ...connection("observer"), applicationName: "test", max: 1 });
    try {
      const server = await examineServer(pool);
      expect(server).toMatchObject({ login: "watch", monitor: true, statements: null, columnWidths: false, migrations: false });
      for (const probe of Object.values(PROBES) as Probe[]) {
        if (probe.on === "standby") continue;
        const sample = await ask(pool, probe, "primary", server);
        if (probe.name === "statements")
          expect(sample.missing).toMatchObject({ grant: expect.stringContaining("shared_preload_libraries") });
        else if (probe.name === "io" && server.major < 16) expect(sample.missing?.fromMajor).toBe(16);
        else expect(sample.missing, probe.name).toBeNull();
      }
    } finally {
      await pool.end();
    }
  });

  it("a login without pg_monitor is told the statement with its own name", async () => {
    const pool = createPool("test", { url: foreign.urlOf("shop"), readOnly: true, applicationName: "test", max: 1 });
    try {
      const sample = await ask(pool, PROBES.activity, "primary", await examineServer(pool));
      expect(sample.missing).toMatchObject({ grant: "GRANT pg_monitor TO shop;" });
    } finally {
      await pool.end();
    }
  });

  it("the watched server itself refuses a write of ours, also where the login could", async () => {
    for (const [role, url] of [["observer", foreign.url] as const, ["signaller", foreign.urlOf("postgres")] as const]) {
      process.env[`INVIGIL_URL_${role.toUpperCase()}`] = url;
      const pool = createPool("test", { ...connection(role), applicationName: "test", max: 1 });
      delete process.env[`INVIGIL_URL_${role.toUpperCase()}`];
      await expect(pool.query("create table public.ours (id int)")).rejects.toMatchObject({ code: "25006" });
      await pool.end();
    }
  });

  it("a session is ended only with pg_signal_backend, and the refusal says so; then it is ended and recorded", async () => {
    const victim = new pg.Client({ connectionString: foreign.urlOf("shop") });
    victim.on("error", () => undefined);
    await victim.connect();
    const { rows } = await foreign.admin.query<{ pid: number; at: Date }>(
      "select pid, backend_start as at from pg_stat_activity where usename = 'shop'",
    );
    const input = { pid: rows[0]!.pid, backendStart: rows[0]!.at, act: "terminate" as const, reason: "It holds a lock" };
    await expect(signalBackend({ ctx: ctx(), input })).rejects.toThrow(/GRANT pg_signal_backend TO watch;/);
    await foreign.admin.query("grant pg_signal_backend to watch");
    expect(await signalBackend({ ctx: ctx(), input })).toMatchObject({ outcome: "gone" });
    const { rows: admin } = await foreign.admin.query<{ pid: number; at: Date }>(
      "select pid, backend_start as at from pg_stat_activity where pid = pg_backend_pid()",
    );
    await expect(
      signalBackend({ ctx: ctx(), input: { ...input, pid: admin[0]!.pid, backendStart: admin[0]!.at } }),
    ).rejects.toThrow("This session belongs to a superuser, and only a superuser may end it");
    await victim.end().catch(() => undefined);
    await foreign.admin.query("revoke pg_signal_backend from watch");
    const { rows: entries } = await db.owner.query("select action from audit.entry where action = 'backend.terminate'");
    expect(entries).toHaveLength(1);
  });

  it("a plan is asked of the watched server, and says what it would take to see it", async () => {
    await db.owner.query(
      `insert into telemetry.query_text (query_id, text) values (77, 'select * from public."order" where id = $1')`,
    );
    const plan = await genericPlan({ ctx: ctx(), input: { queryId: "77" } });
    if (MAJOR < 16) return expect(plan.reason).toMatch(/from PostgreSQL 16/);
    expect(plan).toMatchObject({ text: null, grant: expect.stringMatching(/^GRANT pg_read_all_data TO watch;/) });
    await foreign.admin.query("grant pg_read_all_data to watch");
    expect((await genericPlan({ ctx: ctx(), input: { queryId: "77" } })).text).toMatch(/Index Scan using order_pkey/);
    await foreign.admin.query("revoke pg_read_all_data from watch");
  });

  it("what can't be seen from outside has no rule that waits for it", () => {
    const rules = effectiveRules([]).map((rule) => rule.key);
    expect(rules).toContain("archive-failing");
    expect(rules.filter((key) => /^(backup|drill|verification|store|disk)-/.test(key))).toEqual([]);
  });

  it("schemas that are called like ours there are the company's", () => {
    expect(isOwnStatement("select * from audit.entry where id = $1")).toBe(false);
    expect(isOwnStatement("select * from pg_stat_activity")).toBe(true);
  });

  it("the doctor says what the login has, what would help, and that both addresses are apart", async () => {
    const findings = await examineWatched(db.url("owner"));
    expect(findings.filter((finding) => finding.level === "error")).toEqual([]);
    const says = findings.map((finding) => finding.says).join("\n");
    expect(says).toMatch(/watched as watch/);
    expect(says).toMatch(/nothing is written there/);
    expect(says).toMatch(/watch has pg_monitor, which is enough/);
    expect(says).toMatch(/apart from what is watched/);
    expect(findings.flatMap((finding) => finding.fix ?? []).join("\n")).toMatch(
      /shared_preload_libraries[\s\S]*pg_signal_backend/,
    );
    // Of its own database, what is about watching matters to nobody.
    expect((await examine(db.url("owner"))).map((finding) => finding.name)).not.toContain("track_io_timing");
  });

  it("one database under two addresses is refused before anything is written", async () => {
    const before = await stateOfForeign();
    const elsewhere = foreign.urlOf("postgres").replace("127.0.0.1", "localhost");
    await expect(refuseWatched(elsewhere)).rejects.toThrow(/leads to the database that is watched/);
    expect(
      (await examineWatched(foreign.urlOf("postgres", "postgres"))).find((one) => one.name === "console database"),
    ).toMatchObject({
      level: "warning",
    });
    expect(await stateOfForeign()).toEqual(before);
  });

  it("of several hosts the primary is found, also by a login that may only read", async () => {
    const port = String(foreign.options.settings["port"]);
    await foreign.admin.query("alter role watch set default_transaction_read_only = on");
    process.env["DATABASE_URL"] = foreign.url.replace(`127.0.0.1:${port}`, `127.0.0.1:1,127.0.0.1:${port}`);
    forget("env");
    try {
      await settledConnection("observer");
      const pool = createPool("test", { ...connection("observer"), applicationName: "test", max: 1 });
      expect(await examineServer(pool)).toMatchObject({ login: "watch", recovering: false });
      await pool.end();
      expect((await examineWatched(db.url("owner"))).filter((finding) => finding.level === "error")).toEqual([]);
    } finally {
      await foreign.admin.query("alter role watch reset default_transaction_read_only");
      process.env["DATABASE_URL"] = foreign.url;
      forget("env");
    }
  });

  it("while the watched server is down, the console works and says which of the two it is", async () => {
    await closeLivePools();
    process.env["DATABASE_URL"] = foreign.url.replace(/:\d+\//, ":1/");
    forget("env");
    try {
      const health = await healthReport({ ctx: ctx(), input: {} });
      expect(health.health.checks.primary.ok).toBe(true);
      expect(health.complaints).toContain("The primary can't be reached");
      const tables = await tableReport({ ctx: ctx(), input: span() });
      expect(tables.missing?.reason).toMatch(/Primary can't be reached/);
      await refuseWatched(db.url("owner"));
    } finally {
      process.env["DATABASE_URL"] = foreign.url;
      forget("env");
      await closeLivePools();
    }
    expect(clients().replicas.all()).toEqual([]);
  });
});
