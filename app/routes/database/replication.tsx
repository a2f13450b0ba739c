import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { replicationReport } from "~/observability/replication/report.server.ts";
import { bytes, count, plural, seconds } from "~/platform/format.ts";
import { Chart, type Point } from "~/ui/chart/chart.tsx";
import { Badge, type Tone } from "~/ui/feedback/badge.tsx";
import { Unknown } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { useLive } from "~/ui/live.ts";
import { actFailover, failoverOf } from "./parts/failover.server.ts";
import { FailoverPanel } from "./parts/failover-panel.tsx";
import { StaleNotice } from "./parts/stale-notice.tsx";
import { bandsFor, spanOf } from "./parts/span.server.ts";

export const handle = { crumbs: () => [{ label: "Database", to: "/database" }, { label: "Replication" }], range: true };
export const meta = () => [{ title: "Replication · Invigil" }];

export const loader = protectedLoader("database.read", async ({ ctx, url }) => {
  const { input, live } = spanOf(ctx, url);
  const [report, bands, failover] = await Promise.all([replicationReport({ ctx, input }), bandsFor(ctx, input), failoverOf(ctx)]);
  return { ...report, bands, failover, live, from: input.from.getTime(), to: input.to.getTime() };
});

export const action = protectedAction("database.act", ({ ctx, form }) => actFailover(ctx, form));

const TONES: Record<string, Tone> = {
  streaming: "ok",
  "catching up": "warn",
  paused: "warn",
  "receiver down": "bad",
  promoted: "bad",
  unreachable: "bad",
  "not known": "warn",
};
const label = (name: string) => name.replace("standby-", "Standby ");

/** As the server itself names it; a socket has no address. */
const serverOf = (row: { address: string | null; port: number | null }) =>
  row.address ? `${row.address}:${row.port}` : "local socket";

type Data = ReturnType<typeof useLoaderData<typeof loader>>;

function sentence(data: Data): string {
  if (data.standbys.length === 0) return "No standby is configured.";
  const bad = data.standbys.find((standby) => standby.lag?.state !== "streaming");
  if (!bad)
    return data.standbys.length === 1
      ? "The standby is receiving and replaying WAL."
      : `All ${data.standbys.length} standbys are receiving and replaying WAL.`;
  return `${label(bad.name)}: ${bad.lag?.state ?? "not known"}.`;
}

function perStandby(data: Data, name: string): { points: Point[]; keys: string[] } {
  const found = new Map<number, Point>();
  const keys = new Set<string>();
  for (const one of data.history) {
    if (one.name !== name) continue;
    keys.add(one.target);
    const point = found.get(one.t) ?? { t: one.t };
    point[one.target] = one.value;
    found.set(one.t, point);
  }
  return { points: [...found.values()], keys: [...keys] };
}

export default function Replication() {
  const data = useLoaderData<typeof loader>();
  useLive(data.live, 3000);
  const time = perStandby(data, "lag.seconds");
  const size = perStandby(data, "lag.bytes");
  const range = { from: data.from, to: data.to, bands: data.bands };
  return (
    <Page
      title={sentence(data)}
      context="Compared on both ends: a standby whose receiver died after it had received everything is not up to date."
    >
      <StaleNotice late={data.late} />
      <FailoverPanel failover={data.failover} />
      <div className="grid gap-4 lg:grid-cols-2">
        <Panel title="Primary" source={data.source}>
          {!data.primary.row ? (
            <Unknown reason={data.primary.missing?.reason ?? ""} grant={data.primary.missing?.grant} />
          ) : (
            <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
              <dt className="text-muted">Server</dt>
              <dd>
                <span className="mono">{serverOf(data.primary.row)}</span>
                {data.primary.alsoListedAs.length > 0 && `, also listed as ${data.primary.alsoListedAs.map(label).join(", ")}`}
              </dd>
              <dt className="text-muted">Has written to</dt>
              <dd className="mono">{data.primary.row.written ?? "–"}</dd>
              <dt className="text-muted">Timeline</dt>
              <dd>{data.primary.row.timeline ?? "–"}</dd>
              <dt className="text-muted">Started</dt>
              <dd>
                <Ago at={data.primary.row.started_at} />
              </dd>
              <dt className="text-muted">Sends to</dt>
              <dd>
                {data.senders
                  ? data.senders
                      .map((sender) => `${sender.app} (${sender.state}${sender.sync_state === "sync" ? ", synchronous" : ""})`)
                      .join(", ") || "nobody"
                  : (data.sendersMissing?.reason ?? "not known")}
              </dd>
            </dl>
          )}
        </Panel>
        {data.standbys.map((standby) => (
          <Panel
            key={standby.name}
            title={label(standby.name)}
            aside={standby.lag && <Badge tone={TONES[standby.lag.state] ?? "neutral"}>{standby.lag.state}</Badge>}
          >
            {standby.lag && <p className="mb-2">{standby.lag.says}</p>}
            {!standby.row ? (
              <Unknown reason={standby.missing?.reason ?? ""} grant={standby.missing?.grant} />
            ) : (
              <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
                <dt className="text-muted">Server</dt>
                <dd className="mono">{serverOf(standby.row)}</dd>
                <dt className="text-muted">Behind</dt>
                <dd>
                  {standby.lag?.bytes === null || !standby.lag ? "not known" : bytes(standby.lag.bytes)},{" "}
                  {standby.lag?.seconds === null || !standby.lag ? "since when is not known" : seconds(standby.lag.seconds)}
                </dd>
                <dt className="text-muted">Has received, replayed</dt>
                <dd className="mono">
                  {standby.row.received ?? "–"}, {standby.row.replayed ?? "–"}
                </dd>
                <dt className="text-muted">Receiver</dt>
                <dd>
                  {standby.row.receiver ?? "not running"}
                  {standby.row.last_message && (
                    <>
                      , last message <Ago at={standby.row.last_message} />
                    </>
                  )}
                </dd>
                <dt className="text-muted">Timeline, slot</dt>
                <dd>
                  {standby.row.timeline ?? "–"}, {standby.row.slot_name ?? "none"}
                </dd>
                <dt className="text-muted">Queries cancelled</dt>
                <dd>
                  {standby.conflicts ? count(Object.values(standby.conflicts).reduce((sum, n) => sum + n, 0)) : "not known"} by
                  conflicts with replay
                </dd>
              </dl>
            )}
          </Panel>
        ))}
      </div>
      <div className="grid gap-4 lg:grid-cols-2">
        <Panel title="Seconds behind">
          <Chart
            {...range}
            label="Seconds behind"
            unit="s"
            height={160}
            data={time.points}
            series={time.keys.map((key) => ({ key, label: label(key) }))}
          />
        </Panel>
        <Panel title="Bytes behind">
          <Chart
            {...range}
            label="Bytes behind"
            unit="bytes"
            height={160}
            data={size.points}
            series={size.keys.map((key) => ({ key, label: label(key) }))}
          />
        </Panel>
      </div>
      <div className="grid gap-4 lg:grid-cols-2">
        <Panel title="Slots" flush>
          {!data.slots ? (
            <Unknown reason={data.slotsMissing?.reason ?? ""} grant={data.slotsMissing?.grant} />
          ) : data.slots.length === 0 ? (
            <p className="px-3.5 py-3 text-muted">No slots.</p>
          ) : (
            <table className="rows">
              <thead>
                <tr>
                  <th>Slot</th>
                  <th>State</th>
                  <th className="num">WAL held back</th>
                  <th className="num hidden md:table-cell">Can still hold</th>
                </tr>
              </thead>
              <tbody>
                {data.slots.map((slot) => (
                  <tr key={slot.name}>
                    <td>
                      <code>{slot.name}</code> <span className="text-muted">{slot.type}</span>
                    </td>
                    <td>
                      <Badge tone={slot.active ? "ok" : "bad"}>{slot.active ? "Active" : "No reader"}</Badge>
                    </td>
                    <td className="num">{slot.retained_bytes === null ? "–" : bytes(slot.retained_bytes)}</td>
                    <td className="num hidden md:table-cell">
                      {slot.safe_bytes === null ? "without limit" : bytes(slot.safe_bytes)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Panel>
        <Panel
          title="Archive"
          aside={
            data.archiving && (
              <Badge tone={data.archiving.state === "working" ? "ok" : "bad"}>
                {data.archiving.state === "working" ? "Works" : data.archiving.state === "off" ? "Off" : "Fails"}
              </Badge>
            )
          }
        >
          {data.archiving && !["working", "off"].includes(data.archiving.state) && (
            <p className="mb-2 text-bad">{data.archiving.says}.</p>
          )}
          {!data.archiver ? (
            <Unknown reason={data.archiverMissing?.reason ?? ""} grant={data.archiverMissing?.grant} />
          ) : data.archiver.mode === "off" ? (
            <p>WAL is not archived: there is no point-in-time recovery.</p>
          ) : (
            <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
              <dt className="text-muted">Waiting</dt>
              <dd>{plural(data.archiver.backlog, "segment")}</dd>
              <dt className="text-muted">Last archived</dt>
              <dd>
                {data.archiver.last_archived_time ? (
                  <>
                    <code>{data.archiver.last_archived_wal}</code>, <Ago at={data.archiver.last_archived_time} />
                  </>
                ) : (
                  "none yet"
                )}
              </dd>
              <dt className="text-muted">Failed</dt>
              <dd>
                {data.archiver.last_failed_time ? (
                  <>
                    {count(data.archiver.failed)} times, last <Ago at={data.archiver.last_failed_time} />
                  </>
                ) : (
                  "never"
                )}
              </dd>
            </dl>
          )}
        </Panel>
      </div>
    </Page>
  );
}
