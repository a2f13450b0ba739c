import { useLoaderData } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { listFindings } from "~/observability/findings/findings.server.ts";
import { readLoad } from "~/observability/load/read-load.server.ts";
import { genericPlan } from "~/observability/queries/plan.server.ts";
import { queryIdInput } from "~/observability/queries/query-id.ts";
import { queryHistory } from "~/observability/queries/top.server.ts";
import { brief } from "~/observability/queries/mask.ts";
import { NotFound } from "~/platform/errors.ts";
import { bytes, count, decimal, milliseconds, percent, seconds } from "~/platform/format.ts";
import { Chart } from "~/ui/chart/chart.tsx";
import { CopyButton } from "~/ui/feedback/copy.tsx";
import { Unknown } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { useLive } from "~/ui/live.ts";
import { bandsFor, part, spanOf } from "./parts/span.server.ts";
import { Fix, SqlBlock } from "./parts/sql-text.tsx";
import { Shares } from "./parts/shares.tsx";

export const handle = {
  crumbs: () => [{ label: "Database", to: "/database" }, { label: "Queries", to: "/database/queries" }, { label: "Statement" }],
  range: true,
};

export const meta = () => [{ title: "Statement · Invigil" }];

export const loader = protectedLoader("database.read", async ({ ctx, url, params }) => {
  const queryId = params["queryid"] ?? "";
  if (!queryIdInput.safeParse(queryId).success) throw new NotFound("Not a statement ID");
  const { input, live } = spanOf(ctx, url);
  const [history, waits, tenants, plan, bands, findings] = await Promise.all([
    queryHistory({ ctx, input: { ...input, queryId } }),
    part(readLoad({ ctx, input: { ...input, queryId, by: "event" } })),
    part(readLoad({ ctx, input: { ...input, queryId, by: "tenant" } })),
    part(genericPlan({ ctx, input: { queryId } })),
    bandsFor(ctx, input),
    part(listFindings({ ctx, input: {} })),
  ]);
  const related = (findings.value ?? []).flatMap((finding) =>
    finding.evidence
      .filter((e) => e.link === `/database/queries/${queryId}` || e.subject === queryId)
      .map((e) => ({ id: finding.id, title: finding.title, says: e.says, fix: e.fix, subject: e.subject })),
  );
  return { queryId, ...history, waits, tenants, plan, bands, related, live, from: input.from.getTime(), to: input.to.getTime() };
});

export default function Query() {
  const data = useLoaderData<typeof loader>();
  useLive(data.live, 15_000);
  const sum = (key: "calls" | "total_ms" | "rows" | "blocks" | "blocks_read" | "wal_bytes") =>
    data.points.reduce((all, one) => all + one[key], 0);
  const calls = sum("calls");
  const mean = calls > 0 ? sum("total_ms") / calls : null;
  return (
    <Page
      title={data.text ? brief(data.text, 90) : `Statement ${data.queryId}`}
      context={
        <>
          Statement <span className="mono">{data.queryId}</span> <CopyButton text={data.queryId} label="Copy the id" />
          {data.firstSeen && (
            <>
              {" "}
              · first seen <Ago at={data.firstSeen} />
            </>
          )}
        </>
      }
    >
      <Figures>
        <Figure
          label="Mean"
          value={mean === null ? "–" : milliseconds(mean)}
          tone={mean !== null && mean > 1000 ? "bad" : undefined}
          note={mean !== null && mean > 1000 ? "above the 1 s threshold" : undefined}
        />
        <Figure label="Calls" value={count(calls)} note={`${seconds(sum("total_ms") / 1000)} in total`} />
        <Figure
          label="Blocks a call"
          value={calls > 0 ? count(sum("blocks") / calls) : "–"}
          note={sum("blocks") > 0 ? `${percent(1 - sum("blocks_read") / sum("blocks"))} from memory` : undefined}
        />
        <Figure
          label="Rows a call"
          value={calls > 0 ? decimal(sum("rows") / calls, 1) : "–"}
          note={sum("wal_bytes") > 0 ? `${bytes(sum("wal_bytes"))} of WAL` : undefined}
        />
      </Figures>
      <WithAside
        aside={
          <>
            <Panel title="Wait events">
              <Shares load={data.waits.value} error={data.waits.error} colors />
            </Panel>
            <Panel title="By tenant">
              <Shares load={data.tenants.value} error={data.tenants.error} />
            </Panel>
            {data.related.length > 0 && (
              <Panel title="Findings">
                <ul className="flex flex-col gap-3">
                  {data.related.map((one) => (
                    <li key={`${one.id}${one.subject}`}>
                      <p className="font-[560]">{one.title}</p>
                      <p className="text-muted">{one.says}</p>
                      {one.fix && <Fix fix={one.fix} />}
                    </li>
                  ))}
                </ul>
              </Panel>
            )}
          </>
        }
      >
        <Panel title="Text" aside="literals masked; paste into psql">
          {data.text ? (
            <SqlBlock text={data.text} />
          ) : (
            <Unknown reason="Its text is not available: it was evicted before it could be read." />
          )}
        </Panel>
        <Panel title="Mean time of a call">
          <Chart
            label="Mean time of a call"
            unit="ms"
            height={170}
            data={data.points.map((point) => ({ t: point.t, mean: point.calls > 0 ? point.total_ms / point.calls : null }))}
            series={[{ key: "mean", label: "Mean" }]}
            from={data.from}
            to={data.to}
            bands={data.bands}
          />
        </Panel>
        <Panel title="Calls">
          <Chart
            label="Calls per second"
            unit="perSecond"
            height={130}
            kind="bar"
            data={data.points.map((point) => ({ t: point.t, calls: point.calls / data.step }))}
            series={[{ key: "calls", label: "Calls" }]}
            from={data.from}
            to={data.to}
            bands={data.bands}
          />
        </Panel>
        <Panel title="Plan" aside="EXPLAIN (GENERIC_PLAN); the statement is not run">
          {data.plan.value?.text ? (
            <pre className="overflow-x-auto rounded-control bg-sunk p-2.5" tabIndex={0}>
              {data.plan.value.text}
            </pre>
          ) : (
            <Unknown reason={data.plan.value?.reason ?? data.plan.error ?? ""} grant={data.plan.value?.grant} />
          )}
        </Panel>
      </WithAside>
    </Page>
  );
}
