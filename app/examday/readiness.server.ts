import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { systemCtx } from "~/access/ctx.server.ts";
import { cache } from "~/db/cache.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { currentHealth } from "~/db/health.server.ts";
import { withReadScope } from "~/db/scope.server.ts";
import { expectedStarts } from "~/domains/exams/list.server.ts";
import { connectionHeadroom } from "~/observability/connections/report.server.ts";
import { coreCount } from "~/observability/load/read-load.server.ts";
import type { Clock } from "~/platform/clock.ts";
import { env } from "~/platform/env.server.ts";
import { validZone } from "~/platform/zone.ts";
import { checks } from "./checks.server.ts";
import { pastForecasts } from "./past.server.ts";
import { measureCost, type Cost } from "./measured.server.ts";
import { daysOf } from "./days.ts";
import { sittingNow } from "./sitting-now.server.ts";
import { sittingsOf } from "./sittings.ts";
import { freeDisk } from "./disk.server.ts";
import { standingVerdicts } from "./standing-verdicts.server.ts";
import { applicable, crowdsOf, verdictNote, type Computed } from "./standing.ts";
import { at, judge, meanError, mostAtOnce, peakDuring, sittingOver, type Judged } from "./model.ts";
import { findingsNow } from "./waiting.server.ts";

const DAYS_AHEAD = 14;
/** The longest that an exam may last: what began so long ago may still be sat. */
const LONGEST_MS = 24 * 3_600_000;

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
  /** What this computation alone says; the verdict shown is the one that stands. */
  computed: Computed;
  /** Which exams it is sat together with. */
  crowd: string;
  /** When the verdict changed, or is about to. */
  note: string | null;
} & Judged;
const what = z.object({
  /** Whose start is moved, and by how many minutes. */
  shift: z
    .array(
      z.object({
        id: z.uuid(),
        minutes: z
          .number()
          .int()
          .min(-DAYS_AHEAD * 1440)
          .max(DAYS_AHEAD * 1440),
      }),
    )
    .max(50)
    .default([]),
  /** Ordinary connections there would be. */
  connections: z.number().int().min(1).max(100_000).nullable().default(null),
  /** Standbys that would be added for reads. */
  replicas: z.number().int().min(0).max(20).default(0),
  /** In which days are told, and the times in sentences. */
  zone: z.string().max(64).transform(validZone).default("UTC"),
});
export type WhatIf = z.input<typeof what>;

/** What would be is computed each time: only what is has a verdict that stands. */
const isPlan = (input: z.output<typeof what>) => input.shift.length > 0 || input.connections !== null || input.replicas > 0;

/** Reads that a standby can take from the primary: what our own pages and the platform's reads are, cautiously. */
const READS_A_STANDBY_TAKES = 0.3;

/** Read by many pages at once, and the same for all of them. */
const SHARED_MS = 5000;

/**
 * What is the same for whoever asks. Load adds up over all tenants, also for whoever sees one of them: others are counted,
 * never named. Each question takes a connection of its own and gives it back.
 */
async function everybodys(clock: Clock) {
  const now = clock.now();
  const everybody = { ...systemCtx("readiness"), clock };
  return cache.get(everybody, {
    key: `examday.everybody ${Math.floor(now.getTime() / 60_000)}`,
    of: ["exam", "enrollment"],
    ttlMs: SHARED_MS,
    async read() {
      const [cost, all, writing, headroom, health, findings, disk] = await Promise.all([
        // Two weeks of samples: a minute more or less of them changes nothing.
        cache.get(everybody, {
          key: "examday.cost",
          of: ["exam"],
          ttlMs: 60_000,
          read: () => withReadScope(everybody, (inner) => measureCost(inner, now)),
        }),
        expectedStarts({ ctx: everybody, input: window(now) }),
        withReadScope(everybody, sittingNow),
        connectionHeadroom({ ctx: everybody, input: {} }).catch(() => null),
        currentHealth(),
        findingsNow().catch(() => null),
        freeDisk().catch(() => null),
      ]);
      return { cost, all, writing, headroom, asked: { health, findings }, disk };
    },
  });
}

const window = (now: Date) => ({
  from: new Date(now.getTime() - LONGEST_MS),
  to: new Date(now.getTime() + DAYS_AHEAD * 86_400_000),
});

/** The calendar of two weeks against what the database can carry. */
export const readiness = read({
  name: "readiness.read",
  permission: "readiness.read",
  input: what,
  before: ({ ctx }) => everybodys(ctx.clock),
  async run({ ctx, input, before: { cost, all, writing, headroom, asked, disk } }) {
    const now = ctx.clock.now();
    const [mine, failing, past] = await Promise.all([
      expectedStarts({ ctx, input: window(now) }),
      checks(ctx, now, asked),
      pastForecasts(ctx),
    ]);
    const moved = new Map(input.shift.map((one) => [one.id, one.minutes]));
    const sittings = sittingsOf(all, { turnout: cost.turnout, writing, moved, now });
    const byId = new Map(sittings.map((sitting) => [sitting.id, sitting]));
    const steps = sittingOver(sittings);
    const limits = { connections: input.connections ?? headroom?.ordinary ?? null, cores: coreCount(env().embedded) };
    const relief = 1 - Math.min(0.8, READS_A_STANDBY_TAKES * input.replicas);
    const connections = { ...cost.connections, perStudent: cost.connections.perStudent * relief };
    const active = { ...cost.active, perStudent: cost.active.perStudent * relief };
    const crowd = crowdsOf(sittings);
    const standing = isPlan(input) ? new Map<string, never>() : await standingVerdicts(ctx);
    const exams = mine
      .map((exam): ExamAhead | null => {
        const sitting = byId.get(exam.exam_id);
        if (!sitting) return null;
        const peak = peakDuring(sitting, steps);
        const judged = judge(peak, connections, active, limits);
        const stands = applicable(standing.get(exam.exam_id), crowd(sitting), now);
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
          computed: { verdict: judged.verdict, reasons: judged.reasons, short: judged.short },
          crowd: crowd(sitting),
          note: verdictNote(stands, now, input.zone),
          ...judged,
          ...(stands && { verdict: stands.verdict, reasons: stands.reasons, short: stands.short }),
        };
      })
      .filter((exam) => exam !== null)
      .sort((a, b) => a.start.getTime() - b.start.getTime());
    const sampled = past.flatMap((one) =>
      one.actual_connections ? [{ forecast: one.connections, actual: one.actual_connections }] : [],
    );
    const most = mostAtOnce(connections, active, limits);
    return {
      now,
      exams,
      days: daysOf({ exams, sittings, steps, lines: cost, most, freeDisk: disk, zone: input.zone }),
      cost,
      limits,
      headroom,
      most: Number.isFinite(most) ? most : null,
      disk,
      curve: curveOf(steps, connections, now),
      checks: failing,
      past: { list: past, error: meanError(sampled), errorOf: sampled.length },
    };
  },
});

export type Readiness = Awaited<ReturnType<typeof readiness>>;

/** The same for a page, which many open at once: computed once for all who see the same tenants in the same role. */
export const currentReadiness = ({ ctx, input }: { ctx: Ctx; input: WhatIf }) =>
  cache.get(ctx, {
    key: `examday.readiness ${JSON.stringify(input)}`,
    of: ["exam", "enrollment", "incident"],
    ttlMs: SHARED_MS,
    read: () => readiness({ ctx, input }),
  });

function curveOf(
  steps: { t: number; sitting: number }[],
  connections: Cost["connections"],
  now: Date,
): { t: number; sitting: number; connections: number }[] {
  return (
    steps
      .filter((step) => step.t > now.getTime() - 3_600_000)
      .slice(0, 200)
      // Steps, not ramps: whoever sits before a change sits until it.
      .flatMap((step, index, list) => [
        ...(index === 0 ? [] : [{ t: step.t - 1000, sitting: list[index - 1]!.sitting }]),
        { t: step.t, sitting: step.sitting },
      ])
      .map((point) => ({ ...point, connections: at(connections, point.sitting) }))
  );
}
