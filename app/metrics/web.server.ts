import { register } from "prom-client";
import { mayScrape } from "~/access/scrape.server.ts";
import { env } from "~/platform/env.server.ts";
import { singleton } from "~/platform/singleton.ts";
import { countProcess, TEXT_FORMAT } from "./exporter.server.ts";
import { joinTexts } from "./render.ts";

// Less than a scraper's patience, more than a busy collector takes: without its text every series ends, and every alert.
const WAIT_MS = 2000;
const KEEP_MS = 1000;

type Kept = { at: number; text: Promise<string | null> } | null;
const kept = () => singleton<{ now: Kept }>("metrics.collector", () => ({ now: null }));

/** The collector's text; asked at most once a second, however many scrape. */
function collectorText(): Promise<string | null> {
  const state = kept();
  if (state.now && Date.now() - state.now.at < KEEP_MS) return state.now.text;
  const { HOST, COLLECTOR_PORT, METRICS_TOKEN } = env();
  const host = HOST === "0.0.0.0" ? "127.0.0.1" : HOST;
  const text =
    COLLECTOR_PORT === 0
      ? Promise.resolve(null)
      : fetch(`http://${host}:${COLLECTOR_PORT}/metrics`, {
          headers: METRICS_TOKEN ? { Authorization: `Bearer ${METRICS_TOKEN}` } : {},
          signal: AbortSignal.timeout(WAIT_MS),
        })
          .then((response) => (response.ok ? response.text() : null))
          .catch(() => null);
  state.now = { at: Date.now(), text };
  return text;
}

/** The web process's own families, followed by the collector's. */
export async function webMetrics(
  address: string | undefined,
  authorization: string | undefined,
  own: boolean,
): Promise<Response> {
  if (!mayScrape(address, authorization))
    return new Response("a bearer token is needed\n", { status: 401, headers: { "WWW-Authenticate": "Bearer" } });
  countProcess("web");
  const headers = { "Content-Type": TEXT_FORMAT, "Cache-Control": "no-store" };
  if (own) return new Response(await register.metrics(), { headers });
  const collector = await collectorText();
  const answered = `# HELP invigil_collector_up 1 when the collector answered\n# TYPE invigil_collector_up gauge\ninvigil_collector_up ${collector === null ? 0 : 1}\n`;
  return new Response(joinTexts([answered, await register.metrics(), collector ?? ""]), { headers });
}
