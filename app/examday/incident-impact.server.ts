import { z } from "zod";
import { mutation, read } from "~/access/verb.server.ts";
import { may } from "~/access/policy.ts";
import type { Ctx } from "~/db/ctx.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { giveTimeForIncident } from "~/domains/exams/live/incident-time.server.ts";
import { countExplainable, explainSignals, previewExplain, unexplainSignals } from "~/domains/integrity/score/explain.server.ts";
import { Conflict, Forbidden, Invalid, NotFound } from "~/platform/errors.ts";

const incidentRow = z.object({
  id: z.string(),
  number: z.number(),
  title: z.string(),
  state: z.string(),
  from_at: z.date(),
  to_at: z.date().nullable(),
});

async function incidentNumbered(ctx: Parameters<Parameters<typeof read>[0]["run"]>[0]["ctx"], number: number) {
  const found = await firstRow(
    ctx.tx,
    sql`select id, number, title, state, from_at, to_at from console.incident where number = ${number}`,
    incidentRow,
  );
  if (!found) throw new NotFound("Incident not found");
  return found;
}

export type IncidentImpact = {
  incident: z.infer<typeof incidentRow>;
  exams: {
    id: string;
    title: string;
    college: string;
    college_id: string;
    status: string;
    start_time: Date;
    attempts: number;
    writing: number;
    explained: number;
    given: number;
  }[];
  attempts: number;
  writing: number;
};

/** The exams and attempts that were under way while an incident lasted, in the tenants of this person's scope. */
export const incidentImpact = read({
  name: "incident.touched",
  permission: "readiness.read",
  input: z.object({ number: z.number().int().positive() }),
  async run({ ctx, input }): Promise<IncidentImpact> {
    const incident = await incidentNumbered(ctx, input.number);
    const until = incident.to_at ?? ctx.clock.now();
    const exams = await rows(
      ctx.tx,
      sql`with sat as (
            select a.exam_id, a.college_id, count(*)::int as attempts,
                   count(*) filter (where a.state in ('IN_PROGRESS', 'PAUSED', 'LOCKED'))::int as writing,
                   (
                     select count(*)::int
                     from public.integrity_event i
                     where i.college_id = a.college_id
                       and i.explained_by = ${incident.id}::uuid
                       and i.attempt_id = any (array_agg(a.id))
                   ) as explained
            from public.student_exam_attempt a
            where a.started_at < ${until}
              and a.started_at > ${incident.from_at}::timestamptz - interval '1 day'
              and coalesce(a.ended_at, 'infinity') > ${incident.from_at}
            group by a.exam_id, a.college_id
          )
          select e.id, e.title, c.name as college, e.college_id, e.status, e.start_time, s.attempts, s.writing,
                 s.explained,
                 (
                   select count(*)::int
                   from public.incident_time t
                   where t.college_id = e.college_id
                     and t.exam_id = e.id
                     and t.incident_id = ${incident.id}::uuid
                     and t.attempt_id is null
                 ) as given
          from sat s
            join public.exam e on e.id = s.exam_id and e.college_id = s.college_id
            join public.college c on c.id = e.college_id
          order by s.attempts desc
          limit 500`,
      z.object({
        id: z.string(),
        title: z.string(),
        college: z.string(),
        college_id: z.string(),
        status: z.string(),
        start_time: z.date(),
        attempts: z.number(),
        writing: z.number(),
        explained: z.number(),
        given: z.number(),
      }),
    );
    return {
      incident,
      exams,
      attempts: exams.reduce((sum, exam) => sum + exam.attempts, 0),
      writing: exams.reduce((sum, exam) => sum + exam.writing, 0),
    };
  },
});

const reasonFor = (incident: { number: number; title: string }) => `Incident ${incident.number}: ${incident.title}`;

/** One act: more time for everyone who is writing in every live exam that the incident touched. Once for each exam. */
export const extraTimeForIncident = mutation({
  name: "incident.extra_time",
  permission: "exams.operate",
  input: z.object({
    number: z.number().int().positive(),
    minutes: z.coerce.number().int("Enter whole minutes").min(1, "At least one minute").max(240, "At most 240 minutes"),
    again: z.boolean().default(false),
  }),
  async run({ ctx, input }) {
    const touched = await incidentImpact({ ctx, input: { number: input.number } });
    // In one order: two who press at once take turns at the first exam, and do not wait for each other in a circle.
    const live = touched.exams
      .filter((exam) => exam.status === "LIVE" && exam.writing > 0 && (input.again || exam.given === 0))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    let students = 0;
    let exams = 0;
    for (const exam of live) {
      const done = await giveTimeForIncident({
        ctx,
        input: {
          examId: exam.id,
          incident: touched.incident,
          minutes: input.minutes,
          again: input.again,
          reason: reasonFor(touched.incident),
        },
      }).catch((error: unknown) => {
        // Its last student has submitted since, or someone else has given it: that takes nothing from the others.
        if (error instanceof Conflict) return null;
        throw error;
      });
      if (!done) continue;
      exams++;
      students += done.students;
    }
    if (exams === 0) {
      const now = await incidentImpact({ ctx, input: { number: input.number } });
      throw new Conflict(
        now.exams.some((exam) => exam.given > 0)
          ? "Every affected student has already been given time"
          : "No affected student is still in the exam",
      );
    }
    return { exams, students };
  },
});

async function windowOf(ctx: Ctx, number: number) {
  const touched = await incidentImpact({ ctx, input: { number } });
  const { incident } = touched;
  if (!incident.to_at) throw new Invalid("The incident is still open. Clear its signals once it is resolved");
  return windowFrom(incident, incident.to_at);
}

const windowFrom = (incident: z.infer<typeof incidentRow>, to: Date) => ({
  incidentId: incident.id,
  incidentNumber: incident.number,
  from: incident.from_at,
  to,
  reason: reasonFor(incident),
});

/** What clearing would do, before anyone does it; null while it can't be known. */
export async function previewClearing(ctx: Ctx, number: number) {
  if (!may(ctx.actor.role, "integrity.read")) return null;
  try {
    return await previewExplain({ ctx, input: await windowOf(ctx, number) });
  } catch (error) {
    if (error instanceof Invalid) return null;
    throw error;
  }
}

/** How many signals it could still explain; none while it is open. */
export async function leftToExplain(ctx: Ctx, number: number): Promise<number> {
  const { incident } = await incidentImpact({ ctx, input: { number } });
  return incident.to_at ? countExplainable({ ctx, input: windowFrom(incident, incident.to_at) }) : 0;
}

/** Clears the explained signals of every attempt that the incident touched; what it can't explain stays. */
export async function clearExplained(ctx: Ctx, number: number) {
  if (!may(ctx.actor.role, "integrity.review")) throw new Forbidden("Only reviewers clear signals");
  return explainSignals({ ctx, input: await windowOf(ctx, number) });
}

export async function undoClearing(ctx: Ctx, number: number) {
  const { incident } = await incidentImpact({ ctx, input: { number } });
  return unexplainSignals({ ctx, input: { incidentId: incident.id, reason: `Undone: ${reasonFor(incident)}` } });
}
