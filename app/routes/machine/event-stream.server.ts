const ALIVE_EVERY_MS = 15_000;

export type Stream = {
  send(event: string, data: unknown, id?: number): void;
  /** Says why, and ends it. */
  close(reason: string, detail: string): void;
  /** Runs once, when either side has ended it. */
  onEnd(run: () => void): void;
  readonly ended: boolean;
};

/**
 * Server-sent events. `gone` is the connection's own end: a request's signal is not told of it reliably. A comment every few
 * seconds keeps proxies from taking a quiet stream for a dead one.
 */
export function eventStream(gone: AbortSignal | undefined, open: (stream: Stream) => void): Response {
  const encoder = new TextEncoder();
  const endings: (() => void)[] = [];
  let ended = false;
  let alive: NodeJS.Timeout | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string) => {
        if (!ended) controller.enqueue(encoder.encode(text));
      };
      const end = () => {
        if (ended) return;
        ended = true;
        clearInterval(alive);
        for (const run of endings) run();
        try {
          controller.close();
        } catch {
          // The reader had gone already.
        }
      };
      const send = (event: string, data: unknown, id?: number) =>
        write(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      gone?.addEventListener("abort", end, { once: true });
      alive = setInterval(() => write(": alive\n\n"), ALIVE_EVERY_MS);
      alive.unref();
      write("retry: 2000\n\n");
      open({
        send,
        close(reason, detail) {
          send("closed", { reason, detail });
          end();
        },
        onEnd: (run) => void (ended ? run() : endings.push(run)),
        get ended() {
          return ended;
        },
      });
    },
    cancel() {
      if (ended) return;
      ended = true;
      clearInterval(alive);
      for (const run of endings) run();
    },
  });
  return new Response(body, {
    headers: {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-store, no-transform",
      // nginx would keep it back until its buffer is full.
      "X-Accel-Buffering": "no",
    },
  });
}

/** The connection behind a request, as app/server.ts sees it. */
export const connectionEnd = (context: unknown): AbortSignal | undefined => (context as { gone?: AbortSignal } | undefined)?.gone;

/** Where a client that comes back left off. */
export function lastEventId(request: Request): number | null {
  const given = request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("lastEventId");
  const seq = Number(given);
  return given && Number.isSafeInteger(seq) && seq > 0 ? seq : null;
}
