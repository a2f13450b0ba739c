import type { Ctx } from "~/db/ctx.ts";
import { eventsAfter, type HubEvent } from "../room/hub-events.server.ts";
import { roomHub } from "../room/hub.server.ts";
import { heartbeat, type Beat } from "./heartbeat.server.ts";
import { asClient, findSitting, standingOf, type Sitting } from "./sitting.server.ts";

/** A browser and the tab that it was reloaded from; a third is a fault. */
const STREAMS_PER_ATTEMPT = 3;
/** A tenant's server may follow for its students. */
const STREAMS_PER_KEY = 2000;
/** A client that was away for longer begins anew. */
const MOST_REPLAYED = 200;

type Listening = { send(event: string, data: unknown, id?: number): void; stop(): void };

const KINDS_OF_STANDING = new Set(["STARTED", "SUBMITTED", "FORCE_SUBMITTED", "EXPIRED", "PAUSED", "LOCKED", "RESUMED", "TIME"]);

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** An event as this student's client is told it: what it must show, and nothing about anyone else. */
function told(event: HubEvent, sitting: Sitting): { name: string; data: unknown } | null {
  const { details } = event;
  if (event.kind === "MESSAGE")
    return {
      name: "message",
      data: { id: details["messageId"], text: details["text"], sentAt: event.at.toISOString(), from: event.actor_name },
    };
  if (KINDS_OF_STANDING.has(event.kind)) {
    const deadline = textOf(details["deadlineAt"]);
    const paused = textOf(details["pausedAt"]);
    const now = {
      ...sitting,
      state: textOf(details["state"]) ?? sitting.state,
      deadline_at: deadline ? new Date(deadline) : sitting.deadline_at,
      paused_at: paused ? new Date(paused) : null,
      extra_seconds: Number(details["extraSeconds"] ?? 0),
    };
    return { name: "standing", data: standingOf(now, new Date()) };
  }
  if (["RAISED", "LOWERED", "ANSWERED", "DISMISSED"].includes(event.kind))
    return { name: "hand", data: { open: event.kind === "RAISED", kind: details["kind"] ?? null } };
  return null;
}

/**
 * Follows one attempt: first all that the client must know now, then what changes. A client that comes back with the number of
 * the last event it had gets what it missed; what it has not acknowledged is in the beginning in any case.
 */
export async function followAttempt({
  ctx,
  input,
}: {
  ctx: Ctx & { keyId?: string | null; token?: unknown };
  input: { attemptId: string; keyId: string | null; after: number | null };
}) {
  const sitting = await asClient("sitting.follow", ctx, (inner) => findSitting(inner, input.attemptId));
  const byKey = input.keyId !== null && !ctx.token;
  let listening: Listening | null = null;
  const waiting: HubEvent[] = [];
  const say = (event: HubEvent) => {
    const what = told(event, sitting);
    if (what) listening?.send(what.name, what.data, event.seq);
  };
  // Listens before it reads: what happens in between comes twice rather than never.
  const stop = roomHub().follow({
    examId: sitting.exam_id,
    collegeId: sitting.college_id,
    owner: byKey ? `key:${input.keyId}` : `attempt:${sitting.id}`,
    most: byKey ? STREAMS_PER_KEY : STREAMS_PER_ATTEMPT,
    student: { attemptId: sitting.id, userId: sitting.user_id },
    onEvents: (events) => (listening ? events.forEach(say) : void waiting.push(...events)),
    onStop: () => listening?.stop(),
  });
  try {
    const missed = input.after === null ? [] : await missedBy(sitting, input.after);
    const beat: Beat = await heartbeat({ ctx, input: { attemptId: sitting.id } });
    return {
      stop,
      start(to: Listening) {
        listening = to;
        to.send("state", beat);
        for (const event of [...missed, ...waiting]) say(event);
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}

/** Only what is about this student; the beginning of the stream holds how things stand and the messages. */
async function missedBy(sitting: Sitting, after: number): Promise<HubEvent[]> {
  const events = await eventsAfter({ examId: sitting.exam_id, collegeId: sitting.college_id }, after, MOST_REPLAYED);
  return events.filter((event) => event.attempt_id === sitting.id);
}
