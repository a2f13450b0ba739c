import { markSeen } from "~/domains/exams/sitting/seen.server.ts";
import { attemptEndpoint } from "./endpoint.server.ts";

const endpoint = attemptEndpoint("POST", ({ client, attemptId, param }) =>
  markSeen({ ctx: client, input: { attemptId, messageId: param("messageId") } }),
);

export const loader = endpoint;
export const action = endpoint;
