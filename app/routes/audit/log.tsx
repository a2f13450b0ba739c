import { Form, Link, useLoaderData, useSearchParams } from "@remix-run/react";
import "~/domains/resources.ts";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { searchLog } from "~/access/log/search.server.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { rowsOf } from "./log-rows.server.ts";
import { SearchBar } from "./search-bar.tsx";
import { suggestions } from "./suggestions.server.ts";
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
  // Before JavaScript, what is added comes as a second term of the address.
  const typed = url.searchParams.getAll("q").map((part) => part.trim());
  const q = typed.filter((part) => part !== "").join(" ");
  if (typed.length > 1) {
    url.searchParams.set("q", q);
    throw redirect(`/audit${url.search}`);
  }
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
      input: { q, after: url.searchParams.get("after"), ...range, since: range.from, until: range.to, fold: true },
    });
    await recordAlone(ctx, { action: "audit.read", resource: "audit", details: { q } });
    const { entries, ...found } = result;
    return { ...shared, ...found, rows: await rowsOf(ctx, entries), known: suggestions(entries, result.tenants), wrong: null };
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return {
      ...shared,
      rows: [],
      known: suggestions([], []),
      next: null,
      bars: [],
      since: null,
      tenants: [],
      wrong: error.message,
    };
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

const YEAR_MS = 365 * 86_400_000;
const yearBefore = (from: number) => ({
  range: null,
  after: null,
  from: new Date(from - YEAR_MS).toISOString(),
  to: new Date(from).toISOString(),
});

export default function AuditLog() {
  const { q, rows, known, next, bars, wrong, role, views, tenants, from, to, since } = useLoaderData<typeof loader>();
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
      context="In this time range, for this search. The list and its exports contain exactly these. Reading this log is recorded too."
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
      <SearchBar q={q} wrong={wrong !== null} edit={params.has("edit")} known={known} range={rangeQuery(params)} link={link} />
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
        <span className="max-md:hidden">A minus before a filter excludes it. Days are in UTC</span>
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
        {rows.length === 0 ? (
          <Empty title="Nothing found">
            Remove a word or widen the time range. Words match from their beginning, quoted words as a phrase, and a filter such
            as actor: matches one field.
          </Empty>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th>When</th>
                <th>What happened</th>
                <th className="max-md:hidden">Record</th>
                <th className="max-lg:hidden">Tenant</th>
                <th className="max-md:hidden">Why</th>
                <th className="num max-md:hidden">Risk</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row
                  key={row.entry.id}
                  row={row}
                  tenant={tenants.find(({ id }) => id === row.entry.college_id)?.name}
                  link={link}
                />
              ))}
            </tbody>
          </table>
        )}
        <p className="flex justify-end gap-2 border-t px-3.5 py-2">
          {next ? (
            <LinkButton to={link({ after: next })} rel="next">
              Older
            </LinkButton>
          ) : (
            <LinkButton to={link(yearBefore(from))}>Search the year before this range</LinkButton>
          )}
        </p>
      </Panel>
    </Page>
  );
}
