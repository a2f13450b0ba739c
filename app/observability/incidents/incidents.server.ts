import { z } from "zod";
import { may } from "~/access/policy.ts";
import { mutation, read, record } from "~/access/verb.server.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, Invalid, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";

const incidentRow = z.object({
  id: z.string(),
  number: z.number(),
  title: z.string(),
  cause: z.string(),
  rule: z.string().nullable(),
  target: z.string(),
  severity: z.enum(["INFO", "WARNING", "CRITICAL"]),
  state: z.enum(["OPEN", "RESOLVED"]),
  from_at: z.date(),
  to_at: z.date().nullable(),
  link: z.string().nullable(),
  facts: z.record(z.string(), z.unknown()),
  declared_by: z.string().nullable(),
});
export type Incident = z.infer<typeof incidentRow>;

const columns = sql`id, number, title, cause, rule, target, severity, state, from_at, to_at, link, facts, declared_by`;

/** What other rooms may know of an incident: who watches the database also sees whose session caused it. */
export type IncidentSpan = Pick<Incident, "id" | "number" | "title" | "rule" | "target" | "severity" | "state"> & {
  from: Date;
  to: Date | null;
  cause: string | null;
};

/** Incidents that overlap a span of time; an open one reaches until now. */
export const incidentsBetween = read({
  name: "incidents.between",
  permission: "self",
  input: z.object({ from: z.date(), to: z.date() }),
  async run({ ctx, input }): Promise<IncidentSpan[]> {
    const found = await rows(
      ctx.tx,
      sql`select ${columns}
          from console.incident
          where from_at < ${input.to} and coalesce(to_at, 'infinity') > ${input.from}
          order by from_at`,
      incidentRow,
    );
    const all = may(ctx.actor.role, "database.read");
    return found.map(({ id, number, title, rule, target, severity, state, from_at, to_at, cause }) => ({
      id,
      number,
      title,
      rule,
      target,
      severity,
      state,
      from: from_at,
      to: to_at,
      cause: all ? cause : null,
    }));
  },
});

export const listIncidents = read({
  name: "incidents.list",
  permission: "database.read",
  input: z.object({ before: z.number().int().positive().nullish() }),
  run: ({ ctx, input }) =>
    rows(
      ctx.tx,
      sql`select ${columns}
          from console.incident
          where number < ${input.before ?? 2_147_483_647}
          order by number desc
          limit 50`,
      incidentRow,
    ),
});

const noteRow = z.object({ id: z.string(), at: z.date(), author: z.string(), text: z.string() });

/** By its number or its id. */
export const getIncident = read({
  name: "incidents.get",
  permission: "database.read",
  input: z.object({ id: z.string().max(40) }),
  async run({ ctx, input }) {
    const number = /^\d{1,9}$/.test(input.id) ? Number(input.id) : null;
    const id = z.uuid().safeParse(input.id).success ? input.id : null;
    const incident = await firstRow(
      ctx.tx,
      sql`select ${columns} from console.incident where number = ${number} or id = ${id}`,
      incidentRow,
    );
    if (!incident) throw new NotFound("Incident not found");
    const notes = await rows(
      ctx.tx,
      sql`select id, at, author, text from console.incident_note where incident_id = ${incident.id} order by at, id`,
      noteRow,
    );
    const episodes = await rows(
      ctx.tx,
      sql`select id, rule, target, label, severity, state, fired_at, resolved_at, says
          from console.alert_episode
          where fired_at < coalesce(${incident.to_at}::timestamptz, now())
            and coalesce(resolved_at, now()) > ${incident.from_at}
          order by fired_at
          limit 50`,
      z.object({
        id: z.string(),
        rule: z.string(),
        target: z.string(),
        label: z.string(),
        severity: z.string(),
        state: z.string(),
        fired_at: z.date(),
        resolved_at: z.date().nullable(),
        says: z.string(),
      }),
    );
    const blocked = await rows(
      ctx.tx,
      sql`select id, target, started_at, ended_at, root_pid, root_app, root_tenant, root_state, root_query, relation,
                 mode, most_waiting
          from telemetry.lock_episode
          where started_at < coalesce(${incident.to_at}::timestamptz, now())
            and coalesce(ended_at, now()) > ${incident.from_at}
          order by most_waiting desc
          limit 20`,
      z.object({
        id: z.string(),
        target: z.string(),
        started_at: z.date(),
        ended_at: z.date().nullable(),
        root_pid: z.number(),
        root_app: z.string().nullable(),
        root_tenant: z.string().nullable(),
        root_state: z.string().nullable(),
        root_query: z.string().nullable(),
        relation: z.string().nullable(),
        mode: z.string().nullable(),
        most_waiting: z.number(),
      }),
    );
    return { incident, notes, episodes, blocked };
  },
});

const LONGEST_AGO_MS = 7 * 86_400_000;

export const declareIncident = mutation({
  name: "incident.declare",
  permission: "database.act",
  input: z.object({
    title: z.string().trim().min(3, "Enter what is affected").max(120),
    cause: z.string().trim().min(3, "Enter what is known of the cause").max(2000),
    from: z.date().optional(),
    target: z.string().max(40).default("primary"),
  }),
  async run({ ctx, input }) {
    const now = ctx.clock.now();
    const from = input.from ?? now;
    // It excuses gaps in what students' browsers sent: nobody may excuse what is to come, or a whole term.
    if (from > now || now.getTime() - from.getTime() > LONGEST_AGO_MS)
      throw new Invalid("It must have begun within the last seven days", { from: ["Within the last seven days"] });
    const id = newId(now.getTime());
    const made = (await firstRow(
      ctx.tx,
      sql`insert into console.incident (id, title, cause, target, from_at, declared_by)
          values (
            ${id}, ${input.title}, ${input.cause}, ${input.target}, ${from},
            ${ctx.actor.kind === "staff" ? ctx.actor.id : null}
          )
          returning number`,
      z.object({ number: z.number() }),
    ))!;
    await ctx.tx.prisma.incidentNote.create({
      data: { id: newId(), incidentId: id, at: now, author: ctx.actor.name, text: "Declared by hand." },
    });
    await record(ctx, {
      action: "incident.declare",
      resource: "incident",
      resourceId: id,
      details: { number: made.number, title: input.title },
    });
    return { id, number: made.number };
  },
});

export const resolveIncident = mutation({
  name: "incident.resolve",
  permission: "database.act",
  input: z.object({ id: z.uuid(), text: z.string().trim().min(3, "Enter what ended it").max(2000) }),
  async run({ ctx, input }) {
    const now = ctx.clock.now();
    const done = await ctx.tx.prisma.incident.updateMany({
      where: { id: input.id, state: "OPEN" },
      data: { state: "RESOLVED", toAt: now },
    });
    if (done.count === 0) throw new Conflict("This incident is already resolved");
    await ctx.tx.prisma.incidentNote.create({
      data: { id: newId(), incidentId: input.id, at: now, author: ctx.actor.name, text: `Resolved: ${input.text}` },
    });
    await record(ctx, { action: "incident.resolve", resource: "incident", resourceId: input.id, reason: input.text });
  },
});

export const noteIncident = mutation({
  name: "incident.note",
  permission: "database.act",
  input: z.object({ id: z.uuid(), text: z.string().trim().min(1, "Enter a note").max(2000) }),
  async run({ ctx, input }) {
    await ctx.tx.prisma.incidentNote.create({
      data: { id: newId(), incidentId: input.id, at: ctx.clock.now(), author: ctx.actor.name, text: input.text },
    });
    await record(ctx, { action: "incident.note", resource: "incident", resourceId: input.id });
  },
});
