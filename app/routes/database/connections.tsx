import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { poolerState } from "~/observability/connections/pooler.server.ts";
import { connectionReport, type GroupBy } from "~/observability/connections/report.server.ts";
import { observes } from "~/platform/depth.ts";
import { count, milliseconds, plural, seconds } from "~/platform/format.ts";
import { Chart } from "~/ui/chart/chart.tsx";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Unknown } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel } from "~/ui/layout/panel.tsx";
import { useLive } from "~/ui/live.ts";
import { IdlePanel } from "./parts/idle-panel.tsx";
import { StaleNotice } from "./parts/stale-notice.tsx";
import { SignalForm, SignalLinks } from "./parts/signal-form.tsx";
import { actSignal, chosenFrom } from "./parts/signal.server.ts";
import { bandsFor, spanOf } from "./parts/span.server.ts";
import { PoolerPanel } from "./parts/pooler-panel.tsx";
import { QueryLine } from "./parts/sql-text.tsx";
import { Switch, TargetSwitch } from "./parts/switch.tsx";

export const handle = { crumbs: () => [{ label: "Database", to: "/database" }, { label: "Connections" }], range: true };
export const meta = () => [{ title: "Connections · Invigil" }];

const GROUPS: [GroupBy, string][] = [
  ["state", "state"],
  ["app", "application"],
  ["tenant", "tenant"],
  ["user", "user"],
];

export const loader = protectedLoader("database.read", async ({ ctx, url }) => {
  const { input, live, targets } = spanOf(ctx, url);
  const by = GROUPS.find(([key]) => key === url.searchParams.get("by"))?.[0] ?? "state";
  const [report, bands, pooler] = await Promise.all([
    connectionReport({ ctx, input: { ...input, by } }),
    bandsFor(ctx, input),
    poolerState({ ctx, input: {} }),
  ]);
  const asked = chosenFrom(url);
  const session = asked && report.sessions?.find((session) => session.pid === asked.pid);
  const chosen = asked && {
    ...asked,
    who: session
      ? `${session.app ?? session.username ?? "A session"}${session.tenant ? ` of ${session.tenant}` : ""} (pid ${asked.pid})`
      : `Pid ${asked.pid}`,
    state: session
      ? `${session.state}${session.transaction_ms ? `, transaction open for ${seconds(session.transaction_ms / 1000)}` : ""}`
      : "idle, or gone already",
    blocks: 0,
  };
  return {
    ...report,
    bands,
    pooler,
    by,
    live,
    targets,
    target: input.target,
    chosen,
    mayAct: may(ctx.actor.role, "database.act"),
    from: input.from.getTime(),
    to: input.to.getTime(),
  };
});

export const action = protectedAction("database.act", ({ ctx, form }) => actSignal(ctx, form));

export default function Connections() {
  const data = useLoaderData<typeof loader>();
  useLive(data.live);
  const head = data.headroom;
  const open = data.sessions?.filter((session) => session.state.startsWith("idle in transaction")) ?? [];
  const longest = open.reduce((most, one) => Math.max(most, one.state_ms ?? 0), 0);
  return (
    <Page
      title={
        !head
          ? "Connections are not available right now."
          : head.free === 0
            ? "Every ordinary connection is used up."
            : `${count(head.free)} of ${count(head.ordinary)} connections are free.`
      }
      context={observes() ? "Read from the server itself." : "Read from the server itself, over reserved connections."}
    >
      <StaleNotice late={data.late} />
      {data.chosen && data.mayAct && <SignalForm chosen={data.chosen} />}
      <Figures>
        <Figure
          label="In use"
          value={head ? head.usedOrdinary : "not known"}
          unit={head ? `of ${head.ordinary}` : undefined}
          tone={head && head.used / head.ordinary >= 0.8 ? "bad" : undefined}
          note={head && head.usedReserved > 0 ? `and ${head.usedReserved} of the reserved ones` : undefined}
        />
        <Figure
          label="Limit"
          value={head ? head.max : "not known"}
          note={head ? `${head.reserved} reserved, ${head.superuserReserved} for superusers` : undefined}
        />
        <Figure
          label="Idle in transaction"
          value={data.sessions ? open.length : "not known"}
          tone={longest > 300_000 ? "warn" : undefined}
          note={open.length > 0 ? `the longest for ${seconds(longest / 1000)}` : undefined}
        />
        <Figure
          label="Waiting for a pool"
          value={data.pools.length === 0 ? "not known" : data.pools.reduce((sum, pool) => sum + pool.waiting, 0)}
          note={data.pools.length === 0 ? undefined : `in ${plural(data.pools.length, "pool")} of the console`}
        />
      </Figures>
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_380px]">
        <Panel title="Connections by state" aside={<TargetSwitch target={data.target} targets={data.targets} />}>
          <Chart
            label="Connections by state"
            kind="area"
            height={190}
            data={data.points}
            series={[
              { key: "active", label: "Active", color: "var(--s-1)" },
              { key: "idle_in_transaction", label: "Idle in transaction", color: "var(--s-3)" },
              { key: "idle", label: "Idle", color: "var(--s-client)" },
            ]}
            thresholds={head ? [{ value: head.ordinary, label: `limit ${head.ordinary}` }] : []}
            from={data.from}
            to={data.to}
            bands={data.bands}
          />
        </Panel>
        <Panel title="By" flush aside={<Switch name="by" label="Group" value={data.by} options={GROUPS} />}>
          {!data.groups ? (
            <Unknown reason={data.missing?.reason ?? ""} grant={data.missing?.grant} />
          ) : (
            <table className="rows">
              <thead>
                <tr>
                  <th>
                    {data.by === "state" ? "State" : data.by === "app" ? "Application" : data.by === "tenant" ? "Tenant" : "User"}
                  </th>
                  <th className="num">All</th>
                  <th className="num">Active</th>
                  <th className="num">Open</th>
                </tr>
              </thead>
              <tbody>
                {data.groups.slice(0, 12).map((group) => (
                  <tr key={group.key}>
                    <td className="max-w-[180px] truncate">{group.key}</td>
                    <td className="num">{group.n}</td>
                    <td className="num">{group.active}</td>
                    <td className="num">{group.idleInTransaction}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Panel>
      </div>
      <Panel title="Active sessions and open transactions" flush source={data.source}>
        {!data.sessions ? (
          <Unknown reason={data.missing?.reason ?? ""} grant={data.missing?.grant} />
        ) : data.sessions.length === 0 ? (
          <p className="px-3.5 py-3 text-muted">No session is active.</p>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th>Session</th>
                <th className="hidden md:table-cell">Tenant</th>
                <th>State</th>
                <th className="hidden lg:table-cell">Waits for</th>
                <th className="num">Transaction</th>
                <th className="num hidden xl:table-cell">Holds back</th>
                <th className="hidden md:table-cell">Statement</th>
                {data.mayAct && <th>Action</th>}
              </tr>
            </thead>
            <tbody>
              {data.sessions.slice(0, 100).map((session) => (
                <tr key={`${session.pid} ${String(session.backend_start)}`}>
                  <td className="whitespace-nowrap">
                    <span className="mono">{session.pid}</span>{" "}
                    <span className="text-muted">{session.app ?? session.username}</span>
                  </td>
                  <td className="hidden md:table-cell">{session.tenant ?? <span className="text-muted">untagged</span>}</td>
                  <td>
                    {session.state === "active" ? (
                      "active"
                    ) : (
                      <Badge tone={(session.state_ms ?? 0) > 60_000 ? "bad" : "warn"}>{session.state}</Badge>
                    )}{" "}
                    <span className="text-[12px] text-muted">
                      {session.state_ms === null ? "" : milliseconds(session.state_ms)}
                    </span>
                  </td>
                  <td className="hidden whitespace-nowrap lg:table-cell">
                    {session.wait_class ? `${session.wait_class}: ${session.wait_event}` : "–"}
                  </td>
                  <td className="num">{session.transaction_ms === null ? "–" : milliseconds(session.transaction_ms)}</td>
                  <td className="num hidden xl:table-cell">{session.xmin_age ? plural(session.xmin_age, "transaction") : "–"}</td>
                  <td className="hidden max-w-[380px] truncate md:table-cell">
                    <QueryLine id={session.query_id === "0" ? null : session.query_id} text={session.query} length={90} />
                  </td>
                  {data.mayAct && (
                    <td>
                      <SignalLinks
                        pid={session.pid}
                        start={session.backend_start}
                        target={data.target}
                        cancel={session.state === "active"}
                      />
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
      <IdlePanel idle={data.idle} all={data.idleAll} missing={data.idleMissing} target={data.target} mayAct={data.mayAct} />
      <PoolerPanel pooler={data.pooler} />
      <Panel title="Pools of the console" flush>
        {data.pools.length === 0 ? (
          <p className="px-3.5 py-3 text-muted">No process has reported its pools in the last minute.</p>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th>Process</th>
                <th>Pool</th>
                <th className="num">Open</th>
                <th className="num">In use</th>
                <th className="num hidden md:table-cell">Most</th>
                <th className="num">Waiting</th>
                <th className="num hidden md:table-cell">Mean wait</th>
                <th className="num hidden md:table-cell">Errors</th>
              </tr>
            </thead>
            <tbody>
              {data.pools.map((pool) => (
                <tr key={pool.process + pool.pool}>
                  <td>{pool.process}</td>
                  <td>{pool.pool}</td>
                  <td className="num">{pool.total}</td>
                  <td className="num">{pool.total - pool.idle}</td>
                  <td className="num hidden md:table-cell">{pool.max}</td>
                  <td className={`num ${pool.waiting > 10 ? "text-bad" : ""}`}>{pool.waiting}</td>
                  <td className="num hidden md:table-cell">
                    {pool.acquired > 0 ? milliseconds(pool.wait_ms / pool.acquired) : "–"}
                  </td>
                  <td className="num hidden md:table-cell">{pool.errors}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
    </Page>
  );
}
