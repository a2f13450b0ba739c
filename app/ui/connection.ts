import { encode } from "turbo-stream";

/** Since when the console has not answered this browser; null while it does. */
let since: number | null = null;
const listeners = new Set<() => void>();

export const connection = {
  since: () => since,
  listen(listener: () => void) {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};

function tell(lost: boolean): void {
  if (lost === (since !== null)) return;
  since = lost ? Date.now() : null;
  for (const listener of listeners) listener();
}

/** A proxy's word that there is nobody behind it is no answer of ours. */
const isAnswer = (response: Response) => response.headers.has("X-Remix-Response") || ![502, 503, 504].includes(response.status);

const LONGEST_PAUSE = 5000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** As an action that was refused answers, so that its form keeps what was typed. Whether it was done nobody here can know. */
function notHeard(body: unknown): Response {
  const fields = body instanceof URLSearchParams || body instanceof FormData ? [...body.entries()] : [];
  const values = Object.fromEntries(fields.filter(([name, value]) => typeof value === "string" && name !== "_proof"));
  const message = "The console does not answer. Once it does, check whether it was saved before you retry.";
  const data = { ok: false, status: 503, message, fields: {}, values, stepUp: false };
  return new Response(encode({ data }), { status: 503 });
}

/** When someone last did something here: pages that ask by themselves must not keep a session alive for nobody. */
let active = Date.now();
const ACTS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "focus"];

/** Sent with what a page asks by itself. */
export function withIdle(init: RequestInit | undefined): RequestInit {
  const headers = new Headers(init?.headers);
  headers.set("X-Invigil-Idle", String(Math.floor((Date.now() - active) / 1000)));
  return { ...init, headers };
}

/**
 * What pages ask of the console while it can't be reached is asked again until it can: a page that is looked at stays, says
 * since when it stands still, and goes on by itself. What would change something is sent once.
 */
export function keepAsking(ask: typeof fetch = window.fetch.bind(window)): void {
  for (const name of ACTS) window.addEventListener(name, () => (active = Date.now()), { passive: true, capture: true });
  window.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input, location.href);
    if (url.origin !== location.origin || !url.pathname.endsWith(".data")) return ask(input, init);
    for (let wait = 1000; ; wait = Math.min(wait * 2, LONGEST_PAUSE)) {
      try {
        const response = await ask(input, withIdle(init));
        if (isAnswer(response)) {
          tell(false);
          return response;
        }
      } catch (error) {
        if (init?.signal?.aborted) throw error;
      }
      tell(true);
      if (init?.method && init.method !== "GET") return notHeard(init.body);
      await pause(wait);
      init?.signal?.throwIfAborted();
    }
  };
}
