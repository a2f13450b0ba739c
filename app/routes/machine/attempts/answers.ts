import { answersInput, saveAnswers } from "~/domains/exams/sitting/save-answers.server.ts";
import { attemptEndpoint, readJson } from "./endpoint.server.ts";

const endpoint = attemptEndpoint("POST", async ({ client, attemptId, request }) =>
  saveAnswers({ ctx: client, input: { attemptId, ...(await readJson(request, answersInput)) } }),
);

export const loader = endpoint;
export const action = endpoint;
