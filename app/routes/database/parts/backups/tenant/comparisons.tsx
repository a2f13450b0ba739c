import { Link } from "@remix-run/react";
import type { listComparisons } from "~/observability/backups/tenant/comparisons.server.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Ago, Clock } from "~/ui/time/time.tsx";
import { ComparisonState } from "./state.tsx";

type Line = Awaited<ReturnType<typeof listComparisons>>[number];

export function Comparisons({ comparisons }: { comparisons: Line[] }) {
  if (comparisons.length === 0)
    return (
      <Empty title="No comparisons yet">
        Choose a tenant and a moment. The tenant is read from a restored copy as it was then and compared with today. Nothing is
        changed until you choose what to put back.
      </Empty>
    );
  return (
    <table className="rows">
      <thead>
        <tr>
          <th>Tenant</th>
          <th>As it was at</th>
          <th>State</th>
          <th>Asked</th>
        </tr>
      </thead>
      <tbody>
        {comparisons.map((row) => (
          <tr key={row.id}>
            <td className="w-full min-w-44 py-1.5">
              <Link className="link" to={`/database/backups/tenants/${row.id}`}>
                {row.tenant}
              </Link>
              <p className="text-[12px] text-muted wrap-anywhere">{row.reason}</p>
            </td>
            <td>
              <Clock at={row.moment} withDay withSeconds />
            </td>
            <td>
              <ComparisonState state={row.state} />
            </td>
            <td className="whitespace-nowrap">
              <Ago at={row.created_at} /> by {row.by_whom}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
