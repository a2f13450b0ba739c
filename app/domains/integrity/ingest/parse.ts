import { isUuid } from "~/platform/ids.ts";

export const MAX_EVENTS = 5000;
export const MAX_BYTES = 8 * 1024 * 1024;
const MAX_DETAILS = 4096;
const MAX_DEPTH = 32;
const MAX_BODY_DEPTH = 100;
const MAX_DURATION = 24 * 3_600_000;
const DAY = 86_400_000;

export type IntegrityEvent = {
  id: string;
  attemptId: string;
  type: string;
  at: Date;
  seq: number;
  durationMs: number | null;
  details: string | null;
};

export type Rejected = { index: number; reason: string };
export type Batch = { events: { index: number; event: IntegrityEvent }[]; rejected: Rejected[]; repeated: number };

/** A body that is not a batch at all, as opposed to a batch with some bad events. */
export class BadBatch extends Error {
  constructor(
    message: string,
    readonly status: 400 | 413 = 400,
  ) {
    super(message);
  }
}

/** JSON `{"events":[…]}` or one event a line. Each event stands for itself: a bad one is named, the others are taken. */
export function parseBatch(text: string, contentType: string, now: Date): Batch {
  const list = /ndjson|jsonl|json-seq/i.test(contentType) ? lines(text) : document(text);
  if (list.length > MAX_EVENTS)
    throw new BadBatch(`At most ${MAX_EVENTS} events in one request; this one has ${list.length}`, 413);
  const batch: Batch = { events: [], rejected: [], repeated: 0 };
  const seen = new Set<string>();
  list.forEach((value, index) => {
    const event = readEvent(value, now);
    if (typeof event === "string") batch.rejected.push({ index, reason: event });
    else if (seen.has(event.id)) batch.repeated++;
    else {
      seen.add(event.id);
      batch.events.push({ index, event });
    }
  });
  return batch;
}

function document(text: string): unknown[] {
  if (isNestedWithoutEnd(text)) throw new BadBatch(`The body is nested more than ${MAX_BODY_DEPTH} deep`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BadBatch("The body is not JSON");
  }
  const events = (value as { events?: unknown } | null)?.events;
  if (!Array.isArray(events)) throw new BadBatch('The body must be {"events": […]}');
  return events;
}

const BROKEN = Symbol("a line that is not JSON");

function lines(text: string): unknown[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      if (isNestedWithoutEnd(line)) return BROKEN;
      try {
        return JSON.parse(line) as unknown;
      } catch {
        return BROKEN;
      }
    });
}

const BACKSLASH = "\\";
const LOWER_U = 117;

/**
 * An escaped NUL or half a character: PostgreSQL holds neither. Each escape in turn, so that an escaped backslash never begins
 * another one; one pass, whatever a client sends.
 */
function storable(json: string): string {
  let kept = "";
  let from = 0;
  for (let at = json.indexOf(BACKSLASH); at >= 0; at = json.indexOf(BACKSLASH, at + 2)) {
    if (json.charCodeAt(at + 1) !== LOWER_U || !/^(?:0000|d[89a-f])/.test(json.slice(at + 2, at + 6))) continue;
    kept += `${json.slice(from, at)}\\ufffd`;
    from = at + 6;
  }
  return from === 0 ? json : kept + json.slice(from);
}

/** Before it is parsed: eight megabytes of brackets are seconds of work, and nothing that a client of ours sends. */
function isNestedWithoutEnd(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x22) {
      // A string, to the quote that no backslash escapes.
      for (at++; at < text.length && text.charCodeAt(at) !== 0x22; at++) if (text.charCodeAt(at) === 0x5c) at++;
    } else if (char === 0x7b || char === 0x5b) {
      if (++depth > MAX_BODY_DEPTH) return true;
    } else if (char === 0x7d || char === 0x5d) depth--;
  }
  return false;
}

/** Level by level and not by recursion: what is nested without end must not end the stack. */
function isDeeperThan(value: object, most: number): boolean {
  let level: object[] = [value];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((node) =>
      Object.values(node).filter((child): child is object => child !== null && typeof child === "object"),
    );
  }
  return false;
}

/** Written out rather than declared as a schema: five thousand of these pass in a few milliseconds. */
function readEvent(value: unknown, now: Date): IntegrityEvent | string {
  if (value === BROKEN) return "not JSON";
  if (value === null || typeof value !== "object" || Array.isArray(value)) return "not an object";
  const { id, attemptId, type, at, seq, durationMs, details } = value as Record<string, unknown>;
  if (typeof id !== "string" || !isUuid(id)) return "id must be a UUID";
  if (typeof attemptId !== "string" || !isUuid(attemptId)) return "attemptId must be a UUID";
  if (typeof type !== "string" || !/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(type))
    return "type must be a name of at most 64 characters";
  if (typeof at !== "string" || at.length > 40) return "at must be a time (RFC 3339)";
  const time = Date.parse(at);
  if (Number.isNaN(time) || !/^\d{4}-\d\d-\d\dT/.test(at)) return "at must be a time (RFC 3339)";
  // A wrong clock is expected, and estimated later; a wrong century is not a clock.
  if (Math.abs(time - now.getTime()) > 400 * DAY) return "at is more than a year away";
  if (seq !== undefined && !(Number.isInteger(seq) && (seq as number) >= 0 && (seq as number) <= 2_147_483_647))
    return "seq must be a whole number from 0";
  if (durationMs !== undefined && durationMs !== null) {
    if (typeof durationMs !== "number" || !Number.isFinite(durationMs)) return "durationMs must be a number";
    if (durationMs < 0) return "durationMs must not be negative";
    if (durationMs > MAX_DURATION) return "durationMs must be at most a day";
  }
  let kept: string | null = null;
  if (details !== undefined && details !== null) {
    if (typeof details !== "object" || Array.isArray(details)) return "details must be an object";
    if (isDeeperThan(details, MAX_DEPTH)) return `details must be nested at most ${MAX_DEPTH} deep`;
    const json = JSON.stringify(details);
    if (json.length > MAX_DETAILS) return `details must be at most ${MAX_DETAILS} characters`;
    kept = storable(json);
  }
  return {
    id: id.toLowerCase(),
    attemptId: attemptId.toLowerCase(),
    type: type.toUpperCase().replaceAll(/[.-]/g, "_"),
    at: new Date(time),
    seq: (seq as number | undefined) ?? 0,
    durationMs: durationMs === undefined || durationMs === null ? null : Math.round(durationMs as number),
    details: kept,
  };
}
