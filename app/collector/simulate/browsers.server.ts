import { systemCtx } from "~/access/ctx.server.ts";
import { ingest } from "~/domains/integrity/ingest/ingest.server.ts";
import { groupBy } from "~/platform/group.ts";
import { newId } from "~/platform/ids.ts";
import { between, pick, type Seat, type Stage } from "./stage.server.ts";

type Said = { seat: Seat; type: string; at: number; durationMs?: number };

let seq = Math.floor(Date.now() / 1000) % 100_000_000;

/** What browsers send goes through the ingest, as in life: flags, counts and scores follow from it. */
async function send(said: readonly Said[]): Promise<void> {
  for (const [collegeId, list] of groupBy(said, (one) => one.seat.collegeId)) {
    const events = list.map(({ seat, type, at, durationMs }) => ({
      id: newId(at),
      attemptId: seat.attemptId,
      type,
      at: new Date(at).toISOString(),
      seq: seq++,
      durationMs: durationMs === undefined ? undefined : Math.round(durationMs),
    }));
    const ctx = { ...systemCtx("simulated browsers"), scope: { kind: "tenants" as const, ids: [collegeId] } };
    await ingest(ctx, collegeId, { text: JSON.stringify({ events }), contentType: "application/json" });
  }
}

const QUIET = ["HEARTBEAT", "HEARTBEAT", "HEARTBEAT", "NAVIGATION"];
const RESTLESS = ["HEARTBEAT", "WINDOW_BLUR", "TAB_SWITCH", "GAZE_AWAY", "NO_FACE"];

/** Most students only write; one in twelve is restless. Whoever is, stays so. */
const restless = (seat: Seat) => Number.parseInt(seat.attemptId.slice(-4), 16) % 12 === 0;

export async function signal(stage: Stage): Promise<void> {
  const seat = pick(stage.seats);
  if (!seat) return;
  const type = pick(restless(seat) ? RESTLESS : QUIET)!;
  await send([{ seat, type, at: Date.now(), durationMs: type === "HEARTBEAT" ? undefined : between(500, 8000) }]);
}

/** Browsers that have sent nothing for a while say that they are there; one in fifty has lost its network. */
export async function beat(stage: Stage): Promise<void> {
  const silent = await stage.run(null, async (client) => {
    const found = await client.query<{ id: string }>(
      `select a.id from public.student_exam_attempt a join public.exam e on e.id = a.exam_id and e.college_id = a.college_id
       where e.status = 'LIVE' and a.state = 'IN_PROGRESS' and a.last_seen_at < now() - interval '25 seconds' limit 500`,
    );
    return new Set(found.rows.map((row) => row.id));
  });
  const there = stage.seats.filter(({ attemptId }) => silent.has(attemptId) && Number.parseInt(attemptId.slice(-4), 16) % 50 > 0);
  await send(there.map((seat) => ({ seat, type: "HEARTBEAT", at: Date.now() })));
}

/** A save that took longer than this was given up by the browser, and tried again. */
export const GIVEN_UP_MS = 6000;
/** About how often each student saves. */
const SAVES_EVERY_MS = 45_000;
let toldUntil = 0;

/**
 * The answers could not be saved for a while: everybody who tried meanwhile lost the server, tried again every few seconds,
 * and sent what was kept when it was back. It looks like cheating to whoever does not know about the stall.
 */
export async function reportStall(stage: Stage, from: number, to: number): Promise<void> {
  const start = Math.max(from, toldUntil);
  if (to - start < GIVEN_UP_MS) return;
  toldUntil = to;
  const said: Said[] = [];
  for (const seat of stage.seats) {
    if (Math.random() > (to - start) / SAVES_EVERY_MS) continue;
    let lost = start + between(0, Math.min(4000, (to - start) / 2));
    while (lost < to) {
      const gap = Math.min(to - lost, between(5000, 9000));
      said.push({ seat, type: "NETWORK_LOST", at: lost, durationMs: gap });
      if (Math.random() < 0.7) said.push({ seat, type: "HEARTBEAT_GAP", at: lost + 1000, durationMs: gap - 1000 });
      lost += gap + between(300, 1500);
    }
    said.push({ seat, type: "NETWORK_RESTORED", at: to });
    said.push({ seat, type: "SAVE_BURST", at: to - 500, durationMs: 2000 });
    if (Math.random() < 0.6) said.push({ seat, type: "CONCURRENT_SESSION", at: to - 300 });
  }
  for (let i = 0; i < said.length; i += 2000) await send(said.slice(i, i + 2000));
}
