import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemCtx } from "~/access/ctx.server.ts";
import type { Cluster } from "~/db/cluster/cluster.server.ts";
import { makeCollege } from "../../../tests/database.ts";
import { startOwnCluster } from "../../../tests/fixtures/own-cluster.ts";
import { runDrill } from "./drill.server.ts";
import { readBackupHealth } from "./health.server.ts";
import { listDrillQuestions } from "./questions/list-questions.server.ts";
import { restoreInto } from "./restore.server.ts";
import { takeBackup } from "./take.server.ts";
import { findBackup, inspect, verifyBackup, type BackupRow } from "./verify.server.ts";

// A cluster of its own, with an archive. Breaks when a damaged backup is called good, or a good one can't be restored.
let cluster: Cluster;
let dataDir: string;
let owner: pg.Client;
let stop: () => Promise<void>;
let backup: BackupRow;
const ctx = systemCtx("test");
const quiet = async () => undefined;

beforeAll(async () => {
  ({ cluster, dataDir, owner, stop } = await startOwnCluster());
  for (let i = 0; i < 20; i++) await makeCollege(owner);
  const taken = await takeBackup(ctx, quiet);
  backup = await findBackup(taken.id);
}, 120_000);

afterAll(() => stop());

it("verifies what it took, and keeps the proof", async () => {
  const result = await verifyBackup(ctx, backup.id, quiet);
  expect(result.findings).toEqual([]);
  const { rows } = await owner.query("select kind, ok, by_whom from console.backup_check where backup_id = $1", [backup.id]);
  expect(rows).toEqual([{ kind: "VERIFY", ok: true, by_whom: ctx.actor.name }]);
});

it("drills to the point between two canaries and removes everything", async () => {
  await makeCollege(owner, { name: "After the backup" });
  const result = await runDrill(ctx, { backupId: backup.id }, quiet);
  expect(result.findings).toEqual([]);
  expect(result.phases.map((phase) => phase.name)).toEqual([
    "planting canaries",
    "laying out the files",
    "replaying and starting",
    "canaries",
    "row counts",
    "references",
    "indexes",
    "questions",
  ]);
  expect(result.phases[3]!.says).toBe("1 before the target are there, 1 after it are not");
  expect(result.rtoMs).toBeGreaterThan(0);
  expect(fs.readdirSync(path.join(cluster.home, "drills"))).toEqual([]);
  process.stdout.write(`drill: ${result.phases.map((phase) => `${phase.name} ${phase.ms} ms`).join(", ")}\n`);
});

it("a drill says when rows are silently absent", async () => {
  // A ledger that knows one row more than the copy will have: the college that was made after the backup.
  const { rows } = await owner.query<{ n: number }>("select count(*)::int as n from public.college");
  await owner.query(
    `update console.backup set row_counts = jsonb_set(row_counts, '{public.college}', '${rows[0]!.n}') where id = '${backup.id}'`,
  );
  const early = (await findBackup(backup.id)).finished_at!;
  await makeCollege(owner);
  const result = await runDrill(ctx, { backupId: backup.id, toTime: new Date(early.getTime() + 1) }, quiet);
  expect(result.ok).toBe(false);
  expect(result.findings.map((finding) => finding.file)).toContain("public.college");
});

it("a drill asks the owner's questions of the copy, and fails over an answer out of range or none at all", async () => {
  const { rows } = await owner.query<{ n: number }>("select count(*)::int as n from public.college");
  const n = rows[0]!.n;
  const count = "select count(*) from public.college";
  const insert = (name: string, text: string, min: number, enabled = true) =>
    owner.query(
      `insert into console.drill_question (id, name, sql, min_value, enabled, created_by)
       values (public.invigil_uuid7(), $1, $2, $3, $4, 'test')`,
      [name, text, min, enabled],
    );
  await insert("Colleges", count, n);
  await insert("Off", "select 1 from nowhere", 1, false);
  const good = await runDrill(ctx, { backupId: backup.id }, quiet);
  expect(good.findings).toEqual([]);
  expect(good.answers).toMatchObject([{ name: "Colleges", value: n, min: n, max: null, verdict: "OK", reason: null }]);

  await insert("Many", count, n + 1);
  await insert("Sleeper", "select pg_sleep(1000)", 1);
  await insert("Gone", "select count(*) from public.gone", 1);
  await insert("Staff", "select count(*) from console.staff", 1);
  const bad = await runDrill(ctx, { backupId: backup.id }, quiet);
  expect(bad.ok).toBe(false);
  expect(bad.findings.map(({ file, says }) => `${file}: ${says}`)).toEqual([
    expect.stringMatching(/^question “Gone”: could not be asked: The database does not understand it: relation/),
    `question “Many”: the answer is ${n}, expected ${n + 1} or more`,
    expect.stringMatching(/^question “Sleeper”: could not be asked: It may not call pg_sleep/),
    expect.stringMatching(/^question “Staff”: could not be asked: It may read only/),
  ]);
  // The drill's evidence keeps what was asked, and the list shows what was answered last.
  const { rows: kept } = await owner.query("select questions, ok from console.backup_check where id = $1", [bad.id]);
  expect(kept).toEqual([{ ok: false, questions: bad.answers }]);
  await owner.query("delete from console.drill_question where name <> 'Many'");
  expect(await listDrillQuestions({ ctx, input: {} })).toMatchObject([
    { name: "Many", answer: { value: n, verdict: "OUT_OF_RANGE" }, answered_at: expect.any(Date) as Date },
  ]);
  const health = await readBackupHealth();
  expect(health.lastDrill).toMatchObject({ ok: false });
  await owner.query("delete from console.drill_question");
});

it("decides two at once in the database, and a failed one is never listed", async () => {
  const both = await Promise.allSettled([takeBackup(ctx, quiet), takeBackup(ctx, quiet)]);
  expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
  const { rows } = await owner.query("select count(*)::int as n from console.backup where state = 'DONE'");
  expect(rows[0]).toEqual({ n: 2 });
  expect(fs.readdirSync(path.join(cluster.home, "backups"))).toHaveLength(2);
});

it("leaves a whole backup alone that its ledger does not know, as after a restore to before it", async () => {
  const later = await findBackup((await takeBackup(ctx, quiet)).id);
  const half = path.join(cluster.home, "backups", "2026-01-01T00-00-00-000Z-abcdef");
  fs.mkdirSync(half);
  await owner.query("delete from console.backup where id = $1", [later.id]);
  await takeBackup(ctx, quiet);
  expect(fs.existsSync(later.directory)).toBe(true);
  expect(fs.existsSync(half)).toBe(false);
  fs.rmSync(later.directory, { recursive: true });
});

it("restores for real, and never over a cluster", async () => {
  const target = path.join(dataDir, "restored");
  await restoreInto(backup, target, null);
  expect(fs.existsSync(path.join(target, "recovery.signal"))).toBe(true);
  await expect(restoreInto(backup, target, null)).rejects.toThrow("holds a cluster");
});

it("takes and drills what someone else's tables are in, and says that it could not count them", async () => {
  await owner.query('create table public."theirs.too" (n int); insert into public."theirs.too" values (1)');
  const taken = await takeBackup(ctx, quiet);
  const result = await runDrill(ctx, { backupId: taken.id }, quiet);
  expect(result.findings).toEqual([]);
  expect(result.phases.find((phase) => phase.name === "row counts")!.says).toContain(
    "not counted, the owner may not read them: public.theirs.too",
  );
  // Once it may be read, it is counted.
  await owner.query('grant select on public."theirs.too" to invigil_owner');
  const again = await runDrill(ctx, { backupId: (await takeBackup(ctx, quiet)).id }, quiet);
  expect(again.findings).toEqual([]);
  await owner.query('drop table public."theirs.too"');
});

describe("every injected fault is named", () => {
  const at = (name: string) => path.join(backup.directory, name);
  const flip = (file: string, position: (bytes: Buffer) => number) => {
    const bytes = fs.readFileSync(file);
    bytes[position(bytes)]! ^= 1;
    fs.writeFileSync(file, bytes);
  };
  const wal = () => Object.keys(backup.wal)[0]!;
  const faults: [string, () => void, RegExp][] = [
    [
      "a flipped byte in a data page",
      () => {
        const tar = gunzipSync(fs.readFileSync(at("base.tar.gz")));
        tar[tar.indexOf("PG_VERSION") + 512]! ^= 1;
        fs.writeFileSync(at("base.tar.gz"), gzipSync(tar, { level: 1 }));
      },
      /differs from its checksum/,
    ],
    [
      "a flipped byte in the compressed archive",
      () => flip(at("base.tar.gz"), (bytes) => bytes.length >> 1),
      /damaged|truncated|differs|header/,
    ],
    ["a flipped byte in the manifest", () => flip(at("backup_manifest"), (bytes) => bytes.length >> 1), /changed|can't be read/],
    ["a missing archive", () => fs.rmSync(at("base.tar.gz")), /is missing/],
    [
      "a truncated archive",
      () => fs.truncateSync(at("base.tar.gz"), fs.statSync(at("base.tar.gz")).size >> 1),
      /truncated|damaged/,
    ],
    ["a missing manifest", () => fs.rmSync(at("backup_manifest")), /is missing/],
    [
      "a manifest of another system",
      () => {
        backup = { ...backup, system_id: "1" };
      },
      /another database system/,
    ],
    [
      "a manifest that was computed anew after a change",
      () => {
        const file = path.join(backup.directory, "backup_manifest");
        const text = fs.readFileSync(file, "utf8");
        const [body] = text.split('"Manifest-Checksum"');
        const changed = body!.replace(/("Last-Modified": ")\d{4}/, "$12001");
        expect(changed).not.toBe(body);
        const sum = createHash("sha256").update(changed).digest("hex");
        fs.writeFileSync(file, `${changed}"Manifest-Checksum": "${sum}"}\n`);
      },
      /audit log recorded/,
    ],
    ["a flipped byte in a WAL segment", () => flip(path.join(cluster.archiveDir, wal()), () => 8000), /WAL segment differs/],
    ["a missing WAL segment", () => fs.rmSync(path.join(cluster.archiveDir, wal())), /segment is missing/],
  ];
  let named = 0;
  it.each(faults)("%s", async (_name, inject, says) => {
    const before = { ...backup };
    const saved = path.join(dataDir, "saved");
    fs.cpSync(backup.directory, saved, { recursive: true });
    const segment = path.join(cluster.archiveDir, wal());
    const bytes = fs.readFileSync(segment);
    try {
      inject();
      const findings = await inspect(backup, cluster.archiveDir);
      expect(findings.map((finding) => finding.says).join("; ")).toMatch(says);
      named++;
    } finally {
      backup = before;
      fs.rmSync(backup.directory, { recursive: true, force: true });
      fs.cpSync(saved, backup.directory, { recursive: true });
      fs.rmSync(saved, { recursive: true });
      fs.writeFileSync(segment, bytes);
    }
  });
  afterAll(() => void process.stdout.write(`backup faults: ${named} named of ${faults.length} injected\n`));
});
