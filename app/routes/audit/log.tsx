import { Link, useLoaderData, useSearchParams } from "@remix-run/react";
import { allTenants } from "~/access/ctx.server.ts";
import { page } from "~/access/page.server.ts";
import { searchLog, type Entry } from "~/access/log/search.server.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { QUALIFIERS } from "~/audit/query-language.ts";
import { savedViews } from "~/resources/views.server.ts";
import { Invalid } from "~/platform/errors.ts";
import { count, plural } from "~/platform/format.ts";
import { readRange } from "~/platform/range.ts";
import { Chart, type Point } from "~/ui/chart/chart.tsx";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Empty, Notice } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { auditTabs } from "./tabs.ts";

export const handle = { crumbs: () => [{ label: "Audit", to: "/audit" }, { label: "Log" }], range: true };
export const meta = () => [{ title: "Audit log · Invigil" }];

export const loader = page("audit.read", async ({ ctx, url }) => {
  const q = url.searchParams.get("q") ?? "";
  const range = readRange(url.searchParams, ctx.clock.now(), "7d");
  const [views, tenants] = await Promise.all([savedViews({ ctx, input: { page: "/audit" } }), allTenants()]);
  const shared = {
    q,
    role: ctx.actor.role,
    views,
    tenants: Object.fromEntries(tenants.map((tenant) => [tenant.id, tenant.name])),
    from: range.from.getTime(),
    to: range.to.getTime(),
  };
  try {
    const result = await searchLog({ ctx, input: { q, after: url.searchParams.get("after"), from: range.from, to: range.to } });
    await recordAlone(ctx, { action: "audit.read", resource: "audit", details: { q } });
    return { ...shared, ...result, wrong: null };
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return { ...shared, entries: [], next: null, bars: [], wrong: error.message };
  }
});

const risky = (risk: number) => (risk >= 60 ? "bad" : risk >= 40 ? "warn" : "neutral");

export default function AuditLog() {
  const { q, entries, next, bars, wrong, role, views, tenants, from, to } = useLoaderData<typeof loader>();
  const [params] = useSearchParams();
  const link = (changes: Record<string, string | null>) => {
    const made = new URLSearchParams(params);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) made.delete(name);
      else made.set(name, value);
    }
    return `/audit?${made.toString()}`;
  };
  const total = bars.reduce((sum, bar) => sum + bar.n, 0);
  const flagged = bars.reduce((sum, bar) => sum + bar.risky, 0);
  const data = bars.map((bar): Point => ({ t: bar.t, calm: bar.n - bar.risky, risky: bar.risky }));
  return (
    <Page
      title={
        flagged > 0
          ? `${plural(flagged, "act stands", "acts stand")} out of ${count(total)}.`
          : `${plural(total, "act")}, none of them stands out.`
      }
      context="In the chosen time range, for this search. Reading this log is in the log too."
      tabs={auditTabs(role)}
      actions={
        <>
          <a className="control" href={`/audit/export?format=csv&q=${encodeURIComponent(q)}`} download>
            CSV
          </a>
          <a className="control" href={`/audit/export?format=ndjson&q=${encodeURIComponent(q)}`} download>
            Export with proofs
          </a>
        </>
      }
    >
      <form role="search" className="flex flex-wrap gap-2">
        <input
          name="q"
          type="search"
          defaultValue={q}
          key={q}
          data-page-search
          list="qualifiers"
          aria-label="Search the log"
          placeholder={'actor:ana action:enrollment.* -tenant:north risk:>60 "reason text"'}
          className="input mono min-w-0 flex-1"
        />
        {params.get("range") && <input type="hidden" name="range" value={params.get("range")!} />}
        <datalist id="qualifiers">
          {QUALIFIERS.map((word) => (
            <option key={word} value={`${q ? `${q} ` : ""}${word}:`} />
          ))}
        </datalist>
        <button className="control">Search</button>
      </form>
      <p className="flex flex-wrap gap-3 text-[12px] text-muted">
        <Link className="link" to={link({ q: "risk:>=40".replace(">=40", ">39"), after: null })}>
          what stands out
        </Link>
        <Link className="link" to={link({ q: "action:session.*", after: null })}>
          logins
        </Link>
        <Link className="link" to={link({ q: "action:staff.*", after: null })}>
          changes of rights
        </Link>
        <Link className="link" to={link({ q: "action:access.refused", after: null })}>
          refusals
        </Link>
        {views.map((view) => (
          <Link key={view.id} className="link" to={`/audit?${view.query}`}>
            {view.name}
          </Link>
        ))}
        <span className="max-md:hidden">words: {QUALIFIERS.join(": ")}:, a minus before one turns it around</span>
      </p>
      {wrong && <Notice tone="bad" title={wrong} />}
      <Panel title="Over time">
        <Chart
          label="Acts over time"
          kind="bar"
          height={110}
          data={data}
          series={[
            { key: "calm", label: "Ordinary", color: "var(--s-2)" },
            { key: "risky", label: "Stands out", color: "var(--s-4)" },
          ]}
          from={from}
          to={to}
          unit="count"
        />
      </Panel>
      <Panel flush>
        {entries.length === 0 ? (
          <Empty title="Nothing found">
            Take a word away, or a wider time. Free text looks back 90 days; a word before a colon looks at one field of every
            entry.
          </Empty>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th>When</th>
                <th>Who</th>
                <th>Did</th>
                <th className="max-md:hidden">To</th>
                <th className="max-lg:hidden">Tenant</th>
                <th className="max-md:hidden">Why</th>
                <th className="num">Risk</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <Row key={entry.id} entry={entry} tenant={entry.college_id ? tenants[entry.college_id] : undefined} link={link} />
              ))}
            </tbody>
          </table>
        )}
        {next && (
          <p className="border-t px-3.5 py-2 text-right">
            <Link className="control" to={link({ after: next })} rel="next">
              Older
            </Link>
          </p>
        )}
      </Panel>
    </Page>
  );
}

function Row({
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
      <td className="num">
        {entry.risk > 0 ? <Badge tone={risky(entry.risk)}>{entry.risk}</Badge> : <span className="text-faint">0</span>}
      </td>
    </tr>
  );
}
