import { z } from "zod";
import { TOKEN_SECONDS } from "~/domains/exams/sitting/attempt-token.server.ts";
import { handInput } from "~/domains/exams/sitting/hand.server.ts";
import { tokenInput } from "~/domains/exams/sitting/issue-token.server.ts";
import { answersInput } from "~/domains/exams/sitting/save-answers.server.ts";

type Json = Record<string, unknown>;

/** What an endpoint accepts, from the schema that it checks with. */
const bodyOf = (schema: z.ZodType) => ({
  required: true,
  content: { "application/json": { schema: z.toJSONSchema(schema, { io: "input", target: "draft-2020-12" }) as Json } },
});

const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
});

const REFUSALS = {
  401: problem("No key or token, or one that is not valid any more"),
  403: problem("The key has no scope attempts:write, or the token is of another attempt"),
  404: problem("This tenant has no such attempt"),
  429: problem("Too many requests or streams; Retry-After says when to come again"),
  503: problem("The database can't be reached: send the same again"),
};
const CONFLICT = problem("Not in this state. `code` is `paused` (keep it and send it again), `expired` or `ended`");

const time = { type: "string", format: "date-time" };
const standing = {
  state: { enum: ["IN_PROGRESS", "PAUSED", "LOCKED", "SUBMITTED", "FORCE_SUBMITTED", "EXPIRED", "GRADED", "WITHHELD", "ZEROED"] },
  deadlineAt: time,
  pausedAt: { type: ["string", "null"], format: "date-time", description: "Since when the clock is stopped" },
  extraSeconds: { type: "integer" },
  secondsLeft: { type: "integer" },
  serverTime: { ...time, description: "Count from this, not from the device's clock" },
};
const message = {
  type: "object",
  properties: { id: { type: "string", format: "uuid" }, text: { type: "string" }, sentAt: time, from: { type: "string" } },
};
const beat = {
  ...standing,
  exam: { type: "object", properties: { title: { type: "string" }, status: { type: "string" } } },
  messages: { type: "array", items: message, description: "Not acknowledged yet" },
  hands: { type: "array", items: { type: "object" } },
};
const json = (description: string, properties: Json) => ({
  description,
  content: { "application/json": { schema: { type: "object", properties } } },
});

const id = { name: "id", in: "path", required: true, schema: { type: "string", format: "uuid" }, description: "The attempt" };

type Operation = { summary: string; description: string; body?: z.ZodType; ok: Json; conflict?: boolean; parameters?: Json[] };

const operation = (method: "get" | "post", operationId: string, given: Operation) => ({
  [method]: {
    operationId,
    summary: given.summary,
    description: given.description,
    security: [{ key: [] }, { attemptToken: [] }],
    parameters: [id, ...(given.parameters ?? [])],
    ...(given.body ? { requestBody: bodyOf(given.body) } : {}),
    responses: {
      200: given.ok,
      ...(given.conflict ? { 409: CONFLICT } : {}),
      ...(given.body ? { 422: problem("The body does not fit") } : {}),
      ...REFUSALS,
    },
  },
});

const at = (path: string) => `/api/v1/attempts/{id}/${path}`;

/** A student's client, described; docs/exam-room.md says how they work together. */
export const attemptPaths = {
  [at("token")]: operation("post", "issueAttemptToken", {
    summary: "A token for the student's browser",
    description: `Opens this one attempt for ${TOKEN_SECONDS.least} to ${TOKEN_SECONDS.most} seconds, and ends with the key that it was issued to. A token renews itself with the same call.`,
    body: tokenInput,
    ok: json("The token", { token: { type: "string" }, expiresAt: time }),
    conflict: true,
  }),
  [at("paper")]: operation("get", "readPaper", {
    summary: "The questions, without keys, and the answers saved so far",
    description:
      "In the order of this attempt: a shuffled paper has the same order each time. Types: MULTIPLE_CHOICE and TRUE_FALSE (one option), MULTIPLE_ANSWERS (any number), NUMERIC, SHORT_ANSWER, ESSAY (text). `content` is `text` taken apart: words, formulas with their HTML, images with their id.",
    ok: json("The paper", { ...standing, exam: { type: "object" }, questions: { type: "array", items: { type: "object" } } }),
  }),
  [at("answers")]: operation("post", "saveAnswers", {
    summary: "Save answers",
    description:
      "Idempotent: the newest `at` of a question wins, however often and in whatever order answers arrive. What was given in time is taken until 30 s after the deadline. A rejected answer with `retry` was given during a pause: send it again when the attempt goes on.",
    body: answersInput,
    ok: json("What was saved", {
      ...standing,
      saved: { type: "array", items: { type: "string", format: "uuid" } },
      rejected: {
        type: "array",
        items: {
          type: "object",
          properties: { questionId: { type: "string" }, reason: { type: "string" }, retry: { type: "boolean" } },
        },
      },
    }),
    conflict: true,
  }),
  [at("heartbeat")]: operation("post", "heartbeat", {
    summary: "The client is there",
    description:
      "Every 15 s; after 60 s without one the board says offline. The answer is all that the client must know. A tenant's server may send `device` with `ip` and `userAgent` of the student.",
    ok: json("How things stand", beat),
  }),
  [at("stream")]: operation("get", "followAttempt", {
    summary: "Server-sent events of one attempt",
    description:
      "First `state`, as a heartbeat answers; then `standing`, `message` and `hand` as they happen, and `closed` with a reason before the server ends it. A client that comes back sends Last-Event-ID and gets what it missed.",
    parameters: [{ name: "Last-Event-ID", in: "header", required: false, schema: { type: "integer" } }],
    ok: { description: "text/event-stream", content: { "text/event-stream": { schema: { type: "string" } } } },
  }),
  [at("hand")]: operation("post", "changeHand", {
    summary: "Raise or lower a hand, or report a problem",
    description: "Raised twice it is raised once.",
    body: handInput,
    ok: json("Whether it is open", { open: { type: "boolean" }, id: { type: ["string", "null"] } }),
    conflict: true,
  }),
  [at("submit")]: operation("post", "submitAttempt", {
    summary: "Hand in",
    description: "Send what is still unsaved first. Submitted twice it is submitted once.",
    ok: json("How things stand", standing),
    conflict: true,
  }),
  [at("images/{imageId}")]: operation("get", "readPaperImage", {
    summary: "An image of the paper",
    description: "Only what the questions and options of this attempt's paper name. PNG, JPEG, WebP or GIF, at most 2 MB.",
    parameters: [{ name: "imageId", in: "path", required: true, schema: { type: "string", format: "uuid" } }],
    ok: { description: "The image", content: { "image/*": { schema: { type: "string", format: "binary" } } } },
  }),
  [at("messages/{messageId}/seen")]: operation("post", "acknowledgeMessage", {
    summary: "The student has read a message",
    description: "The first time is kept.",
    parameters: [{ name: "messageId", in: "path", required: true, schema: { type: "string", format: "uuid" } }],
    ok: json("When", { seenAt: time }),
  }),
};
