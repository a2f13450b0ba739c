import type { ChildProcess } from "node:child_process";
import net from "node:net";
import type { FromWeb, ToWeb } from "~/platform/handed-connections.ts";

const METRICS_WAIT_MS = 500;
/** While every process starts again or is busy; a client that waited so long has given up. */
const LONGEST_WAIT_MS = 30_000;
const MOST_WAITING = 4096;

type Web = {
  child: ChildProcess;
  /** What it is about to take. One at a time, so that one that is busy or dies holds up nobody else. */
  giving: net.Socket | null;
  leaving: boolean;
};

export type WebListener = {
  /** From when it says that it is ready until it ends, it is given connections. */
  join(child: ChildProcess): void;
  close(): void;
};

/**
 * The one port of all web processes. Connections wait here while none of them can take one, so the port answers nobody with a
 * refusal, whichever of them is stopped, killed or started again.
 */
export async function listenForWeb(port: number, host: string): Promise<WebListener> {
  const webs = new Set<Web>();
  const waiting: net.Socket[] = [];

  const give = (web: Web, socket: net.Socket) => {
    web.giving = socket;
    // Kept open here until it was taken: one that dies before leaves it to another.
    web.child.send({ connection: true } satisfies ToWeb, socket, { keepOpen: true }, () => undefined);
  };

  const next = () => {
    for (const web of webs) {
      if (waiting.length === 0) return;
      if (web.giving || web.leaving || !web.child.connected) continue;
      let socket = waiting.shift();
      while (socket?.destroyed) socket = waiting.shift();
      if (!socket) return;
      // Whoever was given one stands behind the others.
      webs.delete(web);
      webs.add(web);
      give(web, socket);
    }
  };

  const server = net.createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    socket.on("error", () => undefined);
    if (waiting.length >= MOST_WAITING) return void socket.destroy();
    socket.setTimeout(LONGEST_WAIT_MS, () => socket.destroy());
    waiting.push(socket);
    next();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });

  let asked = 0;
  const questions = new Map<number, { texts: string[]; left: Set<Web>; end(): void }>();

  /** The figures of all the others: whoever is scraped answers for every web process. */
  const askOthers = (asker: Web, id: number) => {
    const n = ++asked;
    const left = new Set([...webs].filter((web) => web !== asker && web.child.connected));
    const end = () => {
      if (!questions.delete(n)) return;
      clearTimeout(timer);
      if (asker.child.connected) asker.child.send({ othersMetrics: id, texts: question.texts } satisfies ToWeb, () => undefined);
    };
    const timer = setTimeout(() => end(), METRICS_WAIT_MS);
    const question = { texts: [] as string[], left, end };
    questions.set(n, question);
    if (left.size === 0) end();
    for (const web of left) web.child.send({ metrics: n } satisfies ToWeb, () => undefined);
  };

  const answered = (web: Web, n: number, text: string) => {
    const question = questions.get(n);
    if (!question?.left.delete(web)) return;
    question.texts.push(text);
    if (question.left.size === 0) question.end();
  };

  return {
    join(child) {
      const web: Web = { child, giving: null, leaving: false };
      child.on("message", (message: FromWeb) => {
        if ("ready" in message) webs.add(web);
        else if ("leaving" in message) web.leaving = true;
        else if ("took" in message) {
          web.giving?.destroy();
          web.giving = null;
        } else if ("metricsOf" in message) askOthers(web, message.metricsOf);
        else if ("metrics" in message) answered(web, message.metrics, message.text);
        next();
      });
      child.once("exit", () => {
        webs.delete(web);
        if (web.giving) waiting.unshift(web.giving);
        web.giving = null;
        next();
      });
    },
    close() {
      server.close();
      for (const socket of waiting) socket.destroy();
      for (const { giving } of webs) giving?.destroy();
    },
  };
}
