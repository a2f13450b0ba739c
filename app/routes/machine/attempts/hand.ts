import { changeHand, handInput } from "~/domains/exams/sitting/hand.server.ts";
import { attemptEndpoint, readJson } from "./endpoint.server.ts";

const endpoint = attemptEndpoint("POST", async ({ client, attemptId, request }) =>
  changeHand({ ctx: client, input: { attemptId, ...(await readJson(request, handInput)) } }),
);

export const loader = endpoint;
export const action = endpoint;
