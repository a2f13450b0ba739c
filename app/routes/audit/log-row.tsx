import { Link } from "@remix-run/react";
import type { Entry } from "~/access/log/search.server.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Ago } from "~/ui/time/time.tsx";

export function Row({
  entry,
  tenant,
  link,
}: {
  entry: Entry;
  tenant?: string;
  link: (changes: Record<string, string | null>) => string;
}) {
  return (
    <tr>
      <td className="text-muted">
        <Ago at={entry.at} />
      </td>
      <td className="max-w-[160px] truncate">
        <Link
          to={link({ q: entry.actor_id ? `actor:${entry.actor_id}` : `actor:${entry.actor_kind}`, after: null })}
          className="hover:underline"
        >
          {entry.actor}
        </Link>
      </td>
      <td>
        {entry.risk > 0 && (
          <span className="mr-1.5 md:hidden">
            <Badge tone={risky(entry.risk)}>{entry.risk}</Badge>
          </span>
        )}
        <Link to={`/audit/entries/${entry.id}`} className="mono font-[560] hover:underline">
          {entry.action}
        </Link>
      </td>
      <td className="max-w-[200px] truncate max-md:hidden">
        <span className="text-muted">{entry.resource}</span>{" "}
        {entry.resource_id && <span className="mono">…{entry.resource_id.slice(-8)}</span>}
      </td>
      <td className="max-w-[160px] truncate text-muted max-lg:hidden">{tenant ?? "–"}</td>
      <td className="max-w-[260px] truncate text-muted max-md:hidden">{entry.reason ?? entry.reasons[0]?.says ?? ""}</td>
      <td className="num max-md:hidden">
        {entry.risk > 0 ? <Badge tone={risky(entry.risk)}>{entry.risk}</Badge> : <span className="text-faint">0</span>}
      </td>
    </tr>
  );
}

const risky = (risk: number) => (risk >= 60 ? "bad" : risk >= 40 ? "warn" : "neutral");
