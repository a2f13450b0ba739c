import { milliseconds } from "~/platform/format.ts";
import { Unknown } from "~/ui/feedback/empty.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { SignalLinks } from "./signal-form.tsx";
import { QueryLine } from "./sql-text.tsx";

export type IdleSession = {
  pid: number;
  backend_start: Date | null;
  username: string | null;
  app: string | null;
  tenant: string | null;
  address: string | null;
  idle_ms: number | null;
  query: string;
};

/** Who holds connections and does nothing with them: where there is room to be made when all are used up. */
export function IdlePanel({
  idle,
  all,
  missing,
  target,
  mayAct,
}: {
  idle: IdleSession[] | null;
  all: number | null;
  missing: { reason: string; grant: string | null } | null;
  target: string;
  mayAct: boolean;
}) {
  return (
    <Panel title="Idle the longest" flush aside={all === null || !idle ? undefined : `${idle.length} of ${all} idle`}>
      {!idle ? (
        <Unknown reason={missing?.reason ?? ""} grant={missing?.grant} />
      ) : idle.length === 0 ? (
        <p className="px-3.5 py-3 text-muted">No connection is idle.</p>
      ) : (
        <table className="rows">
          <thead>
            <tr>
              <th>Session</th>
              <th className="hidden md:table-cell">Tenant</th>
              <th className="hidden lg:table-cell">User</th>
              <th className="hidden lg:table-cell">From</th>
              <th className="num">Idle for</th>
              <th className="hidden md:table-cell">Last statement</th>
              {mayAct && <th>Action</th>}
            </tr>
          </thead>
          <tbody>
            {idle.map((session) => (
              <tr key={`${session.pid} ${String(session.backend_start)}`}>
                <td className="max-w-[220px] truncate whitespace-nowrap max-sm:max-w-[150px]">
                  <span className="mono">{session.pid}</span>{" "}
                  <span className="text-muted">{session.app ?? session.username}</span>
                </td>
                <td className="hidden md:table-cell">{session.tenant ?? <span className="text-muted">untagged</span>}</td>
                <td className="hidden lg:table-cell">{session.username ?? "–"}</td>
                <td className="hidden lg:table-cell">{session.address ?? "this machine"}</td>
                <td className="num">{session.idle_ms === null ? "–" : milliseconds(session.idle_ms)}</td>
                <td className="hidden max-w-[380px] truncate md:table-cell">
                  {session.query ? (
                    <QueryLine id={null} text={session.query} length={90} />
                  ) : (
                    <span className="text-muted">none yet</span>
                  )}
                </td>
                {mayAct && (
                  <td>
                    <SignalLinks pid={session.pid} start={session.backend_start} target={target} cancel={false} />
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
