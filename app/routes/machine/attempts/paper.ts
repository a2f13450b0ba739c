import { readPaper } from "~/domains/exams/sitting/paper.server.ts";
import { attemptEndpoint } from "./endpoint.server.ts";

const endpoint = attemptEndpoint("GET", ({ client, attemptId }) => readPaper({ ctx: client, input: { attemptId } }));

export const loader = endpoint;
export const action = endpoint;
