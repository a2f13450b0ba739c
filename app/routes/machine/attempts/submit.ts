import { submitAttempt } from "~/domains/exams/sitting/submit.server.ts";
import { attemptEndpoint } from "./endpoint.server.ts";

const endpoint = attemptEndpoint("POST", ({ client, attemptId }) => submitAttempt({ ctx: client, input: { attemptId } }));

export const loader = endpoint;
export const action = endpoint;
