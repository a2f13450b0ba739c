import { Link } from "@remix-run/react";
import { count } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Ago, Clock } from "~/ui/time/time.tsx";
import type { LogRow } from "./log-rows.server.ts";

type Changes = Record<string, string | null>;

export function Row({ row, tenant, link }: { row: LogRow; tenant?: string; link: (changes: Changes) => string }) {
  const { entry, said, more } = row;
  const actor = entry.actor_id ? `actor:${entry.actor_id}` : `actor:${entry.actor_kind}`;
  return (
    <tr className="*:py-2 *:align-top">
      <td className="text-muted max-md:hidden">
        <Ago at={entry.at} />
      </td>
      <td className="whitespace-normal">
        <span className="block text-[12px] text-muted md:hidden">
          <Clock at={entry.at} withDay withSeconds />{" "}
          {entry.risk > 0 && <Badge tone={risky(entry.risk)}>Risk {entry.risk}</Badge>}
        </span>
        <Link to={link({ q: actor, after: null })} className="font-[560] hover:underline">
          {said.who}
        </Link>{" "}
        <Link to={`/audit/entries/${entry.id}`} className="hover:underline">
          {said.did} <span className="mono text-faint max-md:hidden">{entry.action}</span>
        </Link>
        {more.length > 0 && (
          <details>
            <summary className="link py-1 text-[12px] leading-4">and {count(more.length)} more within the hour</summary>
            <ul className="mt-1 flex flex-col gap-0.5 text-[12px]">
              {more.map((one) => (
                <li key={one.id} className="min-h-6">
                  <Clock at={one.at} withSeconds />{" "}
                  <Link to={`/audit/entries/${one.id}`} className="hover:underline">
                    {one.did}
                  </Link>
                </li>
              ))}
            </ul>
          </details>
        )}
      </td>
      <td className="max-w-[200px] truncate max-md:hidden">
        {entry.resource_id ? (
          <Link
            to={link({ q: `resource:${entry.resource} id:${quoted(entry.resource_id)}`, after: null })}
            className="hover:underline"
            title={entry.resource_id}
          >
            {said.target ?? said.noun}
          </Link>
        ) : (
          <span className="text-muted">{said.noun}</span>
        )}
      </td>
      <td className="max-w-[160px] truncate text-muted max-lg:hidden">{tenant ?? "–"}</td>
      <td className="max-w-[260px] truncate text-muted max-md:hidden">{entry.reason ?? entry.reasons[0]?.says ?? ""}</td>
      <td className="num max-md:hidden">
        {entry.risk > 0 ? <Badge tone={risky(entry.risk)}>{entry.risk}</Badge> : <span className="text-faint">0</span>}
      </td>
    </tr>
  );
}

const quoted = (id: string) => (/\s/.test(id) ? `"${id}"` : id);

const risky = (risk: number) => (risk >= 60 ? "bad" : risk >= 40 ? "warn" : "neutral");
