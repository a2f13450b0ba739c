import { useLoaderData } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { healthTitle } from "~/observability/health/complaints.ts";
import { healthReport } from "~/observability/health/report.server.ts";
import { part } from "./parts/span.server.ts";
import { observes } from "~/platform/depth.ts";
import { bytes, count, milliseconds, plural } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Notice, Unknown } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { useLive } from "~/ui/live.ts";

export const handle = { crumbs: () => [{ label: "Database", to: "/database" }, { label: "Health" }] };
export const meta = () => [{ title: "Health · Invigil" }];

export const loader = protectedLoader("database.read", async ({ ctx }) => part(healthReport({ ctx, input: {} })));

export default function Health() {
  const { value: data, error } = useLoaderData<typeof loader>();
  useLive(true);
  if (!data)
    return (
      <Page title="No server answers.">
        <Panel>
          <Unknown reason={error ?? ""} />
        </Panel>
      </Page>
    );
  const { checks } = data.health;
  const bad = data.probes?.filter((probe) => probe.missing && !probe.missing.fromMajor) ?? [];
  return (
    <Page
      title={healthTitle(data.complaints)}
      badge={
        <Badge tone={data.health.status === "unhealthy" ? "bad" : data.complaints.length > 0 ? "warn" : "ok"}>
          {data.health.status === "healthy" && data.complaints.length > 0 ? "degraded" : data.health.status}
        </Badge>
      }
      context="What /health/ready reports, with the cost of each probe."
    >
      {data.complaints.length > 1 && (
        <Notice tone="warn" title={plural(data.complaints.length, "problem")}>
          <ul className="list-disc pl-5">
            {data.complaints.map((complaint) => (
              <li key={complaint}>{complaint}.</li>
            ))}
          </ul>
        </Notice>
      )}
      <Figures>
        <Figure
          label="Telemetry"
          value={data.telemetryBytes === null ? "not known" : bytes(data.telemetryBytes)}
          note="disk used by samples"
        />
        <Figure
          label="Samples written"
          value={data.store ? count(data.store.written) : "not known"}
          note={data.store ? `last batch in ${milliseconds(data.store.lastMs)}` : undefined}
        />
        <Figure
          label="Waiting batches"
          value={data.store ? count(data.store.waiting) : "not known"}
          unit={data.store?.waiting === 1 ? "batch" : "batches"}
          tone={data.store && data.store.dropped > 0 ? "warn" : undefined}
          note={
            data.store
              ? `${count(data.store.backfilled)} written late${data.store.dropped ? `, ${count(data.store.dropped)} dropped` : ""}`
              : undefined
          }
        />
        <Figure
          label="Probes without data"
          value={data.probes ? bad.length : "not known"}
          tone={bad.length > 0 ? "warn" : undefined}
        />
      </Figures>
      <Panel title="Servers and processes" flush>
        <table className="rows">
          <tbody>
            <Line
              name={observes() ? "The console's own database" : "Primary, from the console"}
              ok={checks.primary.ok}
              says={checks.primary.error ?? `answers in ${checks.primary.ms} ms`}
            />
            {checks.replicas.map((replica) => (
              <Line
                key={replica.name}
                name={`${replica.name}, from the console`}
                ok={replica.ok}
                says={replica.error ?? `answers in ${replica.ms} ms`}
              />
            ))}
            {data.targets.map((target) => (
              <Line
                key={`t${target.name}`}
                name={`${target.name}, from the collector`}
                ok={target.reachable}
                says={
                  target.error ??
                  (target.server
                    ? `PostgreSQL ${target.server.major}${target.server.recovering ? ", in recovery" : ""}`
                    : "not asked yet")
                }
              />
            ))}
            <Line
              name="Collector"
              ok={checks.collector.ok || data.collectorAt !== null}
              says={
                checks.collector.ok
                  ? "at work"
                  : data.collectorAt
                    ? `running; the lease can't be read (${checks.collector.error})`
                    : (checks.collector.error ?? "does not answer")
              }
            />
            <Line
              name="Archive"
              ok={data.archiving ? data.archiving.state === "working" : null}
              says={data.archiving?.says ?? data.archiverMissing?.reason ?? "not known"}
            />
          </tbody>
        </table>
      </Panel>
      <Panel title="Probes" flush aside="on at most two connections a server">
        {!data.probes ? (
          <Unknown reason="The collector does not answer. Pages query the servers directly, and nothing is recorded." />
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th>Probe</th>
                <th>Server</th>
                <th className="hidden md:table-cell">Lane</th>
                <th className="num">Took</th>
                <th className="num hidden md:table-cell">Rows</th>
                <th className="hidden md:table-cell">Sampled</th>
                <th>State</th>
              </tr>
            </thead>
            <tbody>
              {data.probes.map((probe) => (
                <tr key={probe.probe + probe.target}>
                  <td>
                    <code>{probe.probe}</code>
                  </td>
                  <td>{probe.target}</td>
                  <td className="hidden md:table-cell">{probe.lane}</td>
                  <td className="num">{milliseconds(probe.ms)}</td>
                  <td className="num hidden md:table-cell">{probe.rows ?? "–"}</td>
                  <td className="hidden md:table-cell">
                    <Ago at={probe.at} />
                  </td>
                  <td className="py-1.5">
                    {probe.missing ? (
                      <>
                        <span className={probe.missing.fromMajor ? "text-muted" : "text-warn"}>{probe.missing.reason}</span>
                        {probe.missing.grant && <code className="block text-muted">{probe.missing.grant}</code>}
                      </>
                    ) : (
                      <span className="text-muted">well</span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
    </Page>
  );
}

function Line({ name, ok, says }: { name: string; ok: boolean | null; says: string }) {
  return (
    <tr>
      <td className="md:whitespace-nowrap">{name}</td>
      <td>{ok === null ? <Badge>Not known</Badge> : ok ? <Badge tone="ok">Well</Badge> : <Badge tone="bad">Missing</Badge>}</td>
      <td className="w-full text-muted">{says}</td>
    </tr>
  );
}
