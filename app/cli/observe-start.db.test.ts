import { execFile, spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { freePort } from "~/db/cluster/server.server.ts";
import { newId } from "~/platform/ids.ts";
import { startForeignServer, type ForeignServer } from "../../tests/fixtures/foreign-server.ts";

// What docs/observe.md says, command by command, from an empty database. Breaks when a step needs something that is not written
// there, or when a command of ours leaves something on the server that is only watched.
const name = `observe_${newId().replaceAll("-", "")}`;
const { port: consolePort, superPassword } = inject("cluster");
const onConsole = (login: string, password: string, database = name) =>
  `postgresql://${login}:${password}@127.0.0.1:${consolePort}/${database}`;
let foreign: ForeignServer;
let dataDir: string;
let env: NodeJS.ProcessEnv;
let child: ChildProcess | undefined;

const asAdmin = async (database: string, ...statements: string[]) => {
  const client = new pg.Client({ connectionString: onConsole("postgres", superPassword, database) });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
};

beforeAll(async () => {
  foreign = await startForeignServer();
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "invigil-observe-"));
  await asAdmin("postgres", `create database ${name}`);
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^(INVIGIL_|DATABASE_|VITEST|NODE_ENV|SMTP_)/.test(key)),
  );
  env = {
    ...inherited,
    PORT: String(await freePort()),
    COLLECTOR_PORT: String(await freePort()),
    INVIGIL_DATA_DIR: dataDir,
    DATABASE_URL: foreign.url,
    INVIGIL_DATABASE_URL: onConsole(name, "console"),
    INVIGIL_URL_OWNER: onConsole("postgres", superPassword),
    SESSION_SECRET: "a secret of this test alone",
    INVIGIL_SIGNING_KEY: Buffer.alloc(32, "k").toString("base64"),
  } as unknown as NodeJS.ProcessEnv;
}, 60_000);
afterAll(async () => {
  child?.kill("SIGKILL");
  await asAdmin("postgres", `drop database if exists ${name} with (force)`, `drop role if exists ${name}`);
  await foreign.stop();
  fs.rmSync(dataDir, { recursive: true, force: true });
});

const invigil = (...args: string[]) =>
  promisify(execFile)(process.execPath, ["app/cli/invigil.mjs", ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );

it(
  "starts beside a server of somebody else's, as the docs say, and leaves that one as it was",
  { timeout: 120_000 },
  async () => {
    const holds = async () =>
      (
        await foreign.admin.query(
          "select (select count(*) from pg_class) as relations, (select count(*) from pg_roles) as roles, (select count(*) from pg_namespace) as schemas",
        )
      ).rows;
    const before = await holds();
    expect(await invigil("db", "migrate")).toMatchObject({ code: 0, stdout: expect.stringContaining("applied:") });
    const early = await invigil("doctor");
    expect(early.stdout).toMatch(/ERROR +INVIGIL_DATABASE_URL: the server refuses the user or password/);
    await asAdmin(
      name,
      `create role ${name} login noinherit nosuperuser nobypassrls password 'console'`,
      `grant invigil_app, invigil_sequencer to ${name}`,
    );
    const doctor = await invigil("doctor");
    expect(doctor, doctor.stdout + doctor.stderr).toMatchObject({ code: 0 });
    expect(doctor.stdout).toContain("watch has pg_monitor, which is enough");
    expect(doctor.stdout).toContain("apart from what is watched");

    child = spawn(process.execPath, ["app/cli/invigil.mjs", "start"], { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (chunk: Buffer) => (output += String(chunk)));
    const ended = new Promise<number | null>((resolve) => child!.once("exit", resolve));
    await expect.poll(() => output, { timeout: 200_000, interval: 100 }).toContain("Invigil is ready");
    expect(output).toMatch(/note: DATABASE_URL: pg_stat_statements is not preloaded.*; run there: ALTER SYSTEM/);
    expect(output).toMatch(/Watches: +127\.0\.0\.1:\d+\/Shop%202026/);
    const added = await invigil("staff", "create", "--email", "sre@shop.example", "--name", "Sam", "--role", "SRE");
    expect(added.stdout).toMatch(/choose a password at http/);
    expect((await invigil("staff", "create", "--email", "p@shop.example", "--name", "P", "--role", "PROCTOR")).stderr).toMatch(
      /not one of SUPER_ADMIN, SRE, AUDITOR/,
    );
    await expect
      .poll(async () => (await (await fetch(`http://127.0.0.1:${env["PORT"]}/health/ready`)).json()) as unknown, {
        timeout: 15_000,
      })
      .toMatchObject({ status: "healthy", checks: { replicas: [] } });
    await expect
      .poll(async () => (await fetch(`http://127.0.0.1:${env["COLLECTOR_PORT"]}/metrics`)).text(), { timeout: 15_000 })
      .toMatch(/pg_stat_user_tables_n_live_tup\{[^}]*relname="Order Items"/);
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(await holds()).toEqual(before);
  },
);
