import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { systemCtx } from "../../app/access/ctx.server.ts";
import { runDrill } from "../../app/observability/backups/drill.server.ts";
import { takeBackup } from "../../app/observability/backups/take.server.ts";
import { findBackup, inspect } from "../../app/observability/backups/verify.server.ts";
import { startOwnCluster } from "../fixtures/own-cluster.ts";
import { during, startLoad } from "./load.ts";
import type { Row } from "./similarity.ts";

const ROWS = 60_000;
const MB = 1024 * 1024;

function sizeOf(dir: string): number {
  return fs
    .readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("pg_wal"))
    .reduce(
      (sum, entry) => sum + (fs.statSync(path.join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
}

async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** The most memory beyond what there was, looked at while it works. */
async function growth(work: () => Promise<unknown>): Promise<number> {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  await work().finally(() => clearInterval(timer));
  return (most - before) / MB;
}

/** Against what the machine's own tools need for the same bytes in the same run. */
export const bench = {
  name: "backup",
  async run(): Promise<Row[]> {
    const home = await startOwnCluster();
    const ctx = systemCtx("bench");
    const quiet = async () => undefined;
    try {
      await home.owner.query(
        `create table public.ballast as select i, (select string_agg(md5(i::text || j), '') from generate_series(1, 200) j) as text from generate_series(1, ${ROWS}) i`,
      );
      await home.owner.query("grant select on public.ballast to invigil_owner; create index on public.ballast (i); checkpoint");
      const source = home.cluster.primary.dir;
      const bytes = sizeOf(source);
      const mbps = (seconds: number) => bytes / MB / seconds;
      const scratch = path.join(home.dataDir, "copied");
      fs.mkdirSync(scratch);
      execFileSync("sh", ["-c", `tar -C ${source} --exclude=pg_wal -cf - . >/dev/null`]);
      const cp = await timed(() =>
        execFileSync("sh", ["-c", `cd ${source} && for f in *; do [ $f = pg_wal ] || cp -r $f ${scratch}/; done`]),
      );
      const gz = await timed(() =>
        execFileSync("sh", ["-c", `tar -C ${scratch} -cf - . | gzip -1 > ${home.dataDir}/piped.tar.gz`]),
      );
      let id = "";
      const taking: number[] = [];
      let tookMemory = 0;
      for (let i = 0; i < 3; i++)
        taking.push(
          await timed(
            async () => (tookMemory = Math.max(tookMemory, await growth(async () => (id = (await takeBackup(ctx, quiet)).id)))),
          ),
        );
      const take = Math.min(...taking);
      const backup = await findBackup(id);
      const sum = await timed(() =>
        execFileSync("sh", ["-c", `find ${scratch} -type f -print0 | xargs -0 sha256sum > /dev/null`]),
      );
      const unzipped = await timed(() =>
        execFileSync("sh", ["-c", `gzip -dc ${backup.directory}/base.tar.gz | sha256sum > /dev/null`]),
      );
      fs.rmSync(scratch, { recursive: true });
      let verify = 0;
      const verifyMemory = await growth(async () => {
        verify = await timed(async () => {
          const findings = await inspect(backup, home.cluster.archiveDir);
          if (findings.length > 0) throw new Error(`the backup does not verify: ${findings[0]!.file} ${findings[0]!.says}`);
        });
      });
      let drill = { rtoMs: 0, phases: [] as { ms: number }[] };
      const drillMemory = await growth(async () => {
        const result = await runDrill(ctx, { backupId: id }, quiet);
        if (!result.ok) throw new Error(`the drill failed: ${result.findings[0]?.says}`);
        drill = result;
      });
      const drillSeconds = drill.phases.reduce((all, phase) => all + phase.ms, 0) / 1000;

      const load = await startLoad(home.owner, home.cluster.urls.superuser);
      try {
        await load.rate(2);
        const before = await load.rate(6);
        const whileTaking = await during(load, async () => {
          id = (await takeBackup(ctx, quiet)).id;
        });
        const between = await load.rate(6);
        const whileDrilling = await during(load, () => runDrill(ctx, { backupId: id }, quiet));
        const after = await load.rate(6);
        return [
          { metric: "the cluster, without WAL", value: bytes / MB, unit: "MB" },
          { metric: "backup (SHA-256 manifest, gzip), best of 3", value: mbps(take), unit: "MB/s" },
          { metric: "cp of the same directory", value: mbps(cp), unit: "MB/s" },
          { metric: "time of cp", value: take / cp, unit: "×" },
          { metric: "tar | gzip -1 of the same directory", value: mbps(gz), unit: "MB/s" },
          { metric: "time of tar | gzip -1", value: take / gz, unit: "×" },
          { metric: "verification", value: mbps(verify), unit: "MB/s" },
          { metric: "sha256sum of the same bytes", value: mbps(sum), unit: "MB/s" },
          { metric: "time of sha256sum", value: verify / sum, unit: "×" },
          { metric: "time of gzip -dc | sha256sum", value: verify / unzipped, unit: "×" },
          { metric: "drill, all phases", value: drillSeconds, unit: "s" },
          { metric: "drill per GB", value: drillSeconds / (bytes / 1024 ** 3), unit: "s/GB" },
          { metric: "back after (laid out, replayed, started)", value: drill.rtoMs / 1000, unit: "s" },
          { metric: "write load, nothing else", value: (before + between + after) / 3, unit: "tx/s" },
          { metric: "write load during a backup", value: whileTaking.rate / ((before + between) / 2), unit: "×" },
          { metric: "write load during a drill", value: whileDrilling.rate / ((between + after) / 2), unit: "×" },
          { metric: "memory grown by a backup", value: tookMemory, unit: "MB" },
          { metric: "memory grown by a verification", value: verifyMemory, unit: "MB" },
          { metric: "memory grown by a drill", value: drillMemory, unit: "MB" },
        ];
      } finally {
        await load.stop();
      }
    } finally {
      await home.stop();
    }
  },
};
