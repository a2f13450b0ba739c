import type { keyReview } from "~/access/log/review.server.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";

type Key = Awaited<ReturnType<typeof keyReview>>[number];

/** What machines may do, beside what people may. */
export function Keys({ keys }: { keys: Key[] }) {
  return (
    <Panel flush title="API keys of exam clients" aside={keys.length === 0 ? "none" : undefined}>
      {keys.length > 0 && (
        <table className="rows">
          <thead>
            <tr>
              <th>Key</th>
              <th>May</th>
              <th className="max-md:hidden">Tenant</th>
              <th className="max-md:hidden">Since</th>
              <th className="max-lg:hidden">Made by</th>
              <th>Last used</th>
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <tr key={key.id}>
                <td>
                  {key.name} <span className="mono text-muted max-md:hidden">{key.prefix}…</span>{" "}
                  {!key.works && <Badge>Revoked or expired</Badge>}
                </td>
                <td>{key.scopes.join(", ")}</td>
                <td className="max-md:hidden">{key.tenant}</td>
                <td className="max-md:hidden">
                  <Ago at={key.since} />
                </td>
                <td className="text-muted max-lg:hidden">{key.granted_by ?? "not on record"}</td>
                <td>{key.last_act ? <Ago at={key.last_act} /> : <span className="text-warn">never</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
