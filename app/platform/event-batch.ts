/** Batches of events that machine clients send: the limits, the two shapes of a body, and what no text may hold. */
export const MAX_EVENTS = 5000;
export const MAX_BYTES = 8 * 1024 * 1024;
const MAX_DETAILS = 4096;
const MAX_DEPTH = 32;
const MAX_BODY_DEPTH = 100;

export type Rejected = { index: number; reason: string };
export type Batch<E> = { events: { index: number; event: E }[]; rejected: Rejected[]; repeated: number };

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
export function parseEvents<E extends { id: string }>(
  text: string,
  contentType: string,
  readEvent: (value: Record<string, unknown>) => E | string,
): Batch<E> {
  const list = /ndjson|jsonl|json-seq/i.test(contentType) ? lines(text) : document(text);
  if (list.length > MAX_EVENTS)
    throw new BadBatch(`At most ${MAX_EVENTS} events in one request; this one has ${list.length}`, 413);
  const batch: Batch<E> = { events: [], rejected: [], repeated: 0 };
  const seen = new Set<string>();
  list.forEach((value, index) => {
    const event = read(value, readEvent);
    if (typeof event === "string") batch.rejected.push({ index, reason: event });
    else if (seen.has(event.id)) batch.repeated++;
    else {
      seen.add(event.id);
      batch.events.push({ index, event });
    }
  });
  return batch;
}

/** An event, or why it is none. */
function read<E>(value: unknown, readEvent: (value: Record<string, unknown>) => E | string): E | string {
  if (value === BROKEN) return "not JSON";
  if (value === null || typeof value !== "object" || Array.isArray(value)) return "not an object";
  return readEvent(value as Record<string, unknown>);
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

/** What an event tells beside its fields, as JSON that the database can hold; or why it can't. */
export function readDetails(details: unknown): { json: string | null } | string {
  if (details === undefined || details === null) return { json: null };
  if (typeof details !== "object" || Array.isArray(details)) return "details must be an object";
  if (isDeeperThan(details, MAX_DEPTH)) return `details must be nested at most ${MAX_DEPTH} deep`;
  const json = JSON.stringify(details);
  if (json.length > MAX_DETAILS) return `details must be at most ${MAX_DETAILS} characters`;
  return { json: storable(json) };
}

const DAY = 86_400_000;

/** By the client's clock. A wrong clock is expected, and judged later; a wrong century is not a clock. */
export function readMoment(at: unknown, now: Date): Date | string {
  if (typeof at !== "string" || at.length > 40) return "at must be a time (RFC 3339)";
  const time = Date.parse(at);
  if (Number.isNaN(time) || !/^\d{4}-\d\d-\d\dT/.test(at)) return "at must be a time (RFC 3339)";
  if (Math.abs(time - now.getTime()) > 400 * DAY) return "at is more than a year away";
  return new Date(time);
}
