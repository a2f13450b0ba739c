import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { systemCtx } from "~/access/ctx.server.ts";
import { withReadScope } from "~/db/scope.server.ts";
import { expectedStarts } from "~/domains/exams/list.server.ts";
import { connectionHeadroom } from "~/observability/connections/report.server.ts";
import { coreCount } from "~/observability/load/read-load.server.ts";
import { env } from "~/platform/env.server.ts";
import { checks } from "./checks.server.ts";
import { pastForecasts } from "./past.server.ts";
import { measureCost, type Cost } from "./measured.server.ts";
import { at, judge, meanError, movesNeeded, peakDuring, sittingOver, type Judged, type Sitting, type Verdict } from "./model.ts";

export const DAYS_AHEAD = 14;

export type ExamAhead = {
  id: string;
  title: string;
  college: string;
  code: string;
  status: string;
  start: Date;
  end: Date;
  minutes: number;
  students: number;
  expected: number;
  peak: number;
} & Judged;
export type DayAhead = {
  day: string;
  exams: number;
  students: number;
  peak: number;
  connections: number;
  verdict: Verdict;
  says: string;
};

const what = z.object({
  /** Whose start is moved, and by how many minutes. */
  shift: z
    .array(z.object({ id: z.uuid(), minutes: z.number().int().min(-1440).max(1440) }))
    .max(50)
    .default([]),
  /** Ordinary connections there would be. */
  connections: z.number().int().min(1).max(100_000).nullable().default(null),
  /** Standbys that would be added for reads. */
  replicas: z.number().int().min(0).max(20).default(0),
});
export type WhatIf = z.input<typeof what>;

/** Reads that a standby can take from the primary: what our own pages and the platform's reads are, cautiously. */
const READS_A_STANDBY_TAKES = 0.3;

const ORDER: Verdict[] = ["HOLDS", "AT_RISK", "WILL_NOT_HOLD"];
const worst = (list: Verdict[]): Verdict =>
  list.reduce((a, b) => (ORDER.indexOf(b) > ORDER.indexOf(a) ? b : a), "HOLDS" as Verdict);

/** The calendar of two weeks against what the database can carry. */
export const readiness = read({
  name: "readiness.read",
  permission: "readiness.read",
  input: what,
  async run({ ctx, input }) {
    const now = ctx.clock.now();
    const to = new Date(now.getTime() + DAYS_AHEAD * 86_400_000);
    // Load adds up over all tenants, also for whoever sees one of them: others are counted, never named.
    const everybody = { ...systemCtx("readiness"), clock: ctx.clock };
    const [{ cost, all }, mine, headroom, failing, past] = await Promise.all([
      withReadScope(everybody, async (inner) => ({
        cost: await measureCost(inner, now),
        all: await expectedStarts({ ctx: inner, input: { from: new Date(now.getTime() - 6 * 3_600_000), to } }),
      })),
      expectedStarts({ ctx, input: { from: new Date(now.getTime() - 6 * 3_600_000), to } }),
      connectionHeadroom({ ctx, input: {} }).catch(() => null),
      checks(ctx, now),
      pastForecasts(ctx),
    ]);
    const moved = new Map(input.shift.map((one) => [one.id, one.minutes]));
    const sittings = all
      .map((exam): Sitting => ({
        id: exam.exam_id,
        start: exam.start_time.getTime() + (moved.get(exam.exam_id) ?? 0) * 60_000,
        minutes: exam.duration_minutes,
        students: Math.round(exam.students * cost.turnout),
      }))
      .filter((exam) => exam.start + exam.minutes * 60_000 > now.getTime());
    const byId = new Map(sittings.map((one) => [one.id, one]));
    const steps = sittingOver(sittings);
    const limits = { connections: input.connections ?? headroom?.ordinary ?? null, cores: coreCount(env().embedded) };
    const relief = 1 - Math.min(0.8, READS_A_STANDBY_TAKES * input.replicas);
    const connections = { ...cost.connections, perStudent: cost.connections.perStudent * relief };
    const active = { ...cost.active, perStudent: cost.active.perStudent * relief };
    const exams = mine
      .map((exam): ExamAhead | null => {
        const sitting = byId.get(exam.exam_id);
        if (!sitting) return null;
        const peak = peakDuring(sitting, steps);
        return {
          id: exam.exam_id,
          title: exam.title,
          college: exam.college,
          code: exam.code,
          status: exam.status,
          start: new Date(sitting.start),
          end: exam.end_time,
          minutes: exam.duration_minutes,
          students: exam.students,
          expected: sitting.students,
          peak,
          ...judge(peak, connections, active, limits),
        };
      })
      .filter((exam) => exam !== null)
      .sort((a, b) => a.start.getTime() - b.start.getTime());
    const largest =
      limits.connections === null || connections.perStudent === 0
        ? Number.POSITIVE_INFINITY
        : Math.floor((limits.connections - connections.base) / connections.perStudent);
    return {
      now,
      exams,
      days: daysOf(exams, sittings, largest),
      cost,
      limits,
      headroom,
      largest: Number.isFinite(largest) ? largest : null,
      curve: curveOf(steps, connections, now),
      checks: failing,
      past: {
        list: past,
        error: meanError(
          past
            .filter((one) => one.actual_connections !== null)
            .map((one) => ({ forecast: one.connections, actual: one.actual_connections! })),
        ),
      },
    };
  },
});

function curveOf(
  steps: { t: number; sitting: number }[],
  connections: Cost["connections"],
  now: Date,
): { t: number; sitting: number; connections: number }[] {
  return steps
    .filter((step) => step.t > now.getTime() - 3_600_000)
    .slice(0, 400)
    .map((step) => ({ t: step.t, sitting: step.sitting, connections: at(connections, step.sitting) }));
}

const dayOf = (date: Date) => date.toISOString().slice(0, 10);
const clock = (date: Date) => date.toISOString().slice(11, 16);
const people = (n: number) => n.toLocaleString("en-GB");

/** One sentence a day: what is there, whether it holds, and what would make it hold. */
function daysOf(exams: ExamAhead[], sittings: Sitting[], largest: number): DayAhead[] {
  const days = new Map<string, ExamAhead[]>();
  for (const exam of exams) days.set(dayOf(exam.start), [...(days.get(dayOf(exam.start)) ?? []), exam]);
  return [...days].map(([day, list]) => {
    const verdict = worst(list.map((exam) => exam.verdict));
    const crowded = list.reduce((a, b) => (b.peak > a.peak ? b : a));
    const slot = list.filter((exam) => exam.start.getTime() === crowded.start.getTime());
    const students = list.reduce((sum, exam) => sum + exam.expected, 0);
    let says = `${list.length} ${list.length === 1 ? "exam" : "exams"}, ${people(students)} students; at most ${people(crowded.peak)} at once.`;
    if (verdict !== "HOLDS") {
      const reason = crowded.reasons[0] ?? list.find((exam) => exam.reasons.length > 0)?.reasons[0] ?? "";
      says = `${clock(crowded.start)}: ${slot.length} ${slot.length === 1 ? "exam" : "exams"}, ${people(crowded.peak)} students at once, ${reason}: ${verdict === "AT_RISK" ? "at risk" : "will not hold"}.`;
      const move = Number.isFinite(largest)
        ? movesNeeded(sittings, crowded.start.getTime(), Math.floor(largest * 0.8), 20)
        : null;
      const further =
        move ??
        (Number.isFinite(largest) ? movesNeeded(sittings, crowded.start.getTime(), Math.floor(largest * 0.8), 120) : null);
      if (further && further.length > 0)
        says += ` Move ${further.length} ${further.length === 1 ? "exam" : "exams"} by ${move ? 20 : 120} minutes, or raise the connections.`;
      else says += " Raise the connections; moving exams alone does not help.";
    }
    return { day, exams: list.length, students, peak: crowded.peak, connections: crowded.connections, verdict, says };
  });
}
