import { bytes } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Unknown } from "~/ui/feedback/empty.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";
import type { Failover } from "./failover.server.ts";
import { SwitchoverForm } from "./switchover-form.tsx";
import { SwitchoverLedger, WaitingSwitchover } from "./switchover-ledger.tsx";

/** The cluster as Patroni sees it, and who leads it next. */
export function FailoverPanel({ failover }: { failover: Failover }) {
  const { state, asked, me, mayAct } = failover;
  if (!state.configured) return null;
  if (state.error !== null)
    return (
      <Panel title="Failover (Patroni)">
        <Unknown reason={`${state.error}. Check PATRONI_URL.`} />
        <SwitchoverLedger asked={asked} />
      </Panel>
    );
  const open = asked.find((one) => one.state === "WAITING" || one.state === "RUNNING");
  return (
    <Panel
      title="Failover (Patroni)"
      aside={
        state.paused ? (
          <Badge tone="warn">Paused: nobody is promoted automatically</Badge>
        ) : (
          <Badge tone={state.leader ? "ok" : "bad"}>{state.leader ? "Automatic" : "No leader"}</Badge>
        )
      }
    >
      <div className="-mx-3.5 -mt-3">
        <Members members={state.members} />
      </div>
      {state.scheduled && (
        <p className="mt-3 text-warn">
          Patroni has a switchover planned for {state.scheduled.at}
          {state.scheduled.to ? ` to ${state.scheduled.to}` : ""}.
        </p>
      )}
      {open && <WaitingSwitchover asked={open} me={me} mayAct={mayAct} />}
      {mayAct && !open && state.leader && (
        <SwitchoverForm leader={state.leader.name} candidates={state.members.filter((member) => !member.barred)} />
      )}
      <SwitchoverLedger asked={asked.filter((one) => one !== open)} />
      <History history={state.history} />
    </Panel>
  );
}

type Cluster = Extract<Failover["state"], { error: null }>;

function Members({ members }: { members: Cluster["members"] }) {
  return (
    <table className="rows">
      <thead>
        <tr>
          <th>Member</th>
          <th>Role</th>
          <th className="hidden sm:table-cell">State</th>
          <th className="num hidden md:table-cell">Timeline</th>
          <th className="num">Behind</th>
          <th className="hidden md:table-cell">May take over</th>
        </tr>
      </thead>
      <tbody>
        {members.map((member) => (
          <tr key={member.name}>
            <td>
              <span className="font-[560]">{member.name}</span> <span className="mono text-muted">{member.address}</span>
            </td>
            <td>
              {member.role}
              {member.synchronous && ", synchronous"}
            </td>
            <td className="hidden sm:table-cell">
              {member.state} {member.pendingRestart && <Badge tone="warn">Restart pending</Badge>}
            </td>
            <td className="num hidden md:table-cell">{member.timeline ?? "–"}</td>
            <td className="num">{member.behind === null ? "–" : bytes(member.behind)}</td>
            <td className="hidden md:table-cell">
              {member.role === "leader" ? "–" : member.barred ? <span className="text-warn">No: {member.barred}</span> : "Yes"}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function History({ history }: { history: Cluster["history"] }) {
  if (history.length === 0) return null;
  return (
    <details className="mt-3">
      <summary className="link w-fit">Changes of the leader that Patroni remembers ({history.length})</summary>
      <ul className="mt-2 flex flex-col gap-1">
        {history.slice(0, 20).map((one) => (
          <li key={one.timeline}>
            Timeline {one.timeline}
            {one.leader && `, ${one.leader}`}
            {one.at && (
              <>
                , <Clock at={one.at} withDay withSeconds />
              </>
            )}
            <span className="text-muted"> {one.reason === "no recovery target specified" ? "" : one.reason}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
