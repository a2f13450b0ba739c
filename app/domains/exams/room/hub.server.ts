import { listen, type Listener } from "~/db/listen.server.ts";
import { messageOf, TooMany } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import { singleton } from "~/platform/singleton.ts";
import { eventsNumbered, eventsSince, markDelivered, type HubEvent } from "./hub-events.server.ts";

const CHANNEL = "invigil_room";
/** Notifications of one transaction arrive together: they are read, and told, together. */
const GATHER_MS = 20;
/** A board shows numbers: how many receipts or answers there were meanwhile does not matter to it. */
const HINT_EVERY_MS = 500;
const RETRY_MS = 500;
/** Transactions that were open when the connection was lost may commit with an earlier time. */
const OVERLAP_MS = 60_000;
/** Whoever follows first reads how things stand before the connection hears: only what is newer is told. */
const FIRST_OVERLAP_MS = 2000;

/** So many streams one process holds open; more are asked to come again, and poll meanwhile. */
const MOST_STREAMS = 5000;

export type Hint = "receipt" | "progress" | "refresh";

export type Subscriber = {
  examId: string;
  collegeId: string;
  /** Counted against the limit of whoever opened it: an API key, an attempt, a session. */
  owner: string;
  most: number;
  /** A student's client gets what is about this student; a board everything. */
  student?: { attemptId: string; userId: string };
  onEvents(events: readonly HubEvent[]): void;
  onHint?(hint: Hint): void;
  /** The process stops: whoever listens should connect again elsewhere. */
  onStop(): void;
};

const ABOUT_EVERYONE = new Set(["OPENED", "CLOSED", "CANCELLED"]);

function isFor(event: HubEvent, { student }: Subscriber): boolean {
  if (!student) return true;
  if (event.attempt_id !== null) return event.attempt_id === student.attemptId;
  if (event.user_ids) return event.user_ids.includes(student.userId);
  return ABOUT_EVERYONE.has(event.kind);
}

/**
 * One for each web process: a single connection hears what happens in every room, each batch is read once, and whoever follows
 * that room here is told. How many follow costs the database nothing.
 */
class Hub {
  private readonly rooms = new Map<string, Set<Subscriber>>();
  private readonly owners = new Map<string, number>();
  private listener: Listener | null = null;
  private pending = new Set<number>();
  private gathering: NodeJS.Timeout | undefined;
  private readonly told = new Map<number, number>();
  private readonly hinted = new Map<string, { at: number; timer?: NodeJS.Timeout; hint: Hint }>();
  private heardUntil = 0;
  private overlap = FIRST_OVERLAP_MS;
  private streams = 0;
  private stopped = false;

  /** Whether a change would be told now; boards poll while it would not. */
  hears = (): boolean => this.listener?.hears() ?? false;

  count = (): number => this.streams;

  /** Throws where there are too many already. The returned function takes it away again. */
  follow(subscriber: Subscriber): () => void {
    if (this.stopped || this.streams >= MOST_STREAMS)
      throw new TooMany("Too many streams are open here. Poll, or try again in a moment", 5);
    const owned = this.owners.get(subscriber.owner) ?? 0;
    if (owned >= subscriber.most)
      throw new TooMany(`At most ${subscriber.most} streams at once are open to you. Close one, or poll`, 5);
    if (!this.listener) this.listen();
    this.streams++;
    this.owners.set(subscriber.owner, owned + 1);
    const room = this.rooms.get(subscriber.examId) ?? new Set();
    room.add(subscriber);
    this.rooms.set(subscriber.examId, room);
    let gone = false;
    return () => {
      if (gone) return;
      gone = true;
      this.streams--;
      const left = (this.owners.get(subscriber.owner) ?? 1) - 1;
      if (left > 0) this.owners.set(subscriber.owner, left);
      else this.owners.delete(subscriber.owner);
      room.delete(subscriber);
      if (room.size === 0) this.rooms.delete(subscriber.examId);
    };
  }

  private listen(): void {
    this.heardUntil = Date.now();
    this.overlap = FIRST_OVERLAP_MS;
    this.listener = listen(CHANNEL, {
      onNotify: (payload) => this.heard(payload),
      onHears: () => void this.catchUp(),
      onDeaf: () => {
        this.heardUntil = Date.now();
        this.overlap = OVERLAP_MS;
      },
    });
  }

  private heard(payload: string): void {
    const space = payload.indexOf(" ");
    const examId = payload.slice(0, space);
    const what = payload.slice(space + 1);
    if (!this.rooms.has(examId)) return;
    if (what === "receipt" || what === "progress") return this.hint(examId, what);
    const seq = Number(what);
    if (!Number.isSafeInteger(seq)) return;
    this.pending.add(seq);
    this.gathering ??= setTimeout(() => void this.flush(), GATHER_MS);
  }

  /** One after the other: what is heard while a batch is read waits for it, so that nobody is told later things first. */
  private async flush(): Promise<void> {
    const seqs = [...this.pending].slice(0, 5000);
    for (const seq of seqs) this.pending.delete(seq);
    let again = 0;
    try {
      this.tell(await eventsNumbered(seqs));
    } catch (error) {
      // Read again until it can be: nothing that was notified is forgotten.
      log.warn({ reason: messageOf(error) }, "events of a room could not be read yet");
      for (const seq of seqs) this.pending.add(seq);
      again = RETRY_MS;
    }
    const more = this.pending.size > 0 && !this.stopped;
    this.gathering = more ? setTimeout(() => void this.flush(), again) : undefined;
  }

  private tell(events: readonly HubEvent[]): void {
    const now = Date.now();
    const fresh = events.filter((event) => !this.told.has(event.seq));
    for (const event of fresh) this.told.set(event.seq, now);
    if (this.told.size > 20_000) for (const [seq, at] of this.told) if (now - at > 2 * OVERLAP_MS) this.told.delete(seq);
    const delivered: { collegeId: string; messageId: string; userId: string }[] = [];
    for (const examId of new Set(fresh.map((event) => event.exam_id))) {
      const ofRoom = fresh.filter((event) => event.exam_id === examId);
      for (const subscriber of this.rooms.get(examId) ?? []) {
        const mine = ofRoom.filter((event) => isFor(event, subscriber));
        if (mine.length === 0) continue;
        subscriber.onEvents(mine);
        const { student, collegeId } = subscriber;
        if (!student) continue;
        for (const event of mine)
          if (event.kind === "MESSAGE")
            delivered.push({ collegeId, messageId: String(event.details["messageId"]), userId: student.userId });
      }
    }
    if (delivered.length > 0)
      void markDelivered(delivered, new Date()).catch((error: unknown) =>
        log.warn({ reason: messageOf(error) }, "deliveries could not be kept; the next heartbeat of each client keeps them"),
      );
  }

  private hint(examId: string, hint: Hint): void {
    const last = this.hinted.get(examId);
    const say = () => {
      this.hinted.set(examId, { at: Date.now(), hint });
      for (const subscriber of this.rooms.get(examId) ?? []) subscriber.onHint?.(hint);
      if (!this.rooms.has(examId)) this.hinted.delete(examId);
    };
    const wait = last ? last.at + HINT_EVERY_MS - Date.now() : 0;
    if (wait <= 0) return say();
    if (last!.timer) return;
    last!.timer = setTimeout(say, wait);
  }

  /** The connection was away: what was noted meanwhile is read once for all rooms that are followed here. */
  private async catchUp(): Promise<void> {
    const since = new Date(this.heardUntil - this.overlap);
    const exams = [...this.rooms.entries()].map(([examId, room]) => ({ examId, collegeId: [...room][0]!.collegeId }));
    if (exams.length === 0) return;
    try {
      this.tell(await eventsSince(exams, since));
    } catch (error) {
      log.warn({ reason: messageOf(error) }, "what was missed could not be read yet");
      if (!this.stopped) setTimeout(() => void this.catchUp(), RETRY_MS).unref();
      return;
    }
    for (const { examId } of exams) this.hint(examId, "refresh");
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.gathering);
    for (const room of this.rooms.values()) for (const subscriber of room) subscriber.onStop();
    await this.listener?.stop();
    this.listener = null;
    this.stopped = false;
  }
}

export const roomHub = (): Hub => singleton("room.hub", () => new Hub());
