import { z } from "zod";
import { mutation, read, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { yieldToEventLoop } from "~/platform/yield-to-event-loop.ts";
import { NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { current, targetNames } from "../current.server.ts";
import type { ProbeKey, ProbeRow } from "../probes/all.ts";
import { statementsOfTheDay } from "../queries/day.server.ts";
import type { Sample } from "../sampler/sample.ts";
import { CHECKS } from "./all.ts";
import type { Check, Evidence, View } from "./finding.ts";
import { reasonField } from "~/platform/reason-field.ts";

export type Mute = { reason: string; until: Date };
export type FoundEvidence = Evidence & { mute: Mute | null };
export type Finding = Pick<Check, "id" | "name" | "title" | "level" | "why"> & {
  evidence: FoundEvidence[];
  /** Why this check could not look, or not at everything; null when it did. */
  unknown: { reason: string; grant: string | null } | null;
};

const muteRow = z.object({ finding: z.string(), subject: z.string(), reason: z.string(), until: z.date() });

/** Where samples come from: the collector's memory asked by a page, or that memory itself. */
export type Latest = <K extends ProbeKey>(key: K, target: string) => Promise<Sample<ProbeRow<K>> | null>;

async function viewFor(ctx: TxCtx, latest: Latest): Promise<{ view: View; samples: Map<ProbeKey, Sample> }> {
  const needed = [...new Set(CHECKS.flatMap((check) => check.needs))];
  const standbys = targetNames().filter((name) => name !== "primary");
  const samples = new Map<ProbeKey, Sample>();
  const others = new Map<ProbeKey, Sample[]>();
  await Promise.all(
    needed.map(async (key) => {
      const sample = await latest(key, "primary");
      if (sample) samples.set(key, sample as Sample);
      if (key !== "indexes") return;
      const there = await Promise.all(standbys.map((name) => latest(key, name)));
      others.set(key, there.filter((one) => one !== null) as Sample[]);
    }),
  );
  const now = ctx.clock.now();
  const statements = await statementsOfTheDay(ctx);
  const view: View = {
    now,
    rows: <K extends ProbeKey>(key: K) => (samples.get(key)?.rows ?? null) as ProbeRow<K>[] | null,
    standbys: <K extends ProbeKey>(key: K) => (others.get(key) ?? []).map((sample) => sample.rows as ProbeRow<K>[] | null),
    statements: statements.queries,
  };
  return { view, samples };
}

export async function runChecks(
  view: View,
  samples: ReadonlyMap<ProbeKey, Sample>,
  mutes: readonly z.infer<typeof muteRow>[],
): Promise<Finding[]> {
  const found: Finding[] = [];
  const breathe = yieldToEventLoop();
  for (const { id, name, title, level, why, needs, needsStatements, run, blind: hidden } of CHECKS) {
    await breathe();
    const blind = needs.map((key) => samples.get(key)).find((sample) => !sample?.rows);
    const missing = needs.some((key) => view.rows(key) === null)
      ? (blind?.missing ?? { reason: "A probe has not returned data yet.", grant: null })
      : needsStatements && !view.statements
        ? { reason: "Statement statistics are not available.", grant: null }
        : null;
    const evidence = missing ? [] : run(view);
    found.push({
      id,
      name,
      title,
      level,
      why,
      unknown: missing ?? hidden?.(view) ?? null,
      evidence: evidence.map((evidence) => {
        const mute = mutes.find((row) => row.finding === id && (row.subject === evidence.subject || row.subject === ""));
        return { ...evidence, mute: mute ? { reason: mute.reason, until: mute.until } : null };
      }),
    });
  }
  return found;
}

export async function findAll(ctx: TxCtx, latest: Latest): Promise<Finding[]> {
  const mutes = await rows(
    ctx.tx,
    sql`select finding, subject, reason, until from console.finding_mute where until > ${ctx.clock.now()}`,
    muteRow,
  );
  const { view, samples } = await viewFor(ctx, latest);
  return runChecks(view, samples, mutes);
}

export const listFindings = read({
  name: "findings.list",
  permission: "database.read",
  input: z.object({}),
  run: ({ ctx }) => findAll(ctx, (key, target) => current(key, target)),
});

export const muteFinding = mutation({
  name: "finding.mute",
  permission: "database.act",
  input: z.object({
    finding: z.string().regex(/^\d{4}$/),
    subject: z.string().max(300),
    reason: reasonField,
    days: z.coerce.number().int().min(1).max(365),
  }),
  async run({ ctx, input }) {
    if (!CHECKS.some((check) => check.id === input.finding)) throw new NotFound("Check not found");
    const until = new Date(ctx.clock.now().getTime() + input.days * 86_400_000);
    const staffId = ctx.actor.kind === "staff" ? ctx.actor.id : null;
    await ctx.tx.prisma.findingMute.upsert({
      where: { finding_subject: { finding: input.finding, subject: input.subject } },
      create: { id: newId(), finding: input.finding, subject: input.subject, reason: input.reason, until, staffId },
      update: { reason: input.reason, until, staffId },
    });
    await record(ctx, {
      action: "finding.mute",
      resource: "finding",
      resourceId: `${input.finding} ${input.subject}`,
      reason: input.reason,
      details: { days: input.days },
    });
  },
});

export const unmuteFinding = mutation({
  name: "finding.unmute",
  permission: "database.act",
  input: z.object({ finding: z.string().regex(/^\d{4}$/), subject: z.string().max(300) }),
  async run({ ctx, input }) {
    await ctx.tx.prisma.findingMute.deleteMany({ where: input });
    await record(ctx, { action: "finding.unmute", resource: "finding", resourceId: `${input.finding} ${input.subject}` });
  },
});
