import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { describe, expect, inject, it } from "vitest";
import { runningCluster } from "../../app/db/cluster/cluster.server.ts";

// The running demo as an attacker finds it: what its processes were started with, and what the exam applications' login opens.
const { dataDir } = inject("demo");

/** What a process of this demo was started with, by its name; Linux keeps it in /proc. */
function environmentOf(name: string): Record<string, string> {
  for (const pid of fs.readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const text = fs.readFileSync(`/proc/${pid}/environ`, "utf8");
      const found = Object.fromEntries(text.split("\0").map((line) => [line.split("=")[0]!, line.slice(line.indexOf("=") + 1)]));
      if (found["INVIGIL_PROCESS"] === name && found["INVIGIL_DATA_DIR"] === dataDir) return found;
    } catch {
      // Gone, or someone else's.
    }
  }
  throw new Error(`no ${name} process of ${dataDir}`);
}

const secrets = () => {
  const { superuser, replication, roles } = JSON.parse(fs.readFileSync(path.join(dataDir, "credentials.json"), "utf8")) as {
    superuser: string;
    replication: string;
    roles: Record<string, string>;
  };
  return { ...roles, superuser, replication };
};

const held = (name: string) => {
  const text = JSON.stringify(environmentOf(name));
  return Object.entries(secrets())
    .filter(([, password]) => text.includes(password))
    .map(([role]) => role)
    .sort();
};

describe.skipIf(process.platform !== "linux")("the environment of a running process", () => {
  it("of web holds three logins, no key that signs and nobody's demo password", () => {
    expect(held("web")).toEqual(["app", "observer", "signaller"]);
    const web = environmentOf("web");
    expect([web["INVIGIL_SIGNING_KEY"], web["INVIGIL_DEMO_PASSWORD"]]).toEqual([undefined, undefined]);
    expect(web["INVIGIL_LOG_KEY"]).toMatch(/^invigil\.local\/audit\+/);
  });

  it("of the collector holds neither the superuser's login nor the signaller's", () => {
    expect(held("collector")).toEqual(["app", "backup", "observer", "owner", "platform_app", "sequencer"]);
  });

  it("of PostgreSQL holds nothing of ours", () => {
    const pid = fs.readFileSync(path.join(runningCluster(dataDir)!.home, "primary", "postmaster.pid"), "utf8").split("\n")[0];
    const names = fs
      .readFileSync(`/proc/${pid}/environ`, "utf8")
      .split("\0")
      .map((line) => line.split("=")[0]);
    expect(names.filter((name) => /^(INVIGIL_|DATABASE_|SESSION_|PLATFORM_)/.test(name ?? ""))).toEqual([]);
  });
});

describe("the logs and the credentials", () => {
  it("can be read by no one else", () => {
    const mode = (name: string) => (fs.statSync(path.join(dataDir, name)).mode & 0o777).toString(8);
    expect([mode("credentials.json"), mode("logs")]).toEqual(["600", "700"]);
    for (const name of fs.readdirSync(path.join(dataDir, "logs")))
      expect([name, mode(path.join("logs", name))]).toEqual([name, "600"]);
  });
});

describe("the exam applications' login", () => {
  it("is what the simulated students work as, and opens nothing of the console", async () => {
    const urls = runningCluster(dataDir)!;
    const owner = new pg.Client({ connectionString: urls.owner });
    const app = new pg.Client({ connectionString: urls.platform_app });
    await Promise.all([owner.connect(), app.connect()]);
    try {
      const { rows } = await owner.query<{ usename: string }>(
        "select distinct usename from pg_stat_activity where application_name like 'exam-app%'",
      );
      expect(rows).toEqual([{ usename: "invigil_platform_app" }]);
      for (const statement of [
        "select password_hash, totp_secret from console.staff",
        "insert into console.staff_session (id, staff_id, token_hash, expires_at) values (gen_random_uuid(), gen_random_uuid(), 'x', now())",
        "select 1 from audit.entry",
        "set role invigil_platform",
        "set role invigil_app",
      ])
        await expect(app.query(statement), statement).rejects.toMatchObject({ code: "42501" });
      const saved = "select count(*)::int as n from public.student_answer where answered_at > now() - interval '5 minutes'";
      await expect.poll(async () => (await owner.query<{ n: number }>(saved)).rows[0]!.n, { timeout: 60_000 }).toBeGreaterThan(0);
    } finally {
      await Promise.all([owner.end(), app.end()]);
    }
  });
});
