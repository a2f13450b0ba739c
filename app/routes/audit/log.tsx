import { Form, Link, useLoaderData, useSearchParams } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { searchLog, type Entry } from "~/access/log/search.server.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { QUALIFIERS } from "~/audit/query-language.ts";
import { removeView, savedViews, saveView } from "~/resources/views.server.ts";
import { Invalid } from "~/platform/errors.ts";
import { count, plural } from "~/platform/format.ts";
import { rangeQuery, readRange } from "~/platform/range.ts";
import { Chart, type Point } from "~/ui/chart/chart.tsx";
import { Empty, Notice } from "~/ui/feedback/empty.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import type { PageRange } from "~/ui/time/shown-range.tsx";
import { Clock } from "~/ui/time/time.tsx";
import { auditTabs } from "./tabs.ts";
import { Row } from "./log-row.tsx";

const RANGE = { usual: "7d", keptDays: null } satisfies PageRange;

export const handle = { crumbs: () => [{ label: "Audit", to: "/audit" }, { label: "Log" }], range: RANGE };

export const meta = () => [{ title: "Audit log · Invigil" }];

export const loader = protectedLoader("audit.read", async ({ ctx, url }) => {
  const q = url.searchParams.get("q") ?? "";
  const range = readRange(url.searchParams, ctx.clock.now(), RANGE);
  const views = await savedViews({ ctx, input: { page: "/audit" } });
  const shared = {
    q,
    role: ctx.actor.role,
    views: views.map((view) => ({ id: view.id, name: view.name, query: view.query, mine: view.staffId === ctx.actor.id })),
    from: range.from.getTime(),
    to: range.to.getTime(),
  };
  try {
    const result = await searchLog({
      ctx,
      input: { q, after: url.searchParams.get("after"), from: range.from, to: range.to, until: range.name ? null : range.to },
    });
    await recordAlone(ctx, { action: "audit.read", resource: "audit", details: { q } });
    return { ...shared, ...result, wrong: null };
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return { ...shared, entries: [], next: null, bars: [], since: null, tenants: [], wrong: error.message };
  }
});

/** Searches that someone comes back to, kept like the views of a list. */
export const action = protectedAction("audit.read", async ({ ctx, form }) => {
  if (form.intent("remove-view", "save-view", "") === "remove-view") await removeView({ ctx, input: { id: form.get("id") } });
  else
    await saveView({
      ctx,
      input: { page: "/audit", name: form.get("name"), query: form.get("query"), shared: form.has("shared") },
    });
  return null;
});

/** What may be meant: the words, and what the entries in sight hold. */
function suggestions(q: string, entries: readonly Entry[]): string[] {
  const before = q.replace(/\S*$/, "");
  const held = entries.flatMap((entry) => [`action:${entry.action}`, ...(entry.email ? [`actor:${entry.email}`] : [])]);
  return [...new Set([...QUALIFIERS.map((word) => `${word}:`), ...held])].slice(0, 60).map((one) => `${before}${one}`);
}

export default function AuditLog() {
  const { q, entries, next, bars, wrong, role, views, tenants, from, to, since } = useLoaderData<typeof loader>();
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
  const exported = (format: string) =>
    `/audit/export?${new URLSearchParams({ format, q, from: new Date(from).toISOString(), to: new Date(to).toISOString() }).toString()}`;
  const flagged = bars.reduce((sum, bar) => sum + bar.risky, 0);
  const data = bars.map((bar): Point => ({ t: bar.t, calm: bar.n - bar.risky, risky: bar.risky }));
  return (
    <Page
      title={
        flagged > 0
          ? `${count(flagged)} of ${plural(total, "action")} ${flagged === 1 ? "stands" : "stand"} out.`
          : `${plural(total, "action")}, none stands out.`
      }
      context="In this time range, for this search. Exports contain exactly these. The list continues with older ones. Reading this log is recorded too."
      tabs={auditTabs(role)}
      actions={
        <>
          <a className="control" href={exported("csv")} download>
            Export {count(total)} as CSV
          </a>
          <a className="control" href={exported("ndjson")} download>
            Export {count(total)} with proofs
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
        {[...new URLSearchParams(rangeQuery(params))].map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <datalist id="qualifiers">
          {suggestions(q, entries as Entry[]).map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        <button className="control">Search</button>
      </form>
      <div className="flex flex-wrap gap-3 text-[12px] text-muted">
        <Link className="link" to={link({ q: "risk:>=40", after: null })}>
          unusual actions
        </Link>
        <Link className="link" to={link({ q: "action:session.*", after: null })}>
          logins
        </Link>
        <Link className="link" to={link({ q: "action:staff.*", after: null })}>
          permission changes
        </Link>
        <Link className="link" to={link({ q: "action:access.refused", after: null })}>
          refusals
        </Link>
        {views.map((view) => (
          <span key={view.id} className="inline-flex items-center gap-1">
            <Link className="link" to={`/audit?${view.query}`}>
              {view.name}
            </Link>
            {view.mine && (
              <Form method="post" className="contents">
                <input type="hidden" name="intent" value="remove-view" />
                <input type="hidden" name="id" value={view.id} />
                <button className="hover:text-bad" aria-label={`Delete search ${view.name}`}>
                  ×
                </button>
              </Form>
            )}
          </span>
        ))}
        {q && (
          <details>
            <summary className="link list-none">save search…</summary>
            <Form method="post" className="mt-1 flex flex-wrap items-center gap-2">
              <input type="hidden" name="query" value={new URLSearchParams({ q }).toString()} />
              <input
                name="name"
                className="input !w-44"
                placeholder="Its name"
                aria-label="Search name"
                required
                maxLength={60}
              />
              <label className="flex items-center gap-1.5">
                <input type="checkbox" name="shared" className="accent-(--accent)" /> for everyone
              </label>
              <button className="control">Keep</button>
            </Form>
          </details>
        )}
        <span className="max-md:hidden">
          words: {QUALIFIERS.join(": ")}:. A minus before a filter excludes it. Days are in UTC
        </span>
      </div>
      {wrong && <Notice tone="bad" title={wrong} />}
      {since && (
        <p className="text-[12px] text-muted">
          Contents are searched from <Clock at={since} withDay /> on. Use after:DATE to search further back.
        </p>
      )}
      <Panel title="Over time">
        <Chart
          label="Actions over time"
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
            Remove a word or widen the time range. Words match from their beginning, quoted words as a phrase, and a filter such
            as actor: matches one field.
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
                <th className="num max-md:hidden">Risk</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <Row key={entry.id} entry={entry} tenant={tenants.find(({ id }) => id === entry.college_id)?.name} link={link} />
              ))}
            </tbody>
          </table>
        )}
        {next && (
          <p className="border-t px-3.5 py-2 text-right">
            <LinkButton to={link({ after: next })} rel="next">
              Older
            </LinkButton>
          </p>
        )}
      </Panel>
    </Page>
  );
}
