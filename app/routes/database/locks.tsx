import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { lockReport } from "~/observability/locks/report.server.ts";
import { longestWaitMs, waitersOf, type LockNode } from "~/observability/locks/tree.ts";
import { plural, seconds } from "~/platform/format.ts";
import { Chart } from "~/ui/chart/chart.tsx";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Unknown } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";
import { useLive } from "~/ui/live.ts";
import { LockBranch } from "./parts/lock-tree.tsx";
import { StaleNotice } from "./parts/stale-notice.tsx";
import { SignalForm } from "./parts/signal-form.tsx";
import { actSignal, chosenFrom } from "./parts/signal.server.ts";
import { bandsFor, spanOf } from "./parts/span.server.ts";
import { QueryLine } from "./parts/sql-text.tsx";
import { TargetSwitch } from "./parts/switch.tsx";

export const handle = { crumbs: () => [{ label: "Database", to: "/database" }, { label: "Locks" }], range: true };
export const meta = () => [{ title: "Locks · Invigil" }];

function find(trees: readonly LockNode[], pid: number): LockNode | null {
  for (const tree of trees) {
    if (tree.pid === pid) return tree;
    const inner = find(tree.waiters, pid);
    if (inner) return inner;
  }
  return null;
}

export const loader = protectedLoader("database.read", async ({ ctx, url }) => {
  const { input, live, targets } = spanOf(ctx, url);
  const [report, bands] = await Promise.all([lockReport({ ctx, input }), bandsFor(ctx, input)]);
  const asked = chosenFrom(url);
  const node = asked && find(report.trees ?? [], asked.pid);
  const chosen = asked && {
    ...asked,
    who: node
      ? `${node.app ?? node.username ?? "A session"}${node.tenant ? ` of ${node.tenant}` : ""} (pid ${asked.pid})`
      : `Pid ${asked.pid}`,
    state: node
      ? `${node.state}${node.transactionMs ? `, transaction open for ${seconds(node.transactionMs / 1000)}` : ""}`
      : "no longer part of a blocking chain",
    blocks: node ? waitersOf(node) : 0,
  };
  return {
    ...report,
    bands,
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

export default function Locks() {
  const data = useLoaderData<typeof loader>();
  useLive(data.live, 3000);
  const waiting = data.trees?.reduce((sum, tree) => sum + waitersOf(tree), 0) ?? 0;
  const longest = Math.max(0, ...(data.trees ?? []).map(longestWaitMs));
  return (
    <Page
      title={
        !data.trees
          ? "Waiting sessions are not available right now."
          : waiting === 0
            ? "No session is waiting for a lock."
            : `${plural(waiting, "session is waiting", "sessions are waiting")} for ${data.trees.length === 1 ? "one session" : `${data.trees.length} sessions`}.`
      }
      context={waiting > 0 ? `The longest for ${seconds(longest / 1000)}.` : "Read from the server just now."}
      badge={waiting > 0 ? <Badge tone="bad">Blocked</Badge> : undefined}
    >
      <StaleNotice late={data.late} />
      {data.chosen && data.mayAct && <SignalForm chosen={data.chosen} />}
      <Panel
        title="Blocking chains"
        flush
        source={data.source}
        aside={<TargetSwitch target={data.target} targets={data.targets} />}
      >
        {!data.trees ? (
          <Unknown reason={data.missing?.reason ?? ""} grant={data.missing?.grant} />
        ) : waiting === 0 ? (
          <p className="px-3.5 py-3 text-muted">
            No session is blocked. When one is, its chain appears here, with the blocking session at its root.
          </p>
        ) : (
          <ul>
            {data.trees.map((tree) => (
              <LockBranch key={tree.pid} node={tree} target={data.target} mayAct={data.mayAct} />
            ))}
          </ul>
        )}
      </Panel>
      <Panel title="Sessions waiting for a lock">
        <Chart
          label="Sessions waiting for a lock"
          kind="area"
          height={150}
          data={data.points}
          series={[{ key: "waiting", label: "Waiting", color: "var(--s-lock)" }]}
          from={data.from}
          to={data.to}
          bands={data.bands}
        />
      </Panel>
      <Panel title="Blocking in this range" flush>
        {data.episodes.length === 0 ? (
          <p className="px-3.5 py-3 text-muted">No session was blocked for 2 s or longer.</p>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th>Began</th>
                <th className="num">Lasted</th>
                <th>Blocker</th>
                <th className="hidden md:table-cell">On</th>
                <th className="num">Blocked</th>
                <th className="hidden lg:table-cell">Statement</th>
              </tr>
            </thead>
            <tbody>
              {data.episodes.map((episode) => (
                <tr key={episode.id}>
                  <td>
                    <Clock at={episode.started_at} withDay withSeconds />
                  </td>
                  <td className="num">
                    {episode.ended_at ? (
                      seconds((episode.ended_at.getTime() - episode.started_at.getTime()) / 1000)
                    ) : (
                      <Badge tone="bad">Still</Badge>
                    )}
                  </td>
                  <td>
                    {episode.root_app ?? episode.root_username ?? "a session"}
                    {episode.root_tenant ? ` of ${episode.root_tenant}` : ""}{" "}
                    <span className="text-muted">pid {episode.root_pid}</span>
                  </td>
                  <td className="hidden md:table-cell">
                    <code>{episode.relation?.replace("public.", "") ?? "a row"}</code>
                  </td>
                  <td className="num">{episode.most_waiting}</td>
                  <td className="hidden max-w-[420px] truncate lg:table-cell">
                    <QueryLine id={null} text={episode.root_query} length={90} />
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
