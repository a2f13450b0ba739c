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
  const images = new Map<string, Promise<string>>();
  /** Images need the token too, which an address of an <img> can't carry: their bytes are fetched once and kept in the page. */
  const loadImage = async (id: string): Promise<string> => {
    const response = await fetch(`${base}/images/${id}`, { headers, cache: "no-store", signal: AbortSignal.timeout(30_000) });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    const blob = await response.blob();
    return new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.addEventListener("load", () => resolve(reader.result as string));
      reader.addEventListener("error", () => reject(new Error("the image could not be read")));
      reader.readAsDataURL(blob);
    });
  };
  const image = (id: string): Promise<string> => {
    const known = images.get(id);
    if (known) return known;
    const loading = loadImage(id);
    images.set(id, loading);
    // Tried again when it is shown again.
    loading.catch(() => images.delete(id));
    return loading;
  };
  return {
    streamUrl: `${base}/stream`,
    headers,
    image,
    paper: () => ask<Paper>("paper"),
    heartbeat: () => ask<Beat>("heartbeat", {}),
    answers: (answers: readonly Pending[]) => ask<Saved>("answers", { answers }),
    seen: (messageId: string) => ask<{ seenAt: string }>(`messages/${messageId}/seen`, {}),
    hand: (body: { action: "raise" | "lower" } | { action: "problem"; text: string }) => ask<unknown>("hand", body),
    submit: () => ask<Standing>("submit", {}),
  };
}
