import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, superUrl, type ServerOptions } from "../../app/db/cluster/server.server.ts";
import { examine } from "../../app/db/doctor.server.ts";
import { migrate } from "../../app/db/migrate/migrate.server.ts";
import { prepare } from "../../app/db/prepare.server.ts";
import { refuseRuntimeLogin, runtimeLogin } from "../../app/db/runtime-login.server.ts";
import { forget } from "../../app/platform/singleton.ts";
import { seedDemo } from "../../prisma/seed/demo.ts";
import { startBareServer, type BareServer } from "../fixtures/bare-server.ts";

// A bare server of someone else's, without roles, extensions or tables: what DATABASE_URL may point at.
let bare: BareServer;
let server: ServerOptions;
const PASSWORD = "external";

const run = async (statement: string, database = "postgres") => {
  const client = new pg.Client({ connectionString: superUrl(server, database) });
  await client.connect();
  await client.query(statement).finally(() => client.end());
};
const as = (login: string, database: string) => {
  const url = new URL(superUrl(server, database));
  url.username = login;
  return url.toString();
};

/** As it is where a collector watched an empty console for a while before anyone asked for the demo. */
async function seedAfterSamples(url: string): Promise<void> {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  try {
    await owner.query(
      `insert into telemetry.rollup (name, until)
       select name, now() - interval '1 minute' from unnest(array['load_1m', 'tick_1m', 'metric_5m']) name`,
    );
  } finally {
    await owner.end();
  }
  await seedDemo(url);
}

beforeAll(async () => {
  bare = await startBareServer("external", PASSWORD);
  server = bare.options;
  await run(`create role maker login createrole password '${PASSWORD}'`);
  await run("create database made owner maker");
  await run(`create role plain login password '${PASSWORD}'`);
  await run("create database plains");
  await run("create database whole");
});
afterAll(() => bare.stop());

describe("a database of someone else's", () => {
  it("is refused in one line with every statement that is missing, when the login may make nothing", async () => {
    await expect(prepare(as("plain", "plains"))).rejects.toThrow(
      /^the role invigil_app is missing; run as a superuser of that database: CREATE ROLE invigil_app; .*GRANT pg_monitor TO invigil_observer; .*CREATE EXTENSION pg_trgm; .*CREATE EXTENSION amcheck; .*ALTER DATABASE plains OWNER TO plain;/,
    );
  });

  it("is made whole by a login that may create roles and owns it; what that may not give is said", async () => {
    const left = await prepare(as("maker", "made"));
    // From 16 on, only who administers a role may grant it.
    expect(left.map((finding) => finding.name)).toEqual(expect.arrayContaining(["extension pg_stat_statements"]));
    expect((await migrate(as("maker", "made"))).length).toBeGreaterThan(5);
    expect((await examine(as("maker", "made"))).filter((finding) => finding.level === "error")).toEqual([]);
  });

  it(
    "takes the demo, also after a collector has run, and what the triggers keep at run time is kept",
    { timeout: 200_000 },
    async () => {
      const url = as("maker", "made");
      await seedAfterSamples(url);
      const owner = new pg.Client({ connectionString: url });
      await owner.connect();
      try {
        const { rows } = await owner.query<{ n: number }>("select count(*)::int as n from public.student_exam_attempt");
        expect(rows[0]!.n).toBeGreaterThan(100);
        await owner.query(
          "update public.question set marks = marks where exam_id in (select id from public.exam where frozen_at is not null)",
        );
        await owner.query("set role invigil_platform");
        await expect(
          owner.query(
            `update public.question set marks = marks + 1
           where id = (select q.id from public.question q join public.exam e on e.id = q.exam_id where e.frozen_at is not null limit 1)`,
          ),
        ).rejects.toThrow(/frozen/);
      } finally {
        await owner.end();
      }
    },
  );

  it("tells the doctor which extension was taken away again", async () => {
    await run("drop extension pg_trgm cascade", "made");
    const findings = await examine(as("plain", "made"));
    expect(findings.find((finding) => finding.name === "extension pg_trgm")).toMatchObject({
      level: "error",
      fix: "CREATE EXTENSION pg_trgm;",
    });
  });
});

it("in production the console refuses a login that can bypass row security, and says what to create", async () => {
  const before = { ...process.env };
  const secrets = { SESSION_SECRET: randomBytes(24).toString("hex"), INVIGIL_SIGNING_KEY: randomBytes(32).toString("base64") };
  const start = (url: string, mode: string) => {
    process.env = { PATH: before["PATH"], NODE_ENV: mode, DATABASE_URL: url, ...secrets } as unknown as NodeJS.ProcessEnv;
    forget("env");
    return refuseRuntimeLogin();
  };
  try {
    await expect(start(superUrl(server, "made"), "production")).rejects.toThrow(
      /^DATABASE_URL: the login postgres can bypass row security; create one that can't.*CREATE ROLE invigil_console LOGIN/,
    );
    await run("create role strong login bypassrls password 'external'");
    await expect(start(as("strong", "made"), "production")).rejects.toThrow(/the login strong can bypass row security/);
    await start(as("plain", "made"), "production");
    await start(superUrl(server, "made"), "test");
    expect(await runtimeLogin()).toMatchObject({ level: "warning" });
  } finally {
    process.env = before;
    forget("env");
  }
});

it("the console and the collector start on it, and stop", { timeout: 180_000 }, async () => {
  await prepare(superUrl(server, "whole"));
  await run(`create role invigil_console login noinherit nosuperuser nobypassrls password '${PASSWORD}'`);
  await run("grant invigil_app, invigil_observer, invigil_signaller, invigil_sequencer, invigil_platform_app to invigil_console");
  const port = await freePort();
  const collector = await freePort();
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(INVIGIL_|DATABASE_|VITEST|NODE_ENV)/.test(name)),
  );
  const child = spawn(process.execPath, ["app/cli/invigil.mjs", "start"], {
    env: {
      ...inherited,
      NODE_ENV: "production",
      PORT: String(port),
      COLLECTOR_PORT: String(collector),
      INVIGIL_DATA_DIR: path.join(bare.home, "data"),
      DATABASE_URL: as("invigil_console", "whole"),
      INVIGIL_URL_OWNER: superUrl(server, "whole"),
      SESSION_SECRET: randomBytes(24).toString("hex"),
      INVIGIL_SIGNING_KEY: randomBytes(32).toString("base64"),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const until = Date.now() + 150_000;
  while (!output.includes("Invigil is ready")) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`it did not start:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(output).toContain("note: pg_stat_statements is not preloaded");
  const login = await fetch(`http://127.0.0.1:${port}/login`);
  expect(login.status).toBe(200);
  await expect
    .poll(async () => ((await (await fetch(`http://127.0.0.1:${port}/health/ready`)).json()) as { status: string }).status, {
      timeout: 20_000,
    })
    .toBe("healthy");
  await expect
    .poll(async () => (await (await fetch(`http://127.0.0.1:${collector}/metrics`)).text()).includes("pg_up"), {
      timeout: 30_000,
    })
    .toBe(true);
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});
