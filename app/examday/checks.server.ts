import { z } from "zod";
import { may } from "~/access/policy.ts";
import type { TxCtx } from "~/db/ctx.ts";
import type { Health } from "~/db/health.server.ts";
import { migrationNames } from "~/db/migrate/names.server.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { cannotSit } from "~/domains/enrollments/cannot-sit.server.ts";
import type { Finding } from "~/observability/findings/findings.server.ts";
import { messageOf } from "~/platform/errors.ts";
import { plural, seconds } from "~/platform/format.ts";
import { log } from "~/platform/log.server.ts";

export type ReadinessCheck = { name: string; ok: boolean | null; says: string; to: string | null };

const EXAM_TABLES = ["student_answer", "student_exam_attempt", "integrity_event", "exam", "question"];

/** What is asked of the servers, before this work holds a connection. */
export type Asked = { health: Health; findings: Finding[] | null };

/** What stands beside the forecast: each on its own, and one that can't be answered says so. */
export async function checks(ctx: TxCtx, now: Date, { health, findings }: Asked): Promise<ReadinessCheck[]> {
  const asked: [name: string, to: string | null, check: () => Promise<ReadinessCheck | null>][] = [
    ["Standbys", "/database/replication", () => standbys(ctx, now, health.checks.replicas)],
    ["Backup", "/database/backups", () => backups(ctx, now)],
    ["Migrations", null, () => migrations(ctx)],
    ["Findings", "/database/findings", () => indexes(ctx, findings)],
    ["Incidents", null, () => incidents(ctx, now)],
    ["Students", "/exams/today", () => students(ctx)],
  ];
  const found: ReadinessCheck[] = [];
  for (const [name, to, check] of asked) {
    const answer = await onItsOwn(ctx, check, (error) => {
      log.warn({ check: name, reason: messageOf(error) }, "a readiness check failed");
      return { name, ok: null, says: "Could not be checked right now", to };
    });
    if (answer) found.push(answer);
  }
  return found;
}

/** In a savepoint: a statement that fails would otherwise end the transaction for everything that comes after it. */
async function onItsOwn<T>(ctx: TxCtx, run: () => Promise<T>, failed: (error: unknown) => T): Promise<T> {
  await ctx.tx.query({ text: "savepoint readiness_check" });
  try {
    const answer = await run();
    await ctx.tx.query({ text: "release savepoint readiness_check" });
    return answer;
  } catch (error) {
    await ctx.tx.query({ text: "rollback to savepoint readiness_check" });
    return failed(error);
  }
}

/** More than this behind, and readers see what was. */
const FAR_BEHIND_S = 30;

async function standbys(ctx: TxCtx, at: Date, replicas: Health["checks"]["replicas"]): Promise<ReadinessCheck> {
  const down = replicas.filter((replica) => !replica.ok);
  const lag = await firstRow(
    ctx.tx,
    sql`select max(value) as most
        from telemetry.metric
        where name = 'lag.seconds' and at > ${new Date(at.getTime() - 3_600_000)}`,
    z.object({ most: z.number().nullable() }),
  );
  const behind = lag?.most ?? null;
  return {
    name: "Standbys",
    ok: replicas.length === 0 ? null : down.length === 0 && (behind ?? 0) < FAR_BEHIND_S,
    says:
      replicas.length === 0
        ? "There is no standby: a lost primary ends every exam"
        : down.length === 0
          ? `${plural(replicas.length, "standby answers", "standbys answer")}${behind === null ? "" : `, at most ${seconds(behind)} behind in the last hour`}`
          : `${down.map((one) => one.name).join(", ")} can't be reached`,
    to: "/database/replication",
  };
}

async function backups(ctx: TxCtx, now: Date): Promise<ReadinessCheck> {
  const there = await firstRow(
    ctx.tx,
    sql`select to_regclass('console.backup') is not null as yes`,
    z.object({ yes: z.boolean() }),
  );
  const last = there!.yes
    ? await firstRow(
        ctx.tx,
        sql`select max(finished_at) as at from console.backup where state = 'DONE'`,
        z.object({ at: z.date().nullable() }),
      )
    : null;
  const age = last?.at ? (now.getTime() - last.at.getTime()) / 3_600_000 : null;
  return {
    name: "Backup",
    ok: age !== null && age < 24,
    says:
      age === null
        ? "No backup has been taken"
        : age < 24
          ? `Taken ${Math.round(age)} h ago`
          : `The last one is ${plural(Math.floor(age / 24), "day")} old`,
    to: "/database/backups",
  };
}

async function migrations(ctx: TxCtx): Promise<ReadinessCheck> {
  const applied = await rows(
    ctx.tx,
    sql`select migration_name from public._prisma_migrations where finished_at is not null`,
    z.object({ migration_name: z.string() }),
  );
  const known = new Set(applied.map((row) => row.migration_name));
  const pending = migrationNames().filter((name) => !known.has(name));
  return {
    name: "Migrations",
    ok: pending.length === 0,
    says:
      pending.length === 0
        ? "No pending migrations"
        : `${plural(pending.length, "migration")} would run at the next start. Don't restart during an exam`,
    to: null,
  };
}

async function indexes(ctx: TxCtx, findings: Finding[] | null): Promise<ReadinessCheck | null> {
  if (!may(ctx.actor.role, "database.read") || !findings) return null;
  const bad = findings.filter(
    (finding) =>
      finding.level === "error" &&
      finding.evidence.some((evidence) => EXAM_TABLES.some((table) => JSON.stringify(evidence).includes(table))),
  );
  return {
    name: "Findings",
    ok: bad.length === 0,
    says: bad.length === 0 ? "No error on a table that exams write" : bad.map((finding) => finding.title).join("; "),
    to: "/database/findings",
  };
}

async function incidents(ctx: TxCtx, now: Date): Promise<ReadinessCheck> {
  const open = await rows(
    ctx.tx,
    sql`select number, title, count(*) over ()::int as n
        from console.incident
        where state = 'OPEN' and from_at < ${now}
        order by number desc
        limit 2`,
    z.object({ number: z.number(), title: z.string(), n: z.number() }),
  );
  const more = (open[0]?.n ?? 0) - open.length;
  return {
    name: "Incidents",
    ok: open.length === 0,
    says:
      open.length === 0
        ? "No open incidents"
        : `${open.map((one) => `#${one.number} ${one.title}`).join("; ")}${more > 0 ? `, and ${more} more` : ""}`,
    to: may(ctx.actor.role, "database.read") ? "/database/incidents" : null,
  };
}

async function students(ctx: TxCtx): Promise<ReadinessCheck | null> {
  if (!may(ctx.actor.role, "platform.read")) return null;
  const held = await cannotSit({ ctx, input: { days: 1, limit: 2000 } });
  const people = new Set(held.map((row) => row.user_id)).size;
  return {
    name: "Students",
    ok: people === 0,
    says: people === 0 ? "Every student can sit today" : `${plural(people, "student")} cannot sit today`,
    to: "/exams/today",
  };
}
