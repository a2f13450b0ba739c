import { useLoaderData } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { monthlyRevenue } from "~/domains/enrollments/revenue.server.ts";
import { count, money } from "~/platform/format.ts";
import { Chart, type Point } from "~/ui/chart/chart.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { areaTabs } from "../nav.ts";

export const handle = { crumbs: () => [{ label: "Enrollments", to: "/enrollments" }, { label: "Revenue" }] };
export const meta = () => [{ title: "Revenue · Invigil" }];

export const loader = protectedLoader("platform.read", async ({ ctx }) => ({
  months: await monthlyRevenue({ ctx, input: {} }),
  role: ctx.actor.role,
}));

export default function Revenue() {
  const { months, role } = useLoaderData<typeof loader>();
  const currencies = [...new Set(months.map((row) => row.currency))];
  const at = (month: string) => Date.parse(`${month}-15T00:00:00Z`);
  const keys = [...new Set(months.map((row) => row.month))];
  return (
    <Page
      title="Revenue by month"
      context="Completed payments, by the month of their approval. Currencies are never added together."
      tabs={areaTabs("enrollments", role)}
    >
      {months.length === 0 ? (
        <Panel>
          <Empty title="No completed payments yet">Payments count once someone else has approved them.</Empty>
        </Panel>
      ) : (
        <div className="grid gap-4 xl:grid-cols-3">
          {currencies.map((currency) => {
            const rows = months.filter((row) => row.currency === currency);
            const data = keys.map((month): Point => ({
              t: at(month),
              minor: (rows.find((row) => row.month === month)?.minor ?? 0) / 100,
            }));
            return (
              <Panel
                key={currency}
                title={currency}
                aside={`${count(rows.reduce((sum, row) => sum + row.payments, 0))} payments`}
              >
                <Chart
                  label={`Revenue in ${currency}`}
                  kind="bar"
                  data={data}
                  series={[{ key: "minor", label: currency }]}
                  from={at(keys[0]!) - 20 * 86_400_000}
                  to={at(keys.at(-1)!) + 20 * 86_400_000}
                  tabled
                  syncId={currency}
                />
                <table className="rows mt-2">
                  <tbody>
                    {rows.toReversed().map((row) => (
                      <tr key={row.month}>
                        <td className="mono">{row.month}</td>
                        <td className="num">{money(row.minor, currency)}</td>
                        <td className="num text-muted">{count(row.payments)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Panel>
            );
          })}
        </div>
      )}
    </Page>
  );
}
