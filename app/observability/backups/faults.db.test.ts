import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import type pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { systemCtx } from "~/access/ctx.server.ts";
import { clusterPlace } from "~/db/cluster/place.server.ts";
import { postmasterOf } from "~/db/cluster/server.server.ts";
import { forget } from "~/platform/singleton.ts";
import { JobCancelled } from "~/jobs/work.server.ts";
import { startOwnCluster, type OwnCluster } from "../../../tests/fixtures/own-cluster.ts";
import { runDrill } from "./drill.server.ts";
import { readBackupHealth } from "./health.server.ts";
import { takeBackup } from "./take.server.ts";
import { drillsDir, cleanUp } from "./exclusive.server.ts";
import { findBackup, verifyBackup } from "./verify.server.ts";

// Breaks when a run that was killed, cut off, stopped or out of room is called good, is listed, or leaves something behind.
let home: OwnCluster;
let owner: pg.Client;
let good: string;
const ctx = systemCtx("test");
const quiet = async () => undefined;
const children: ChildProcess[] = [];
let injected = 0;
let detected = 0;

beforeAll(async () => {
  home = await startOwnCluster();
  owner = home.owner;
  // Enough that there is a middle to be hit.
  await owner.query(
    "create table public.ballast as select i, (select string_agg(md5(i::text || j), '') from generate_series(1, 200) j) as text from generate_series(1, 9000) i",
  );
  await owner.query("grant select on public.ballast to invigil_owner");
  good = (await takeBackup(ctx, quiet)).id;
}, 120_000);

afterAll(async () => {
  process.stdout.write(`faults of runs: ${detected} detected of ${injected} injected\n`);
  for (const child of children) child.kill("SIGKILL");
  await home.stop();
});

/** Whatever happened: nothing half-taken is listed, no files of it lie about, and the good one is still good. */
afterEach(async () => {
  const { rows } = await owner.query<{ id: string; directory: string }>(
    "select id::text, directory from console.backup where state = 'DONE'",
  );
  const store = clusterPlace().store;
  expect(fs.readdirSync(store).sort()).toEqual(rows.map((row) => path.basename(row.directory)).sort());
  expect(fs.existsSync(drillsDir(clusterPlace())) ? fs.readdirSync(drillsDir(clusterPlace())) : []).toEqual([]);
  const { rows: open } = await owner.query(
    "select 1 from console.backup where state = 'RUNNING' union all select 1 from console.backup_check where finished_at is null",
  );
  expect(open).toEqual([]);
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what: string, look: () => boolean | Promise<boolean>, withinMs = 90_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await look())) {
    if (Date.now() > end) throw new Error(`it did not come to this: ${what}`);
    await pause(10);
  }
}

function fault(name: string, run: () => Promise<void>) {
  injected++;
  it(
    name,
    async () => {
      await run();
      detected++;
    },
    150_000,
  );
}

/** The same commands in a process of their own, which can be killed. */
function command(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, ["app/cli/invigil.mjs", ...args, "--json"], { stdio: "ignore", detached: false });
  children.push(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  expect(child.exitCode).toBeNull();
  child.kill("SIGKILL");
  await gone;
  // The server gives its turn back when it sees that the other end is gone: a moment later, on a busy machine.
  await until("its turn given back", async () => {
    const { rowCount } = await owner.query("select 1 from pg_stat_activity where application_name like 'turn %'");
    return rowCount === 0;
  });
}

/** An orphan that ended may stay in the list until someone asks for its status. */
function lives(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return fs.existsSync(stat) && !/\) Z/.test(fs.readFileSync(stat, "utf8"));
}

const sending = async () =>
  (await owner.query("select 1 from pg_stat_progress_basebackup where phase = 'streaming database files'")).rowCount === 1;
const lastBackup = async () =>
  (
    await owner.query<{ state: string; error: string | null }>(
      "select state, error from console.backup order by started_at desc limit 1",
    )
  ).rows[0]!;
const lastDrill = async () =>
  (
    await owner.query<{ ok: boolean | null; stopped: boolean; findings: { file: string; says: string }[]; phases: unknown[] }>(
      "select ok, stopped, findings, phases from console.backup_check where kind = 'DRILL' order by started_at desc limit 1",
    )
  ).rows[0]!;
const drilling = async () =>
  (
    await owner.query<{ n: number }>(
      "select coalesce(max(jsonb_array_length(phases)), -1)::int as n from console.backup_check where kind = 'DRILL' and finished_at is null",
    )
  ).rows[0]!.n;

/** Refuses to go on once `when` holds, as a job does that someone stopped. */
const stoppedWhen = (when: () => Promise<boolean>) => {
  let asked = false;
  void until("the moment to stop", when).then(() => (asked = true));
  return async () => {
    if (asked) throw new JobCancelled();
  };
};

describe("a process killed", () => {
  fault("during a backup", async () => {
    const child = command("backup", "create");
    await until("sending", sending);
    await kill(child);
    const taken = await takeBackup(ctx, quiet);
    const { rows } = await owner.query("select state, error from console.backup where state = 'FAILED'");
    expect(rows).toEqual([{ state: "FAILED", error: "the process ended" }]);
    expect((await verifyBackup(ctx, taken.id, quiet)).findings).toEqual([]);
  });

  fault("during a verification", async () => {
    const before = await owner.query("select count(*)::int as n from console.backup_check");
    const child = command("backup", "verify", good);
    const reads = () =>
      fs.existsSync(`/proc/${child.pid}/fd`) &&
      fs.readdirSync(`/proc/${child.pid}/fd`).some((fd) => {
        try {
          return fs.readlinkSync(`/proc/${child.pid}/fd/${fd}`).endsWith("base.tar.gz");
        } catch {
          return false;
        }
      });
    await until("reading", reads);
    await kill(child);
    const after = await owner.query("select count(*)::int as n from console.backup_check");
    expect(after.rows).toEqual(before.rows);
    expect((await verifyBackup(ctx, good, quiet)).ok).toBe(true);
  });

  fault("during a drill, with its server running", async () => {
    const child = command("drill", "run", good);
    const place = clusterPlace();
    let scratch = "";
    await until("its server running", () => {
      const [name] = fs.existsSync(drillsDir(place)) ? fs.readdirSync(drillsDir(place)) : [];
      scratch = name ? path.join(drillsDir(place), name) : "";
      return scratch !== "" && postmasterOf(scratch) !== null;
    });
    const server = postmasterOf(scratch)!;
    await kill(child);
    await cleanUp();
    await until("its server gone", () => !lives(server), 5000);
    expect(await lastDrill()).toMatchObject({ ok: null, findings: [{ file: "drill", says: "the process ended" }] });
    expect((await readBackupHealth()).lastDrill).toMatchObject({ ok: false, says: "drill: the process ended" });
  });
});

const mayMount = process.getuid?.() === 0 && spawnSync("mount", ["--version"]).status === 0;

/** A small disk of its own at `dir` while `run` runs; `fill` leaves nothing of it. */
async function onSmallDisk(dir: string, size: string, run: (fill: () => void) => Promise<void>): Promise<void> {
  fs.mkdirSync(dir, { recursive: true });
  expect(spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=0755`, "tmpfs", dir]).status).toBe(0);
  try {
    await run(() => {
      const { bavail, bsize } = fs.statfsSync(dir);
      spawnSync("fallocate", ["-l", String(bavail * bsize - 65_536), path.join(dir, "filler")]);
    });
  } finally {
    fs.rmSync(path.join(dir, "filler"), { force: true });
    expect(spawnSync("umount", [dir]).status).toBe(0);
  }
}

describe.skipIf(!mayMount)("a full disk", () => {
  const withStore = async (dir: string, run: () => Promise<void>) => {
    process.env["BACKUP_DIR"] = dir;
    forget("env");
    try {
      await run();
    } finally {
      delete process.env["BACKUP_DIR"];
      forget("env");
    }
  };

  fault("during a backup", () =>
    onSmallDisk(path.join(home.dataDir, "store"), "420m", (fill) =>
      withStore(path.join(home.dataDir, "store"), async () => {
        const filled = until("sending", sending).then(fill);
        await expect(takeBackup(ctx, quiet)).rejects.toThrow(/disk of .* is full/);
        await filled;
        expect(await lastBackup()).toMatchObject({ state: "FAILED", error: expect.stringMatching(/is full/) });
        expect(fs.readdirSync(path.join(home.dataDir, "store"))).toEqual(["filler"]);
      }),
    ),
  );

  fault("known before a backup begins", () =>
    onSmallDisk(path.join(home.dataDir, "store"), "50m", () =>
      withStore(path.join(home.dataDir, "store"), () =>
        expect(takeBackup(ctx, quiet)).rejects.toThrow(/There is not enough room: the database has/),
      ),
    ),
  );

  fault("during a drill", () =>
    onSmallDisk(drillsDir(clusterPlace()), "450m", async (fill) => {
      const filled = until("laying out", async () => (await drilling()) >= 1).then(fill);
      const result = await runDrill(ctx, { backupId: good }, quiet);
      await filled;
      expect(result).toMatchObject({ ok: false, findings: [{ says: expect.stringMatching(/no space left/i) }] });
      // The backup is not to blame: it stays a good one.
      expect(await lastDrill()).toMatchObject({ ok: null, stopped: false });
      fs.rmSync(path.join(drillsDir(clusterPlace()), "filler"));
    }),
  );

  fault("known before a drill begins", () =>
    onSmallDisk(drillsDir(clusterPlace()), "50m", () =>
      expect(runDrill(ctx, { backupId: good }, quiet)).rejects.toThrow(/not enough room for a copy/),
    ),
  );
});

/** A drill of an old backup replays everything since; here only its middle matters. */
const takeAnother = async () => {
  good = (await takeBackup(ctx, quiet)).id;
};

describe("stopped by somebody", () => {
  beforeAll(takeAnother, 60_000);

  fault("a backup, while files are sent", async () => {
    await expect(takeBackup(ctx, stoppedWhen(sending))).rejects.toThrow(JobCancelled);
    expect(await lastBackup()).toEqual({ state: "CANCELLED", error: "someone stopped it" });
    // Nobody is alarmed by what someone wanted.
    expect((await readBackupHealth()).lastEnded?.error ?? null).not.toBe("someone stopped it");
  });

  for (const [name, phases] of [
    ["while files are laid out", 1],
    ["while it replays", 2],
    ["while it checks", 4],
  ] as const)
    fault(`a drill, ${name}`, async () => {
      const running = runDrill(
        ctx,
        { backupId: good },
        stoppedWhen(async () => (await drilling()) >= phases),
      );
      await expect(running).rejects.toThrow(JobCancelled);
      expect(await lastDrill()).toMatchObject({ ok: null, stopped: true });
    });
});

describe("a connection lost", () => {
  beforeAll(takeAnother, 60_000);

  const cut = (where: string) => owner.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${where}`);

  fault("during a backup", async () => {
    const lost = until("sending", sending).then(() => cut("backend_type = 'walsender' and application_name = 'backup'"));
    await expect(takeBackup(ctx, quiet)).rejects.toThrow();
    await lost;
    expect((await lastBackup()).state).toBe("FAILED");
    expect((await readBackupHealth()).lastEnded?.error).toBeTruthy();
  });

  fault("to the copy during a drill: its server is killed", async () => {
    const place = clusterPlace();
    const lost = until("checks", async () => (await drilling()) >= 3).then(() => {
      const [name] = fs.readdirSync(drillsDir(place)).filter((entry) => !entry.endsWith(".log"));
      process.kill(postmasterOf(path.join(drillsDir(place), name!))!, "SIGQUIT");
    });
    const result = await runDrill(ctx, { backupId: good }, quiet);
    await lost;
    expect(result.ok).toBe(false);
    expect(result.findings.length).toBeGreaterThan(0);
    // The proof of this backup is spoilt until it is drilled again.
    expect((await runDrill(ctx, { backupId: good }, quiet)).findings).toEqual([]);
  });

  fault("of the drill's turn", async () => {
    const lost = until("laying out", async () => (await drilling()) >= 1).then(() => cut("application_name = 'turn drill'"));
    const result = await runDrill(ctx, { backupId: good }, quiet).then(
      (one) => one.ok,
      () => "refused",
    );
    await lost;
    expect([true, "refused"]).toContain(result);
  });
});

it("the good backup is the same after all of it", async () => {
  expect((await verifyBackup(ctx, good, quiet)).findings).toEqual([]);
  expect((await findBackup(good)).state).toBe("DONE");
});
