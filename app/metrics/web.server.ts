import { register } from "prom-client";
import { mayScrape } from "~/access/scrape.server.ts";
import { env } from "~/platform/env.server.ts";
import { singleton } from "~/platform/singleton.ts";
import { countProcess, TEXT_FORMAT } from "./exporter.server.ts";
import { othersMetrics } from "./other-webs.server.ts";
import { joinTexts } from "./render.ts";

// Less than a scraper's patience, more than a busy collector takes: without its text every series ends, and every alert.
const WAIT_MS = 2000;
const KEEP_MS = 1000;

type Answer = { status: number; text: string };
type Kept = { at: number; answer: Promise<Answer | null> };
const kept = () => singleton("metrics.collector", () => new Map<string, Kept>());

/** The collector's text, or that of one server; asked at most once a second, however many scrape. */
function collectorText(server: string | null): Promise<Answer | null> {
  const known = kept().get(server ?? "");
  if (known && Date.now() - known.at < KEEP_MS) return known.answer;
  const { HOST, COLLECTOR_PORT, METRICS_TOKEN } = env();
  const host = HOST === "0.0.0.0" ? "127.0.0.1" : HOST;
  const query = server === null ? "" : `?${new URLSearchParams({ server })}`;
  const answer =
    COLLECTOR_PORT === 0
      ? Promise.resolve(null)
      : fetch(`http://${host}:${COLLECTOR_PORT}/metrics${query}`, {
          headers: METRICS_TOKEN ? { Authorization: `Bearer ${METRICS_TOKEN}` } : {},
          signal: AbortSignal.timeout(WAIT_MS),
        })
          .then(async (response) => ({ status: response.status, text: await response.text() }))
          .catch(() => null);
  // Names come from whoever asks: what is kept of them is small.
  if (kept().size > 50) kept().clear();
  kept().set(server ?? "", { at: Date.now(), answer });
  return answer;
}

/** The families of every web process behind this port, followed by the collector's; or those of one watched server alone. */
export async function webMetrics(
  address: string | undefined,
  authorization: string | undefined,
  { own, server }: { own: boolean; server: string | null },
): Promise<Response> {
  if (!mayScrape(address, authorization))
    return new Response("a bearer token is needed\n", { status: 401, headers: { "WWW-Authenticate": "Bearer" } });
  countProcess("web");
  const headers = { "Content-Type": TEXT_FORMAT, "Cache-Control": "no-store" };
  const webs = async () => [await register.metrics(), ...(await othersMetrics())];
  if (own) return new Response(joinTexts(await webs()), { headers });
  const answer = await collectorText(server);
  // A scraper that gets an error marks this server's series as ended; an empty answer would look like a quiet server.
  if (server !== null)
    return answer
      ? new Response(answer.text, { status: answer.status, headers })
      : new Response("the collector does not answer\n", { status: 503 });
  const collector = answer?.status === 200 ? answer.text : null;
  const answered = `# HELP invigil_collector_up 1 when the collector answered\n# TYPE invigil_collector_up gauge\ninvigil_collector_up ${collector === null ? 0 : 1}\n`;
  return new Response(joinTexts([answered, ...(await webs()), collector ?? ""]), { headers });
}
