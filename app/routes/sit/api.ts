import type { Beat, ClientMessage } from "~/domains/exams/sitting/heartbeat.server.ts";
import type { Paper } from "~/domains/exams/sitting/paper.server.ts";
import type { Standing } from "~/domains/exams/sitting/sitting.server.ts";
import type { Pending } from "./queue.ts";

export type { Beat, ClientMessage, Paper, Standing };

/** The server has answered, and refused: `code` says what to do, `message` what to show. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string | null,
    message: string,
  ) {
    super(message);
  }
}

type Saved = Standing & { saved: string[]; rejected: { questionId: string; reason: string; retry: boolean }[] };

/** The attempt's API as this page uses it. What fails to arrive throws an error of the network; what is refused, a Refused. */
export function attemptApi(attemptId: string, token: string) {
  const base = `/api/v1/attempts/${attemptId}`;
  const headers = { Authorization: `Bearer ${token}` };
  const ask = async <T>(path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${base}/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: body === undefined ? headers : { ...headers, "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.timeout(10_000),
    });
    if (response.ok) return (await response.json()) as T;
    // A proxy or a database that is away is a connection that is away: the same is sent again.
    if (response.status >= 500) throw new Error(`answered ${response.status}`);
    const problem = (await response.json().catch(() => ({}))) as { detail?: string; code?: string };
    throw new Refused(response.status, problem.code ?? null, problem.detail ?? "The server refused this");
  };
  return {
    streamUrl: `${base}/stream`,
    headers,
    paper: () => ask<Paper>("paper"),
    heartbeat: () => ask<Beat>("heartbeat", {}),
    answers: (answers: readonly Pending[]) => ask<Saved>("answers", { answers }),
    seen: (messageId: string) => ask<{ seenAt: string }>(`messages/${messageId}/seen`, {}),
    hand: (body: { action: "raise" | "lower" } | { action: "problem"; text: string }) => ask<unknown>("hand", body),
    submit: () => ask<Standing>("submit", {}),
  };
}
