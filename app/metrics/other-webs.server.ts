import { register } from "prom-client";
import { isHanded, type FromWeb, type ToWeb } from "~/platform/handed-connections.ts";
import { singleton } from "~/platform/singleton.ts";

/** More than the supervisor waits for the slowest of them. */
const WAIT_MS = 1000;

type Asking = { n: number; open: Map<number, (texts: string[]) => void> };
const asking = () => singleton("metrics.other-webs", (): Asking => ({ n: 0, open: new Map() }));

const say = (message: FromWeb) => process.send?.(message);

/** Tells the supervisor this process's figures when another one is scraped. */
export function answerForOthers(): void {
  if (!isHanded()) return;
  process.on("message", (message: ToWeb) => {
    if ("metrics" in message) void register.metrics().then((text) => say({ metrics: message.metrics, text }));
    if ("othersMetrics" in message) asking().open.get(message.othersMetrics)?.(message.texts);
  });
}

/** The figures of the other web processes behind this port; one that does not answer is left out. */
export async function othersMetrics(): Promise<string[]> {
  if (!isHanded()) return [];
  const { open } = asking();
  const n = ++asking().n;
  return new Promise<string[]>((resolve) => {
    const answer = (texts: string[]) => {
      clearTimeout(timer);
      open.delete(n);
      resolve(texts);
    };
    const timer = setTimeout(() => answer([]), WAIT_MS);
    open.set(n, answer);
    say({ metricsOf: n });
  });
}
