import { MAX_BYTES, MAX_EVENTS } from "~/domains/integrity/ingest/parse.ts";
import { SIGNALS } from "~/domains/integrity/signals.ts";

const json = (schema: object) => ({ content: { "application/json": { schema } } });
const problem = (description: string, headers?: object) => ({
  description,
  ...(headers ? { headers } : {}),
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
});

/** The API, described: written from the same constants that the endpoint checks. */
export function description() {
  return {
    openapi: "3.1.0",
    info: {
      title: "Invigil",
      version: "1",
      description: "What the exam platform's own programs send to the control room and read from it.",
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
          requestBody: {
            required: true,
            description: `At most ${MAX_EVENTS} events and ${MAX_BYTES} bytes.`,
            content: {
              "application/json": {
                schema: {
                  type: "object",
                  required: ["events"],
                  properties: {
                    events: { type: "array", maxItems: MAX_EVENTS, items: { $ref: "#/components/schemas/Event" } },
                  },
                },
              },
              "application/x-ndjson": { schema: { type: "string", description: "One event a line." } },
            },
          },
          responses: {
            202: { description: "What was taken", ...json({ $ref: "#/components/schemas/Taken" }) },
            400: problem("Not a batch of events"),
            401: problem("No key, or one that is unknown, expired or revoked"),
            403: problem("The key has no right to send events"),
            413: problem("Too many events or bytes"),
            429: problem("Too many requests for this key", {
              "Retry-After": { schema: { type: "integer" }, description: "Seconds" },
            }),
            503: problem("The database can't be reached; nothing was taken"),
          },
        },
      },
    },
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "A key of one tenant, made under Settings, API keys." },
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
          },
        },
      },
    },
  };
}
