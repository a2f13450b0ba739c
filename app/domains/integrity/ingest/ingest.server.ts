import { z } from "zod";
import { measure } from "~/access/measure.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { withRetry } from "~/db/retry.ts";
import { withScope } from "~/db/scope.server.ts";
import { isSignal, SCORED_TYPES, VIOLATION_TYPES } from "../signals.ts";
import type { Rejected } from "~/platform/event-batch.ts";
import { SMALL, writeTogether, type Written } from "./group.server.ts";
import { parseBatch, type IntegrityEvent } from "./parse.ts";

export type Ingested = { accepted: number; duplicates: number; unknownTypes: number; rejected: Rejected[] };

const outcome = z.object({ inserted: z.array(z.string()), known: z.array(z.string()) });

/**
 * Events of one tenant's key, in one statement: what is new is inserted, what is there already counts as a duplicate, and
 * the attempts' flag, count, fingerprint and last sign of life follow in the same transaction. Row security holds: an
 * attempt of another tenant is one that does not exist.
 */
export async function ingest(ctx: Ctx, collegeId: string, body: { text: string; contentType: string }): Promise<Ingested> {
  return measure("integrity.ingest", ctx, async () => {
    const now = ctx.clock.now();
    const batch = parseBatch(body.text, body.contentType, now);
    if (batch.events.length === 0) return { accepted: 0, duplicates: batch.repeated, unknownTypes: 0, rejected: batch.rejected };
    const events = batch.events.map((event) => event.event);
    const write = (of: Ctx, all: IntegrityEvent[]) => writeEvents(of, collegeId, all);
    const { inserted, known } =
      events.length <= SMALL ? await writeTogether(ctx, collegeId, events, write) : await write(ctx, events);
    const rejected = [...batch.rejected];
    let taken = 0;
    let unknownTypes = 0;
    for (const { index, event } of batch.events) {
      if (!known.has(event.attemptId)) rejected.push({ index, reason: "no such attempt" });
      else {
        taken++;
        if (!isSignal(event.type)) unknownTypes++;
      }
    }
    rejected.sort((a, b) => a.index - b.index);
    return { accepted: inserted.size, duplicates: taken - inserted.size + batch.repeated, unknownTypes, rejected };
  });
}

async function writeEvents(ctx: Ctx, collegeId: string, unordered: readonly IntegrityEvent[]): Promise<Written> {
  // In one order for everyone: two requests with the same events wait for one another instead of deadlocking.
  const events = unordered.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const { inserted, known } = await withRetry("write", () =>
    withScope(ctx, async (inner) => (await firstRow(inner.tx, statement(collegeId, events, ctx.clock.now()), outcome))!),
  );
  return { inserted: new Set(inserted), known: new Set(known) };
}

function statement(collegeId: string, events: readonly IntegrityEvent[], now: Date) {
  const attempts = [...new Set(events.map((event) => event.attemptId))].sort();
  return sql`
    with held as materialized (
      select id
      from public.student_exam_attempt
      where id = any(${attempts}::uuid[]) and college_id = ${collegeId}
      order by id
      for no key update
    ),
    input as (
      select v.*
      from unnest(
        ${events.map((event) => event.id)}::uuid[], ${events.map((event) => event.attemptId)}::uuid[],
        ${events.map((event) => event.type)}::text[], ${events.map((event) => event.at.toISOString())}::timestamptz[],
        ${events.map((event) => event.seq)}::int[], ${events.map((event) => event.durationMs)}::int[],
        ${events.map((event) => event.details)}::jsonb[]
      ) v (id, attempt_id, type, at, seq, duration_ms, details)
        join held on held.id = v.attempt_id
    ),
    fresh as (
      insert into public.integrity_event (
        id, college_id, attempt_id, type, at, received_at, seq, duration_ms, details
      )
      select id, ${collegeId}, attempt_id, type, at, ${now}, seq, duration_ms, details
      from input
      on conflict (id, college_id) do nothing
      returning id, attempt_id, type, at, seq, details
    ),
    said as (
      select attempt_id, count(*) filter (where type = any(${VIOLATION_TYPES as string[]}))::int as violations,
             count(*) filter (where type = any(${SCORED_TYPES as string[]})) as scored,
             (
               array_agg(details ->> 'fingerprint' order by at desc, seq desc) filter (
                 where type = 'FINGERPRINT_CHANGE' and details ->> 'fingerprint' is not null
               )
             )[1] as fingerprint,
             (
               array_agg(details ->> 'ip' order by at desc, seq desc) filter (
                 where type = 'IP_CHANGE' and details ->> 'ip' is not null
               )
             )[1] as ip,
             (
               array_agg(details ->> 'userAgent' order by at desc, seq desc) filter (
                 where type = 'USER_AGENT_CHANGE' and details ->> 'userAgent' is not null
               )
             )[1] as agent
      from fresh
      group by attempt_id
    ),
    kept as (
      update public.student_exam_attempt a
      set violation_count = a.violation_count + s.violations,
          suspicious_activity = a.suspicious_activity or s.violations > 0,
          needs_scoring = a.needs_scoring or s.scored > 0,
          browser_fingerprint = coalesce(left(s.fingerprint, 200), a.browser_fingerprint),
          ip_address = coalesce(left(s.ip, 64), a.ip_address),
          user_agent = coalesce(left(s.agent, 500), a.user_agent),
          last_seen_at = case
            when a.state in ('IN_PROGRESS', 'PAUSED', 'LOCKED') then greatest(a.last_seen_at, ${now})
            else a.last_seen_at
          end
      from said s
      where a.id = s.attempt_id and a.college_id = ${collegeId}
    )
    select array(select id::text from fresh) as inserted, array(select id::text from held) as known`;
}
