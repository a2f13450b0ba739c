import { z } from "zod";
import { mutation, read, record } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, Invalid, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { primaryFirst } from "../primary-first.server.ts";
import { askCollector } from "../sampler/collector-link.server.ts";
import { effectiveRules, readOverrides } from "./engine.server.ts";
import { presentSentence, type Condition } from "./evaluate.ts";
import { RULES, ruleByKey, SEVERITIES } from "./rules.ts";
import { checkedUrl, safeAddress } from "~/platform/safe-url.server.ts";
import { reasonField } from "~/platform/reason-field.ts";

const episodeRow = z.object({
  id: z.string(),
  rule: z.string(),
  target: z.string(),
  label: z.string(),
  severity: z.enum(SEVERITIES),
  state: z.enum(["FIRING", "RESOLVED"]),
  since: z.date(),
  fired_at: z.date(),
  resolved_at: z.date().nullable(),
  value: z.number(),
  worst: z.number(),
  says: z.string(),
  acknowledged_at: z.date().nullable(),
  acknowledged_by: z.string().nullable(),
  incident: z.number().nullable(),
});
/** `written`: false while there is no primary to write it to. */
export type Episode = z.infer<typeof episodeRow> & { written?: boolean };

const silenceRow = z.object({
  id: z.string(),
  rule: z.string(),
  target: z.string().nullable(),
  reason: z.string(),
  until: z.date(),
  who: z.string().nullable(),
});

const alertList = {
  name: "alerts.list",
  permission: "database.read",
  input: z.object({ from: z.date(), to: z.date() }),
  async run({ ctx, input }: { ctx: TxCtx; input: { from: Date; to: Date } }) {
    const written = await rows(
      ctx.tx,
      sql`select e.id, e.rule, e.target, e.label, e.severity, e.state, e.since, e.fired_at, e.resolved_at, e.value,
                 e.worst, e.says, e.acknowledged_at, s.name as acknowledged_by, i.number as incident
          from console.alert_episode e
            left join console.staff s on s.id = e.acknowledged_by
            left join console.incident i on i.id = e.incident_id
          where e.state = 'FIRING' or (e.fired_at < ${input.to} and e.resolved_at > ${input.from})
          order by (e.state = 'FIRING') desc, e.fired_at desc
          limit 200`,
      episodeRow,
    );
    const silences = await rows(
      ctx.tx,
      sql`select a.id, a.rule, a.target, a.reason, a.until, s.name as who
          from console.alert_silence a
            left join console.staff s on s.id = a.staff_id
          where a.until > ${ctx.clock.now()}
          order by a.until`,
      silenceRow,
    );
    const conditions = await askCollector<Condition[]>("/internal/alerts");
    return {
      episodes: asOfNow(written, conditions),
      silences,
      rules: effectiveRules(await readOverrides(ctx.tx)),
      /** Null: the collector does not answer, so what is about to fire is not known. */
      pending:
        conditions &&
        conditions
          .filter((condition) => condition.state === "PENDING")
          .map((condition) => ({
            rule: condition.rule,
            target: condition.target,
            label: condition.label,
            since: new Date(condition.since),
            says: condition.says,
          })),
    };
  },
} as const;

const keyOf = ({ rule, target, label }: Pick<Episode, "rule" | "target" | "label">) => `${rule} ${target} ${label}`;

/**
 * What fires, as it is now: rows hold the worst moment of each, and what fires while nothing can be written down is in the
 * collector's memory only.
 */
function asOfNow(written: Episode[], conditions: readonly Condition[] | null): Episode[] {
  const firing = new Map(
    (conditions ?? []).filter((condition) => condition.state === "FIRING").map((condition) => [keyOf(condition), condition]),
  );
  const known = new Set(written.filter((episode) => episode.state === "FIRING").map(keyOf));
  const now = (one: Condition) => ({ value: one.value, worst: one.worst, says: presentSentence(ruleByKey(one.rule), one) });
  return [
    ...[...firing.values()]
      .filter((condition) => !known.has(keyOf(condition)))
      .map((condition): Episode => ({
        id: `unwritten ${keyOf(condition)}`,
        rule: condition.rule,
        target: condition.target,
        label: condition.label,
        severity: condition.severity,
        state: "FIRING",
        since: new Date(condition.since),
        fired_at: new Date(condition.firedAt ?? condition.since),
        resolved_at: null,
        ...now(condition),
        acknowledged_at: null,
        acknowledged_by: null,
        incident: null,
        written: false,
      })),
    ...written.map((episode): Episode => {
      if (episode.state !== "FIRING") return episode;
      const condition = firing.get(keyOf(episode));
      return condition
        ? { ...episode, ...now(condition) }
        : { ...episode, says: `${episode.says} (worst value; the current value is not known)` };
    }),
  ];
}

export const listAlerts = primaryFirst(read({ ...alertList, on: "primary" }), read(alertList));

export const acknowledgeAlert = mutation({
  name: "alert.acknowledge",
  permission: "database.act",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const done = await ctx.tx.prisma.alertEpisode.updateMany({
      where: { id: input.id, acknowledgedAt: null },
      data: { acknowledgedAt: ctx.clock.now(), acknowledgedBy: ctx.actor.kind === "staff" ? ctx.actor.id : null },
    });
    if (done.count === 0) throw new Conflict("Someone has already acknowledged it");
    await record(ctx, { action: "alert.acknowledge", resource: "alert", resourceId: input.id });
  },
});

export const silenceAlert = mutation({
  name: "alert.silence",
  permission: "database.act",
  input: z.object({
    rule: z.string().refine((key) => key === "*" || ruleByKey(key) !== undefined, "Choose a rule"),
    target: z.string().max(40).optional(),
    minutes: z.coerce.number().int().min(5).max(10_080),
    reason: reasonField,
  }),
  async run({ ctx, input }) {
    const id = newId();
    const until = new Date(ctx.clock.now().getTime() + input.minutes * 60_000);
    await ctx.tx.prisma.alertSilence.create({
      data: {
        id,
        rule: input.rule,
        target: input.target || null,
        reason: input.reason,
        until,
        staffId: ctx.actor.kind === "staff" ? ctx.actor.id : null,
      },
    });
    await record(ctx, {
      action: "alert.silence",
      resource: "alert",
      resourceId: input.rule,
      reason: input.reason,
      details: { until: until.toISOString(), target: input.target ?? null },
    });
  },
});

export const endSilence = mutation({
  name: "alert.unsilence",
  permission: "database.act",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    await ctx.tx.prisma.alertSilence.updateMany({ where: { id: input.id }, data: { until: ctx.clock.now() } });
    await record(ctx, { action: "alert.unsilence", resource: "alert", resourceId: input.id });
  },
});

const number = (says: string) => z.coerce.number().refine(Number.isFinite, says);

export const changeRule = mutation({
  name: "alert.change-rule",
  permission: "database.act",
  input: z.object({
    key: z.string(),
    enabled: z.boolean(),
    threshold: number("A number"),
    clearAt: number("A number"),
    forSeconds: z.coerce.number().int().min(0).max(86_400),
    severity: z.enum(SEVERITIES),
  }),
  async run({ ctx, input }) {
    const rule = RULES.find((rule) => rule.key === input.key);
    if (!rule) throw new NotFound("Rule not found");
    if (rule.above ? input.clearAt > input.threshold : input.clearAt < input.threshold)
      throw new Invalid("The clear value must be on the normal side of the threshold", {
        clearAt: ["On the normal side of the threshold"],
      });
    const before = await ctx.tx.prisma.alertRule.findUnique({ where: { key: input.key } });
    const { key, ...data } = input;
    await ctx.tx.prisma.alertRule.upsert({ where: { key }, create: { id: newId(), key, ...data }, update: data });
    const facts = (from: typeof data | null) => from && { ...from };
    await record(ctx, {
      action: "alert.change_rule",
      resource: "alert",
      resourceId: key,
      before: facts(
        before
          ? {
              enabled: before.enabled,
              threshold: before.threshold!,
              clearAt: before.clearAt!,
              forSeconds: before.forSeconds!,
              severity: before.severity as typeof data.severity,
            }
          : {
              enabled: true,
              threshold: rule.threshold,
              clearAt: rule.clearAt,
              forSeconds: rule.forSeconds,
              severity: rule.severity,
            },
      ),
      after: facts(data),
    });
  },
});

const targetRow = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(["WEBHOOK", "EMAIL"]),
  address: z.string(),
  min_severity: z.enum(SEVERITIES),
  enabled: z.boolean(),
  sent: z.number(),
  waiting: z.number(),
  failed: z.number(),
  last_error: z.string().nullable(),
});

export const listNotificationTargets = read({
  name: "notifications.targets",
  permission: "database.read",
  input: z.object({}),
  run: ({ ctx }) =>
    rows(
      ctx.tx,
      sql`select t.id, t.name, t.kind, t.address, t.min_severity, t.enabled,
                 count(*) filter (where d.state = 'SENT')::int as sent,
                 count(*) filter (where d.state = 'PENDING')::int as waiting,
                 count(*) filter (where d.state = 'FAILED')::int as failed,
                 (array_agg(d.error order by d.updated_at desc) filter (where d.error is not null))[1] as last_error
          from console.notification_target t
            left join console.notification_delivery d on d.target_id = t.id
              and d.created_at > ${new Date(ctx.clock.now().getTime() - 7 * 86_400_000)}
          group by t.id
          order by t.name`,
      targetRow,
    ),
});

export const addNotificationTarget = mutation({
  name: "notification.add-target",
  permission: "database.act",
  stepUp: true,
  input: z.object({
    name: z.string().trim().min(1, "Enter a name").max(80),
    kind: z.enum(["WEBHOOK", "EMAIL"]),
    address: z.string().trim().min(3, "Enter an address").max(500),
    minSeverity: z.enum(SEVERITIES),
  }),
  async run({ ctx, input }) {
    if (input.kind === "WEBHOOK") await safeAddress(checkedUrl(input.address).toString());
    else if (!/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(input.address))
      throw new Invalid("Not an e-mail address", { address: ["Not an e-mail address"] });
    const id = newId();
    await ctx.tx.prisma.notificationTarget.create({ data: { id, ...input } });
    await record(ctx, {
      action: "notification.add_target",
      resource: "notification_target",
      resourceId: id,
      details: { name: input.name, kind: input.kind, minSeverity: input.minSeverity },
    });
  },
});

export const removeNotificationTarget = mutation({
  name: "notification.remove-target",
  permission: "database.act",
  stepUp: true,
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    await ctx.tx.prisma.notificationTarget.deleteMany({ where: { id: input.id } });
    await record(ctx, { action: "notification.remove_target", resource: "notification_target", resourceId: input.id });
  },
});
