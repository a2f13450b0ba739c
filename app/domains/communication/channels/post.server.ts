import { messageOf } from "~/platform/errors.ts";
import { isPassing, MayHaveArrived, Refused } from "./provider.ts";

const TIMEOUT_MS = 10_000;
/** No connection was made, so nothing was sent. */
const NOT_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"]);

const codeOf = (error: unknown) => (error as { cause?: { code?: string } }).cause?.code ?? "";

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

type Request = {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** What its answer to a refusal says, in its own words. */
  says(answer: unknown): { why: string; gone?: boolean };
};

/** Asks a service that the operator configured, and tells a refusal for good from one that passes. */
export async function postTo({ url, headers, body, says }: Request): Promise<unknown> {
  let status: number;
  let answer: unknown;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    status = response.status;
    answer = parsed((await response.text()).slice(0, 10_000));
  } catch (error) {
    if (NOT_SENT.has(codeOf(error))) throw new Error(`can't be reached (${codeOf(error)})`, { cause: error });
    throw new MayHaveArrived(messageOf(error));
  }
  if (status >= 200 && status < 300) return answer;
  const { why, gone } = says(answer);
  const text = `it answered ${status}${why ? `: ${why}` : ""}`;
  throw isPassing(status) ? new Error(text) : new Refused(text, gone);
}
