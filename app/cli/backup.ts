import path from "node:path";
import { CronExpressionParser } from "cron-parser";
import { z } from "zod";
import { systemCtx } from "~/access/ctx.server.ts";
import { clients } from "~/db/clients.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { runDrill } from "~/observability/backups/drill.server.ts";
import { expireBackups, PROMISE } from "~/observability/backups/expire.server.ts";
import { restoreInto } from "~/observability/backups/restore.server.ts";
import { takeBackup, type Progress } from "~/observability/backups/take.server.ts";
import { findBackup, verifyBackup } from "~/observability/backups/verify.server.ts";
import { env } from "~/platform/env.server.ts";
import { Invalid } from "~/platform/errors.ts";
import { bytes, exactTime, plural, seconds } from "~/platform/format.ts";
import { withDatabase } from "./database.ts";
import type { Command, Run } from "./commands.ts";

const print = (run: Run, data: unknown, lines: string[]) =>
  process.stdout.write(run.options["json"] ? `${JSON.stringify(data)}\n` : `${lines.join("\n")}\n`);

const quiet: Progress = async () => undefined;
let said = "";
const phases: Progress = async (phase) => {
  if (phase !== said) process.stderr.write(`  ${phase}\n`);
  said = phase;
};
const progressOf = (run: Run) => (run.options["json"] ? quiet : phases);

function idOf(run: Run): string | null {
  const id = run.positionals[0];
  if (id && !z.uuid().safeParse(id).success) throw new Invalid(`${id} is not the id of a backup; see npx invigil backup list`);
  return id ?? null;
}

function timeOf(run: Run): Date | null {
  const text = run.options["to-time"];
  if (typeof text !== "string") return null;
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new Invalid(`--to-time: "${text}" is not a time, for example 2026-11-20T14:20:00Z`);
  return at;
}

const when = (at: Date | null) => (at ? exactTime(at) : "–");

const list: Command = {
  name: "backup list",
  says: "Lists backups and whether they were verified and drilled",
  usage: "[--json]",
  run: (run) =>
    withDatabase(async () => {
      const all = await rows(
        clients().primary,
        sql`select b.id, b.state, b.started_at, b.finished_at, b.size_bytes, b.error,
                   (
                     select bool_and(c.ok)
                     from console.backup_check c
                     where c.backup_id = b.id and c.kind = 'VERIFY'
                   ) as verified,
                   (
                     select bool_and(c.ok)
                     from console.backup_check c
                     where c.backup_id = b.id and c.kind = 'DRILL'
                   ) as drilled
            from console.backup b
            where b.state <> 'EXPIRED'
            order by b.started_at desc
            limit 200`,
        z.object({
          id: z.string(),
          state: z.string(),
          started_at: z.date(),
          finished_at: z.date().nullable(),
          size_bytes: z.number().nullable(),
          error: z.string().nullable(),
          verified: z.boolean().nullable(),
          drilled: z.boolean().nullable(),
        }),
      );
      const word = (value: boolean | null, good: string, bad: string, none: string) =>
        value === null ? none : value ? good : bad;
      print(
        run,
        all,
        all.length === 0
          ? ["No backups yet: npx invigil backup create"]
          : all.map(
              (one) =>
                `${one.id}  ${when(one.started_at)}  ${one.state.toLowerCase().padEnd(7)}  ${one.size_bytes === null ? (one.error ?? "") : bytes(one.size_bytes).padStart(9)}  ${word(one.verified, "verified", "VERIFICATION FAILED", "not verified")}, ${word(one.drilled, "drilled", "DRILL FAILED", "not drilled")}`,
            ),
      );
    }),
};

const create: Command = {
  name: "backup create",
  says: "Takes a physical backup over the replication protocol",
  usage: "[--json]",
  run: (run) =>
    withDatabase(async () => {
      const ctx = systemCtx("command line");
      const taken = await takeBackup(ctx, progressOf(run));
      await expireBackups(ctx);
      print(run, taken, [`${taken.id}: ${bytes(taken.bytes)}`]);
    }),
};

const verify: Command = {
  name: "backup verify",
  says: "Reads every file of a backup against its manifest, and its WAL",
  usage: "[BACKUP] [--json]",
  takes: 1,
  run: (run) =>
    withDatabase(async () => {
      const result = await verifyBackup(systemCtx("command line"), idOf(run), quiet);
      print(
        run,
        result,
        result.ok
          ? [`${result.id}: every file and its WAL are unchanged`]
          : result.findings.map((finding) => `${finding.file}: ${finding.says}`),
      );
      if (!result.ok)
        process.stderr.write(
          `backup ${result.id} failed verification: ${plural(result.findings.length, "problem")}. Take a new one\n`,
        );
      return result.ok ? 0 : 1;
    }),
};

const restore: Command = {
  name: "backup restore",
  says: "Restores a backup into an empty directory, ready to replay to a point in time",
  usage: "--target DIR [--to-time TIME] [BACKUP] [--json]",
  takes: 1,
  options: { target: { type: "string" }, "to-time": { type: "string" } },
  run: (run) =>
    withDatabase(async () => {
      if (typeof run.options["target"] !== "string") throw new Invalid("--target is required: an empty directory");
      const target = path.resolve(run.options["target"]);
      const toTime = timeOf(run);
      const backup = await findBackup(idOf(run), toTime);
      const done = await restoreInto(backup, target, toTime);
      print(run, { backup: backup.id, target, ...done }, [
        `${bytes(done.bytes)} of backup ${backup.id} (${when(backup.started_at)}) are in ${target}`,
        `it replays to ${toTime ? when(toTime) : "the end of the archive"} when a PostgreSQL of the same major version starts on it:`,
        `  postgres -D ${target} -p 55432`,
      ]);
    }),
};

const schedule: Command = {
  name: "backup schedule",
  says: "Prints when backups are taken and how long they are kept",
  usage: "[--json]",
  async run(run) {
    const cron = env().BACKUP_SCHEDULE;
    const next = CronExpressionParser.parse(cron, { tz: "UTC" }).next().toDate();
    print(run, { schedule: cron, next, keep: PROMISE }, [
      `BACKUP_SCHEDULE is "${cron}" (UTC); the next is at ${when(next)} while Invigil runs`,
      `kept: the last ${PROMISE.count}, and all of the last ${PROMISE.days} days, whichever is more`,
    ]);
  },
};

const drill: Command = {
  name: "drill run",
  says: "Restores a backup beside the database, starts it and checks it",
  usage: "[BACKUP] [--to-time TIME] [--json]",
  takes: 1,
  options: { "to-time": { type: "string" } },
  run: (run) =>
    withDatabase(async () => {
      const result = await runDrill(systemCtx("command line"), { backupId: idOf(run), toTime: timeOf(run) }, progressOf(run));
      print(run, result, [
        ...result.phases.map((phase) => `${phase.name}: ${phase.says} (${seconds(phase.ms / 1000)})`),
        ...result.findings.map((finding) => `FOUND  ${finding.file}: ${finding.says}`),
        result.ok
          ? `recovery time ${seconds(result.rtoMs / 1000)}; losing the machine at the start would have cost ${result.rpoMs === null ? "an unknown time" : seconds(result.rpoMs / 1000)}`
          : "do not rely on this backup",
      ]);
      if (!result.ok) process.stderr.write(`the drill failed: ${plural(result.findings.length, "finding")}\n`);
      return result.ok ? 0 : 1;
    }),
};

const drills: Command = {
  name: "drill list",
  says: "Lists the drills and what they found",
  usage: "[--json]",
  run: (run) =>
    withDatabase(async () => {
      const all = await rows(
        clients().primary,
        sql`select id, backup_id, started_at, ok, rpo_ms, rto_ms, jsonb_array_length(findings) as findings
            from console.backup_check
            where kind = 'DRILL'
            order by started_at desc
            limit 200`,
        z.object({
          id: z.string(),
          backup_id: z.string(),
          started_at: z.date(),
          ok: z.boolean().nullable(),
          rpo_ms: z.number().nullable(),
          rto_ms: z.number().nullable(),
          findings: z.number(),
        }),
      );
      print(
        run,
        all,
        all.length === 0
          ? ["No drill has been run yet: npx invigil drill run"]
          : all.map(
              (one) =>
                `${when(one.started_at)}  backup ${one.backup_id}  ${one.ok === null ? "running" : one.ok ? `passed, recovery time ${seconds((one.rto_ms ?? 0) / 1000)}` : `${one.findings} findings`}`,
            ),
      );
    }),
};

export const backupCommands: Command[] = [create, list, verify, restore, schedule, drill, drills];
