export type ServerEvent = { id: string | null; name: string; data: unknown };

/** The events that a piece of a stream completes; what is left over begins the next piece. */
export function parseEvents(text: string): { events: ServerEvent[]; rest: string } {
  const parts = text.split("\n\n");
  const rest = parts.pop() ?? "";
  const events: ServerEvent[] = [];
  for (const part of parts) {
    const fields = new Map<string, string>();
    for (const line of part.split("\n")) {
      const colon = line.indexOf(":");
      if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
    }
    const data = fields.get("data");
    if (data !== undefined)
      events.push({ id: fields.get("id") ?? null, name: fields.get("event") ?? "message", data: JSON.parse(data) as unknown });
  }
  return { events, rest };
}

/** Silent for longer than three of the server's signs of life: the connection is dead, whatever the browser thinks. */
const SILENCE_MS = 50_000;

/**
 * Reads server-sent events with a token in a header, which the browser's own EventSource can't send. Ends when the stream
 * does; throws where it could not be opened.
 */
export async function readEvents(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
  onEvent: (event: ServerEvent) => void,
): Promise<void> {
  const response = await fetch(url, { headers, signal, cache: "no-store" });
  if (!response.ok || !response.body) throw new Error(`the stream answered ${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("the stream is silent")), SILENCE_MS);
    });
    const piece = await Promise.race([reader.read(), silence]).finally(() => clearTimeout(timer));
    if (piece.done) return;
    const parsed = parseEvents(rest + piece.value);
    rest = parsed.rest;
    parsed.events.forEach(onEvent);
  }
}
