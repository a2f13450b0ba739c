import type { NextFunction, Request, Response } from "express";
import { log } from "~/platform/log.server.ts";
import { readCookieHeader, SESSION } from "../cookies.server.ts";
import { findSession } from "../session.server.ts";
import { outlast, refuse } from "./refuse.server.ts";

const KB = 1024;
const MB = 1024 * KB;

/** What any form of ours needs, and many times more than a login does. */
const ORDINARY = 64 * KB;
/** What a few forms need of people who are logged in: a whole paper's question, or a room of twenty thousand students chosen. */
const LARGE_FORM = 2 * MB;
/** A CSV of 20 MB, with what its form wraps around it. */
const FILE = 21 * MB;
/** Questions of 5 MB, with what a form wraps around them. */
const QUESTIONS = 6 * MB;
/** The events API counts its own bytes and answers in its own words; this is only the door's last word. */
const EVENTS = 9 * MB;
/** What a student wrote while offline, essays too. */
const ANSWERS = MB;

type Limit = { bytes: number; loggedIn: boolean; seconds: number };

const LARGER: [RegExp, Limit][] = [
  [/^\/api\/v1\/[a-z]+\/events$/, { bytes: EVENTS, loggedIn: false, seconds: 60 }],
  [/^\/api\/v1\/attempts\/[^/]+\/answers$/, { bytes: ANSWERS, loggedIn: false, seconds: 30 }],
  [/^\/imports\/new$/, { bytes: FILE, loggedIn: true, seconds: 300 }],
  [/^\/exams\/[^/]+\/questions\/import$/, { bytes: QUESTIONS, loggedIn: true, seconds: 120 }],
  [/^\/exams\/[^/]+\/(questions|live)$/, { bytes: LARGE_FORM, loggedIn: true, seconds: 60 }],
  [/^\/data\/[^/]+\/(new|bulk|[^/]+\/edit)$/, { bytes: LARGE_FORM, loggedIn: true, seconds: 60 }],
];

/** So many large bodies are held in memory at once by one process; more are asked to come again. */
const LARGE_AT_ONCE = 4;
let largeNow = 0;

function limitOf(path: string): Limit {
  const page = path.replace(/\.data$/, "");
  return LARGER.find(([pattern]) => pattern.test(page))?.[1] ?? { bytes: ORDINARY, loggedIn: false, seconds: 15 };
}

const inWords = (bytes: number) => (bytes >= MB ? `${Math.floor(bytes / MB)} MB` : `${bytes / KB} KB`);
const tooLarge = (bytes: number) => `Larger than the limit of ${inWords(bytes)}. Send less at once.`;

async function isLoggedIn(request: Request): Promise<boolean> {
  const token = readCookieHeader(request.headers, SESSION);
  const session = token === null ? null : await findSession(token);
  // Whoever has yet to give a code is half in.
  return session !== null && (session.second_factor || !session.totp_confirmed);
}

/** Counts what arrives, whatever was claimed about it; one byte too many and the rest is thrown away unread. */
function count(request: Request, response: Response, most: number): void {
  let size = 0;
  const push = request.push.bind(request);
  request.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (size > most) return true;
    if (chunk) size += (chunk as Buffer).byteLength;
    if (size <= most) return push(chunk, encoding);
    refuse(request, response, 413, tooLarge(most));
    // Whoever reads the body learns that it never ended; nothing acts on half a form.
    request.emit("error", new Error("the body was too large"));
    return true;
  };
}

/** A client that sends a byte now and then must not hold its connection for minutes. */
function hurry(request: Request, response: Response, seconds: number): void {
  const timer = setTimeout(() => {
    if (request.complete) return;
    refuse(request, response, 408, "This took too long to arrive. Check the connection and send it again.");
    request.emit("error", new Error("the body took too long"));
  }, seconds * 1000);
  request.once("end", () => clearTimeout(timer));
  response.once("close", () => clearTimeout(timer));
}

/** Before anything parses a body: how large it may be, who may send a large one, and how long it may take. */
export async function limitBody(request: Request, response: Response, next: NextFunction): Promise<void> {
  const claimed = Number(request.headers["content-length"] ?? 0);
  const chunked = request.headers["transfer-encoding"] !== undefined;
  if (claimed === 0 && !chunked) return next();
  const limit = limitOf(new URL(request.url, "http://own.invalid").pathname);
  if (claimed > limit.bytes) return refuse(request, response, 413, tooLarge(limit.bytes));
  let most = limit.bytes;
  if (limit.loggedIn && (chunked || claimed > ORDINARY)) {
    try {
      if (!(await isLoggedIn(request))) most = ORDINARY;
    } catch (error) {
      log.warn({ reason: (error as Error).message }, "the sender of a large body could not be looked up");
      return refuse(request, response, 503, "The database can't be reached right now. Try again in a moment.");
    }
    if (claimed > most) return refuse(request, response, 401, "Your session has ended. Log in, then send this again.");
    if (most > ORDINARY) {
      if (largeNow >= LARGE_AT_ONCE)
        return refuse(request, response, 503, "Several large files are being received. Try again in a minute.");
      largeNow++;
      response.once("close", () => largeNow--);
    }
  }
  // What is given up on here must not end the process where nobody else listens.
  request.on("error", () => undefined);
  outlast(request, response);
  count(request, response, most);
  hurry(request, response, limit.seconds);
  next();
}
