import { ENTRIES_AT_ONCE } from "~/access/log/proofs.server.ts";
import { SIGNALS } from "~/domains/integrity/signals.ts";
import { LEARNING_TYPES } from "~/domains/learning/events/parse.ts";
import { RATINGS } from "~/domains/learning/vocabulary/schedule.ts";
import { MAX_BYTES, MAX_EVENTS } from "~/platform/event-batch.ts";
import { attemptPaths } from "./openapi-attempts.server.ts";

const json = (schema: object) => ({ content: { "application/json": { schema } } });
const problem = (description: string, headers?: object) => ({
  description,
  ...(headers ? { headers } : {}),
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
});

const audit = "Needs a key with the scope audit:read, or the session of an auditor.";
const whole = (name: string, description: string, required = true) => ({
  name,
  in: "query",
  required,
  description,
  schema: { type: "integer", minimum: 0 },
});
const hash = (description: string) => ({ type: "string", description: `${description}, base64 of 32 bytes` });
const proof = { type: "array", items: hash("A node's hash"), description: "From the leaves upwards, as RFC 6962 orders them." };
const auditProblems = {
  401: problem("No key, or one that is unknown, expired or revoked"),
  403: problem("The key has no right to read the audit log"),
  404: problem("The log does not have that many entries"),
  422: problem("Not whole numbers, or not in order"),
  429: problem("Too many requests for this key", {
    "Retry-After": { schema: { type: "integer" }, description: "Seconds" },
  }),
};
const auditGet = (operationId: string, summary: string, description: string, parameters: object[], ok: object) => ({
  get: {
    operationId,
    summary,
    description: `${description} ${audit}`,
    security: [{ key: [] }],
    parameters,
    responses: { 200: ok, ...auditProblems },
  },
});
const text = (description: string) => ({ description, content: { "text/plain": { schema: { type: "string" } } } });

/** The audit log, for whoever verifies it from outside; docs/audit-log.md has the bytes. */
const auditPaths = {
  "/.well-known/invigil-log-key": {
    get: {
      operationId: "logKey",
      summary: "The key that heads of the log are signed with",
      security: [],
      responses: { 200: text("name+id+key, as C2SP signed-note writes a verifier's key (Ed25519)") },
    },
  },
  "/api/v1/audit/checkpoint": auditGet(
    "auditCheckpoint",
    "Signed head",
    "C2SP tlog-checkpoint: origin, size, root, and the signature.",
    [],
    text("The head"),
  ),
  "/api/v1/audit/entries": auditGet(
    "auditEntries",
    "Entries by index",
    "One line of JSON for each index. Of entries outside of the key's tenant only index and leaf are told.",
    [
      whole("from", "The first index; 0 where it is left out", false),
      whole("to", `The index after the last; from + 1000 where it is left out, at most from + ${ENTRIES_AT_ONCE}`, false),
    ],
    {
      description: "Indices that the log has; fewer lines than asked for at its end.",
      content: { "application/x-ndjson": { schema: { $ref: "#/components/schemas/AuditEntry" } } },
    },
  ),
  "/api/v1/audit/proof/inclusion": auditGet(
    "auditInclusion",
    "That an entry is in the log",
    "RFC 6962 inclusion proof.",
    [whole("index", "The entry"), whole("size", "Of the tree; the present one where it is left out", false)],
    {
      description: "The path from the leaf to the root",
      ...json({
        type: "object",
        properties: { index: { type: "integer" }, size: { type: "integer" }, leaf: hash("The leaf's hash"), proof },
      }),
    },
  ),
  "/api/v1/audit/proof/consistency": auditGet(
    "auditConsistency",
    "That an older head is a beginning of a newer one",
    "RFC 6962 consistency proof.",
    [whole("from", "The older size, at least 1"), whole("to", "The newer size")],
    {
      description: "The proof",
      ...json({ type: "object", properties: { from: { type: "integer" }, to: { type: "integer" }, proof } }),
    },
  ),
};

/** What an endpoint of events answers. */
const eventResponses = {
  202: { description: "What was taken", ...json({ $ref: "#/components/schemas/Taken" }) },
  400: problem("Not a batch of events"),
  401: problem("No key, or one that is unknown, expired or revoked"),
  403: problem("The key has no right to send events"),
  413: problem("Too many events or bytes"),
  429: problem("Too many requests for this key", {
    "Retry-After": { schema: { type: "integer" }, description: "Seconds" },
  }),
  503: problem("The database can't be reached; nothing was taken"),
};

const batchOf = (event: string) => ({
  required: true,
  description: `At most ${MAX_EVENTS} events and ${MAX_BYTES} bytes.`,
  content: {
    "application/json": {
      schema: {
        type: "object",
        required: ["events"],
        properties: { events: { type: "array", maxItems: MAX_EVENTS, items: { $ref: `#/components/schemas/${event}` } } },
      },
    },
    "application/x-ndjson": { schema: { type: "string", description: "One event a line." } },
  },
});

/** The API, described: written from the same constants that the endpoint checks. */
export function description() {
  return {
    openapi: "3.1.0",
    info: {
      title: "Invigil",
      version: "1",
      description: "What programs send to the control room and read from it.",
    },
    servers: [{ url: "/" }],
    paths: {
      "/api/v1/integrity/events": {
        post: {
          operationId: "sendIntegrityEvents",
          summary: "Send integrity events of one tenant",
          description:
            "Idempotent by event id: what was taken before counts as a duplicate. Events may arrive late and out of order; an unknown type is kept and counted as unknown. A bad event is named in `rejected`, the others are taken.",
          security: [{ key: [] }],
          requestBody: batchOf("Event"),
          responses: eventResponses,
        },
      },
      "/api/v1/learning/events": {
        post: {
          operationId: "sendLearningEvents",
          summary: "Send learning events of one tenant",
          description:
            "Needs a key with the scope learning:write. Idempotent by event id. Events may arrive late and out of order: progress only grows, time adds up once, and an answer older than the last one to its word moves nothing. An unknown type is kept and counted as unknown. A bad event is named in `rejected`, the others are taken.",
          security: [{ key: [] }],
          requestBody: batchOf("LearningEvent"),
          responses: eventResponses,
        },
      },
      ...attemptPaths,
      ...auditPaths,
    },
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "A key of one tenant, made under Settings, API keys." },
        attemptToken: { type: "http", scheme: "bearer", description: "A token of one attempt, for the student's browser." },
      },
      schemas: {
        Event: {
          type: "object",
          required: ["id", "attemptId", "type", "at"],
          properties: {
            id: {
              type: "string",
              format: "uuid",
              description: "Chosen by the sender; the same event is always sent under the same id.",
            },
            attemptId: { type: "string", format: "uuid" },
            type: { type: "string", maxLength: 64, examples: Object.keys(SIGNALS) },
            at: { type: "string", format: "date-time", description: "By the client's clock; ours is kept beside it." },
            seq: { type: "integer", minimum: 0, description: "Counts up within an attempt." },
            durationMs: { type: "number", minimum: 0, maximum: 86_400_000 },
            details: {
              type: "object",
              description:
                "At most 4,096 characters. FINGERPRINT_CHANGE: fingerprint; IP_CHANGE: ip; USER_AGENT_CHANGE: userAgent.",
            },
          },
        },
        LearningEvent: {
          type: "object",
          required: ["id", "userId", "type", "at"],
          properties: {
            id: {
              type: "string",
              format: "uuid",
              description: "Chosen by the sender; the same event is always sent under the same id.",
            },
            userId: { type: "string", format: "uuid", description: "The learner" },
            type: {
              type: "string",
              maxLength: 64,
              examples: Object.keys(LEARNING_TYPES),
              description: Object.entries(LEARNING_TYPES)
                .map(([type, subject]) => `${type} needs ${subject}`)
                .join("; "),
            },
            at: { type: "string", format: "date-time", description: "By the client's clock; one ahead of ours counts as now." },
            sessionId: { type: "string", format: "uuid", description: "Chosen by the sender; one learner's." },
            lessonId: { type: "string", format: "uuid" },
            storyId: { type: "string", format: "uuid" },
            vocabularyId: { type: "string", format: "uuid" },
            exerciseId: { type: "string", format: "uuid" },
            percent: { type: "integer", minimum: 0, maximum: 100 },
            seconds: { type: "integer", minimum: 0, maximum: 86_400, description: "Time spent since the event before." },
            rating: { enum: [...RATINGS] },
            answer: { type: "string", maxLength: 2000 },
            correct: { type: "boolean", description: "Counts where the exercise holds no answer to compare with." },
            details: { type: "object", description: "At most 4,096 characters." },
          },
        },
        AuditEntry: {
          type: "object",
          required: ["index", "leaf"],
          description:
            "With all fields, or with index and leaf alone. The leaf is SHA-256 over 00 and the bytes that docs/audit-log.md specifies.",
          properties: {
            index: { type: "integer" },
            leaf: hash("The leaf's hash"),
            id: { type: "string", format: "uuid" },
            at: { type: "string", format: "date-time", description: "UTC, with milliseconds" },
            actor_kind: { enum: ["staff", "system", "api-key", "anonymous", "platform-app"] },
            actor_id: { type: ["string", "null"] },
            session_id: { type: ["string", "null"] },
            request_id: { type: "string" },
            action: { type: "string" },
            resource: { type: "string" },
            resource_id: { type: ["string", "null"] },
            college_id: { type: ["string", "null"] },
            risk: { type: "integer", minimum: 0, maximum: 100 },
            commitment: hash("SHA-256 over salt and body"),
            salt: { type: ["string", "null"], description: "Base64 of 16 bytes; null where the content was erased" },
            body: { type: ["string", "null"], description: "The content as it was committed to; null where it was erased" },
          },
        },
        Taken: {
          type: "object",
          required: ["accepted", "duplicates", "rejected"],
          properties: {
            accepted: { type: "integer" },
            duplicates: { type: "integer" },
            unknownTypes: { type: "integer" },
            rejected: {
              type: "array",
              items: {
                type: "object",
                required: ["index", "reason"],
                properties: { index: { type: "integer" }, reason: { type: "string" } },
              },
            },
          },
        },
        Problem: {
          type: "object",
          required: ["type", "title", "status", "detail", "requestId"],
          properties: {
            type: { type: "string" },
            title: { type: "string" },
            status: { type: "integer" },
            detail: { type: "string" },
            requestId: { type: "string" },
            code: { type: "string", description: "Where a program decides by it: paused, expired, ended, token" },
          },
        },
      },
    },
  };
}
