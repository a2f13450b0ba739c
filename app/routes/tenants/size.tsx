import type { tenantSize } from "~/domains/tenants/tenant-size.server.ts";
import { about, bytes } from "~/platform/format.ts";
import { Chart } from "~/ui/chart/chart.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

type Size = Awaited<ReturnType<typeof tenantSize>>;

/** How busy a tenant was, and what of the database is its. */
export function SizeAndActivity({ size }: { size: Size }) {
  const from = size.days[0]?.t ?? 0;
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      <Panel title="Attempts a day" aside="30 days">
        {size.days.some((day) => day.n > 0) ? (
          <Chart
            label="Attempts started each day"
            kind="bar"
            height={170}
            data={size.days}
            series={[{ key: "n", label: "attempts" }]}
            from={from - 43_200_000}
            to={(size.days.at(-1)?.t ?? from) + 43_200_000}
          />
        ) : (
          <p className="text-muted">No attempts in the last 30 days.</p>
        )}
      </Panel>
      <Panel title="Space" aside={`about ${bytes(size.bytes)}, estimated`} flush>
        {size.largest.length === 0 ? (
          <p className="p-3.5 text-muted">No data yet.</p>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th>Kind</th>
                <th className="num">Rows</th>
                <th className="num">With indexes</th>
              </tr>
            </thead>
            <tbody>
              {size.largest.map((one) => (
                <tr key={one.label}>
                  <td className="first-letter:uppercase">{one.label}</td>
                  <td className="num">{about(one.rows)}</td>
                  <td className="num">{bytes(one.bytes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
    </div>
  );
}
