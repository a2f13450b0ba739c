import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { record } from "~/audit/record.server.ts";
import { clusterPlace } from "~/db/cluster/place.server.ts";
import { privateDir } from "~/db/cluster/server.server.ts";
import { clients, rolePool } from "~/db/clients.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import { connection } from "~/db/urls.server.ts";
import { messageOf } from "~/platform/errors.ts";
import { bytes, count } from "~/platform/format.ts";
import { newId } from "~/platform/ids.ts";
import { checkCanaries, plantCanaries } from "./canaries.server.ts";
import { layOut, startCopy, type Copy } from "./copy.server.ts";
import { checkRoom } from "./check-room.server.ts";
import { isDiskFull } from "./disk-full.ts";
import { checkCounts, checkIndexes, checkReferences } from "./examine.server.ts";
import { countRows, uncounted, type Progress } from "./take.server.ts";
import { cleanUpDrills, drillsDir, exclusive } from "./exclusive.server.ts";
import { checkQuestions } from "./questions/check-questions.server.ts";
import type { QuestionAnswer } from "./questions/expected.ts";
import { findBackup, type BackupFinding } from "./verify.server.ts";

const PHASES = 8;

export type Phase = { name: string; ms: number; says: string };

export type DrillResult = {
  id: string;
  backupId: string;
  ok: boolean;
  findings: BackupFinding[];
  phases: Phase[];
  answers: QuestionAnswer[];
  targetTime: Date;
  rpoMs: number | null;
  rtoMs: number;
};

/** How long ago the archive last received something: what a loss of the whole machine would cost right now. */
async function exposure(): Promise<number | null> {
  const found = await firstRow(
    rolePool("backup"),
    sql`select (extract(epoch from now() - last_archived_time) * 1000)::bigint as ms from pg_stat_archiver`,
    z.object({ ms: z.number().nullable() }),
  );
  return found?.ms ?? null;
}

/** Restores a backup beside the running database, starts a real server on it and asks it hard questions. */
export function runDrill(
  ctx: Ctx,
  asked: { backupId: string | null; toTime?: Date | null },
  progress: Progress,
): Promise<DrillResult> {
  return exclusive("drill", () => drill(ctx, asked, progress));
}

async function drill(
  ctx: Ctx,
  asked: { backupId: string | null; toTime?: Date | null },
  progress: Progress,
): Promise<DrillResult> {
  const place = clusterPlace();
  const pool = clients().primary;
  await cleanUpDrills(place);
  const backup = await findBackup(asked.backupId);
  const id = newId();
  privateDir(drillsDir(place), place.account);
  await checkRoom(drillsDir(place));
  const scratch = path.join(drillsDir(place), id);
  const all: Ctx = { ...ctx, scope: { kind: "all" } };
  await withScope(all, async (inner) => {
    await execute(
      inner.tx,
      sql`insert into console.backup_check (id, backup_id, kind, by_whom)
          values (${id}, ${backup.id}, 'DRILL', ${ctx.actor.name})`,
    );
    await record(inner, { action: "drill.start", resource: "backup", resourceId: backup.id });
  });
  const phases: Phase[] = [];
  const findings: BackupFinding[] = [];
  let answers: QuestionAnswer[] = [];
  const stopped = new AbortController();
  let current = "start";
  const phase = async <T>(name: string, run: () => Promise<{ says: string; value: T }>): Promise<T> => {
    current = name;
    await progress(name, phases.length, PHASES);
    const started = performance.now();
    const { says, value } = await run();
    stopped.signal.throwIfAborted();
    phases.push({ name, ms: Math.round(performance.now() - started), says });
    await execute(
      pool,
      sql`update console.backup_check
        set phases = ${JSON.stringify(phases)}::jsonb
        where id = ${id}`,
    );
    return value;
  };
  // Someone may ask it to stop in the middle of a long phase.
  const asking = setInterval(() => {
    progress(current, phases.length, PHASES).catch((error: unknown) => {
      if (error instanceof Error && error.name === "JobCancelled") stopped.abort(error);
    });
  }, 400);
  let copy: Copy | null = null;
  stopped.signal.addEventListener("abort", () => void copy?.stop());
  let rtoMs = 0;
  let rpoMs: number | null = null;
  let targetTime = asked.toTime ?? new Date();
  let verdict: boolean | null = null;
  try {
    rpoMs = await exposure();
    const floors: Record<string, number> = { ...backup.row_counts };
    targetTime = await phase("planting canaries", async () => {
      const before = await countRows();
      const target = await plantCanaries(place);
      const after = await countRows();
      for (const table of Object.keys(floors)) floors[table] = Math.min(floors[table]!, before[table] ?? 0, after[table] ?? 0);
      const at = asked.toTime ?? target;
      return { says: `target ${at.toISOString()}`, value: at };
    });
    const began = performance.now();
    await phase("laying out the files", async () => {
      const laid = await layOut(place, backup.directory, scratch, stopped.signal);
      return { says: bytes(laid), value: laid };
    });
    copy = await phase("replaying and starting", async () => {
      const database = new URL(connection("owner").url).pathname.slice(1);
      const started = await startCopy(place, scratch, targetTime, database, stopped.signal);
      return { says: "consistent, takes connections", value: started };
    });
    rtoMs = Math.round(performance.now() - began);
    const { client, app } = copy;
    await phase("canaries", async () => {
      const checked = await checkCanaries(client, backup.started_at, targetTime);
      findings.push(...checked.findings);
      return { says: checked.says, value: null };
    });
    await phase("row counts", async () => {
      const counted = await checkCounts(client, floors);
      findings.push(...counted.findings);
      const left = await uncounted();
      const but = left.length > 0 ? `; not counted, the owner may not read them: ${left.slice(0, 5).join(", ")}` : "";
      return { says: `${count(counted.rows)} rows in ${counted.checked} tables${but}`, value: null };
    });
    await phase("references", async () => {
      const checked = await checkReferences(client);
      findings.push(...checked.findings);
      return { says: `${checked.checked} foreign keys, up to 2,000 rows of each`, value: null };
    });
    await phase("indexes", async () => {
      const checked = await checkIndexes(client);
      findings.push(...checked.findings);
      return { says: `${checked.checked} B-trees walked`, value: null };
    });
    await phase("questions", async () => {
      const checked = await checkQuestions(app);
      findings.push(...checked.findings);
      answers = checked.answers;
      return { says: checked.says, value: null };
    });
    verdict = findings.length === 0;
  } catch (error) {
    const why = stopped.signal.aborted ? (stopped.signal.reason as Error) : error;
    if (why instanceof Error && why.name === "JobCancelled") {
      await execute(
        pool,
        sql`update console.backup_check
            set finished_at = now(), stopped = true,
                findings = '[{"file": "drill", "says": "someone stopped it"}]'::jsonb
            where id = ${id}`,
      );
      throw why;
    }
    findings.push({ file: current, says: messageOf(error) });
    // A full disk says nothing about the backup; everything else is held against it.
    verdict = isDiskFull(error) ? null : false;
  } finally {
    clearInterval(asking);
    await copy?.stop();
    fs.rmSync(scratch, { recursive: true, force: true });
  }
  const ok = verdict === true;
  await withScope(all, async (inner) => {
    await execute(
      inner.tx,
      sql`update console.backup_check
          set finished_at = now(), ok = ${verdict}, findings = ${JSON.stringify(findings.slice(0, 100))}::jsonb,
              phases = ${JSON.stringify(phases)}::jsonb, questions = ${JSON.stringify(answers)}::jsonb,
              target_time = ${targetTime}, rpo_ms = ${rpoMs}, rto_ms = ${ok ? rtoMs : null}
          where id = ${id}`,
    );
    await record(inner, {
      action: "drill.done",
      resource: "backup",
      resourceId: backup.id,
      details: { ok, rtoMs, findings: findings.length },
    });
  });
  return { id, backupId: backup.id, ok, findings, phases, answers, targetTime, rpoMs, rtoMs };
}
