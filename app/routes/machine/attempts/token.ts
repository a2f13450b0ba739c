import { issueToken, tokenInput } from "~/domains/exams/sitting/issue-token.server.ts";
import { attemptEndpoint, readJson } from "./endpoint.server.ts";

/** For a key, or for a token that is renewed before it runs out: neither outlives the key. */
const endpoint = attemptEndpoint("POST", async ({ client, attemptId, request }) => {
  const { seconds } = await readJson(request, tokenInput);
  return issueToken({ ctx: client, input: { attemptId, keyId: client.keyId, seconds } });
});

export const loader = endpoint;
export const action = endpoint;
