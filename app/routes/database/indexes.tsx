import { Link, useLoaderData } from "@remix-run/react";
import type { ReactNode } from "react";
import { protectedLoader } from "~/access/page.server.ts";
import { createStatement, dropStatement, rebuildStatement, UNUSED_AFTER_DAYS } from "~/observability/indexes/classes.ts";
import { indexReport } from "~/observability/indexes/report.server.ts";
import { useLink } from "~/resources/list/link.tsx";
import { about, bytes, count, plural, seconds } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Notice, Unknown } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { spanOf } from "./parts/span.server.ts";
import { Fix, QueryLine } from "./parts/sql-text.tsx";

export const handle = { crumbs: () => [{ label: "Database", to: "/database" }, { label: "Indexes" }], range: true };
export const meta = () => [{ title: "Indexes · Invigil" }];

export const loader = protectedLoader("database.read", async ({ ctx, url }) => {
  const { input } = spanOf(ctx, url);
  const own = url.searchParams.get("own") === "1";
  const all = url.searchParams.get("all") === "1";
  const report = await indexReport({ ctx, input: { ...input, target: "primary", own } });
  return {
    own,
    report: report.known ? { ...report, all: all ? report.all : report.all.slice(0, 40), total: report.all.length } : report,
  };
});

const bare = (name: string) => name.replace(/^public\./, "");

function Rows({ heads, children }: { heads: ReactNode[]; children: ReactNode }) {
  return (
    <table className="rows">
      <thead>
        <tr>
          {heads.map((head, index) => (
            <th key={index} className={index > 0 && index < heads.length - 1 ? "hidden md:table-cell" : undefined}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

const None = ({ children }: { children: ReactNode }) => <p className="px-3.5 py-3 text-muted">{children}</p>;

export default function Indexes() {
  const { report, own } = useLoaderData<typeof loader>();
  const link = useLink();
  if (!report.known)
    return (
      <Page title="Indexes are not available right now.">
        <Panel source={report.source}>
          <Unknown reason={report.missing?.reason ?? ""} grant={report.missing?.grant} />
        </Panel>
      </Page>
    );
  const large = report.unused?.filter((row) => (row.bytes ?? 0) > 1_000_000) ?? [];
  const wasted = large.reduce((sum, row) => sum + (row.bytes ?? 0), 0);
  const facts = [
    report.wanted?.length ? plural(report.wanted.length, "suggested index", "suggested indexes") : "",
    large.length ? `${bytes(wasted)} of indexes are unused` : "",
    report.invalid.length ? plural(report.invalid.length, "invalid index", "invalid indexes") : "",
    report.redundant.length ? plural(report.redundant.length, "redundant index", "redundant indexes") : "",
  ].filter(Boolean);
  return (
    <Page
      title={facts.length > 0 ? `${facts.join(", ")}.` : "No index findings."}
      context={`${plural(report.total, "index", "indexes")}. Scans are counted on the primary and on every standby.`}
    >
      {report.skipped.length > 0 && (
        <Notice
          tone="warn"
          title={`${plural(report.skipped.length, "index was", "indexes were")} skipped: another session holds an exclusive lock on its table`}
        >
          {report.skipped.slice(0, 8).map(bare).join(", ")}
          {report.skipped.length > 8 ? " and more" : ""}
        </Notice>
      )}
      <Panel
        title="Suggested indexes"
        flush
        aside={
          <>
            <span>estimated from the statements of the last 24 hours</span>
            <Link to={link({ own: own ? null : "1" })} className="link">
              {own ? "Hide the console's own" : "Include the console's own"}
            </Link>
          </>
        }
        source={report.source}
        id="missing"
      >
        {report.wanted === null ? (
          <Unknown reason="Columns could not be read." />
        ) : report.wanted.length === 0 ? (
          <None>No statement of the last 24 hours would benefit much from another index.</None>
        ) : (
          <Rows heads={["Columns", "Used by", "Time", ""]}>
            {report.wanted.slice(0, 20).map((index) => (
              <tr key={index.statement}>
                <td>
                  <code>
                    {bare(index.table)} ({index.columns.join(", ")})
                  </code>
                  <p className="text-[12px] text-muted">{index.why}</p>
                </td>
                <td className="hidden max-w-[420px] truncate md:table-cell">
                  <QueryLine id={index.queries[0]!.query_id} text={index.queries[0]!.text} length={80} />
                </td>
                <td className="num hidden md:table-cell">{seconds(index.total_ms / 1000)}</td>
                <td>
                  <Fix fix={index.statement} />
                </td>
              </tr>
            ))}
          </Rows>
        )}
      </Panel>
      <Panel
        title="Never used"
        flush
        aside={
          report.countedSince ? `0 scans on every server since ${report.countedSince.toISOString().slice(0, 10)}` : undefined
        }
        id="unused"
      >
        {report.unused === null ? (
          <Unknown
            reason={
              report.standbysAsked.some((one) => !one.known)
                ? `Not every server can be asked (${report.standbysAsked
                    .filter((one) => !one.known)
                    .map((one) => `${one.target}: ${one.reason}`)
                    .join("; ")}). An index may be used only there.`
                : `Scans have not been counted for long enough on every server. An index counts as unused after ${UNUSED_AFTER_DAYS} days.`
            }
          />
        ) : report.unused.length === 0 ? (
          <None>Every index of a busy table is in use.</None>
        ) : (
          <Rows heads={["Index", "Table", "Size", ""]}>
            {report.unused.slice(0, 25).map((row) => (
              <tr key={row.name}>
                <td>
                  <code>{bare(row.name)}</code>
                </td>
                <td className="hidden md:table-cell">{bare(row.table_name)}</td>
                <td className="num hidden md:table-cell">{row.bytes === null ? "locked" : bytes(row.bytes)}</td>
                <td>
                  <Fix fix={dropStatement(row)} undo={createStatement(row)} />
                </td>
              </tr>
            ))}
          </Rows>
        )}
      </Panel>
      <div className="grid gap-4 xl:grid-cols-2">
        <Panel title="Redundant" flush>
          {report.redundant.length === 0 ? (
            <None>No redundant index.</None>
          ) : (
            <Rows heads={["Index", "Covered by", ""]}>
              {report.redundant.slice(0, 20).map(({ index, covers, kind }) => (
                <tr key={index.name}>
                  <td>
                    <code>{bare(index.name)}</code>
                  </td>
                  <td className="hidden md:table-cell">
                    {kind === "duplicate" ? "the same as" : "begins"} <code>{bare(covers.name)}</code>
                  </td>
                  <td>
                    <Fix fix={dropStatement(index)} undo={createStatement(index)} />
                  </td>
                </tr>
              ))}
            </Rows>
          )}
        </Panel>
        <Panel title="Foreign keys without an index" flush>
          {report.foreignKeys === null ? (
            <Unknown reason="Foreign keys could not be read." />
          ) : report.foreignKeys.length === 0 ? (
            <None>Every foreign key has one.</None>
          ) : (
            <Rows heads={["Columns", "Rows", ""]}>
              {report.foreignKeys.slice(0, 20).map((key) => (
                <tr key={key.table_name + key.name}>
                  <td>
                    <code>
                      {bare(key.table_name)} ({key.column_names.join(", ")})
                    </code>
                  </td>
                  <td className="num hidden md:table-cell">{about(key.table_rows)}</td>
                  <td>
                    <Fix fix={key.statement} />
                  </td>
                </tr>
              ))}
            </Rows>
          )}
        </Panel>
        <Panel title="Invalid" flush>
          {report.invalid.length === 0 ? (
            <None>No invalid index.</None>
          ) : (
            <Rows heads={["Index", "Table", ""]}>
              {report.invalid.map((row) => (
                <tr key={row.name}>
                  <td>
                    <code>{bare(row.name)}</code>
                  </td>
                  <td className="hidden md:table-cell">{bare(row.table_name)}</td>
                  <td>
                    <Fix fix={rebuildStatement(row)} undo={dropStatement(row)} />
                  </td>
                </tr>
              ))}
            </Rows>
          )}
        </Panel>
        <Panel title="Bloated" flush aside="estimated, or measured by pgstattuple">
          {report.unmeasurable > 0 && (
            <Unknown
              reason={`The width of the entries of ${plural(report.unmeasurable, "large index", "large indexes")} is not visible to the observer.`}
              grant="CREATE EXTENSION pgstattuple;"
            />
          )}
          {report.bloated.length === 0 ? (
            <None>No readable index above 10 MB is twice the size that its entries need.</None>
          ) : (
            <Rows heads={["Index", "Size", ""]}>
              {report.bloated.map((row) => (
                <tr key={row.name}>
                  <td>
                    <code>{bare(row.name)}</code>
                  </td>
                  <td className="num hidden md:table-cell">
                    {bytes(row.bytes!)}, {row.measured ? "measured" : "estimated"}: about {bytes(row.ideal)} would do
                  </td>
                  <td>
                    <Fix fix={rebuildStatement(row)} />
                  </td>
                </tr>
              ))}
            </Rows>
          )}
        </Panel>
      </div>
      <Panel
        title="All indexes"
        flush
        aside={
          report.all.length < report.total ? (
            <Link to="?all=1" className="link" preventScrollReset>
              show all {report.total}
            </Link>
          ) : undefined
        }
      >
        <table className="rows">
          <thead>
            <tr>
              <th>Index</th>
              <th className="hidden md:table-cell">Table</th>
              <th className="num">Size</th>
              <th className="num">Scans</th>
              <th className="hidden md:table-cell">Use</th>
              <th className="num hidden lg:table-cell">Writes maintained</th>
            </tr>
          </thead>
          <tbody>
            {report.all.map((row) => (
              <tr key={row.name}>
                <td className="max-w-[360px] truncate" title={row.definition}>
                  <code>{bare(row.name)}</code> {row.unique && <span className="text-[12px] text-muted">unique</span>}
                </td>
                <td className="hidden md:table-cell">{bare(row.table)}</td>
                <td className="num">{row.bytes === null ? "locked" : bytes(row.bytes)}</td>
                <td className="num">{count(row.scans)}</td>
                <td className="hidden md:table-cell">
                  {row.usage === "never used" && report.unused === null ? (
                    <span className="text-muted">no scans so far</span>
                  ) : row.usage === "never used" ? (
                    <Badge tone={row.unique ? "neutral" : "warn"}>Never used</Badge>
                  ) : (
                    <span className="text-muted">{row.usage}</span>
                  )}
                </td>
                <td className="num hidden lg:table-cell">{count(row.writes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
    </Page>
  );
}
