import { decimal, milliseconds } from "~/platform/format.ts";
import type { PoolerState } from "~/observability/connections/pooler.server.ts";
import { Unknown } from "~/ui/feedback/empty.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

/** The pooler of the platform's applications: who waits for a connection there is in no list of the server. */
export function PoolerPanel({ pooler }: { pooler: PoolerState }) {
  return (
    <Panel title="Pooler (pgbouncer)" flush>
      {!pooler.configured ? (
        <p className="px-3.5 py-3 text-muted">Not configured. Set PGBOUNCER_URL to its admin console to see pools here.</p>
      ) : pooler.error !== null ? (
        <Unknown
          reason={`The pooler does not answer: ${pooler.error}. Check PGBOUNCER_URL and that its login is in stats_users.`}
        />
      ) : pooler.pools.length === 0 ? (
        <p className="px-3.5 py-3 text-muted">No pools yet. No one has connected through the pooler since it started.</p>
      ) : (
        <table className="rows">
          <thead>
            <tr>
              <th>Database</th>
              <th className="hidden sm:table-cell">User</th>
              <th className="hidden md:table-cell">Mode</th>
              <th className="num">Clients</th>
              <th className="num">Waiting</th>
              <th className="num hidden md:table-cell">Longest wait</th>
              <th className="num">Servers in use</th>
              <th className="num hidden lg:table-cell">Transactions/s</th>
              <th className="num hidden lg:table-cell">Mean transaction</th>
              <th className="num hidden lg:table-cell">Mean wait</th>
            </tr>
          </thead>
          <tbody>
            {pooler.pools.map((pool) => {
              const stats = pooler.databases.find((database) => database.database === pool.database);
              return (
                <tr key={`${pool.database} ${pool.user}`}>
                  <td>{pool.database}</td>
                  <td className="hidden sm:table-cell">{pool.user}</td>
                  <td className="hidden md:table-cell">{pool.mode ?? "–"}</td>
                  <td className="num">{pool.clients}</td>
                  <td className={`num ${pool.waiting > 0 ? "text-bad" : ""}`}>{pool.waiting}</td>
                  <td className="num hidden md:table-cell">{pool.waiting > 0 ? milliseconds(pool.longestWaitMs) : "–"}</td>
                  <td className="num">
                    {pool.inUse} of {pool.servers}
                  </td>
                  <td className="num hidden lg:table-cell">{stats ? decimal(stats.transactions) : "–"}</td>
                  <td className="num hidden lg:table-cell">{stats ? milliseconds(stats.transactionMs) : "–"}</td>
                  <td className="num hidden lg:table-cell">{stats ? milliseconds(stats.waitMs) : "–"}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
