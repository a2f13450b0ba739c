import { count } from "~/platform/format.ts";
import { Panel } from "~/ui/layout/panel.tsx";

type Held = { name: string; label: string; rows: number; goes: string; stays: string };

/** What is held, and what an erasure would do to it: what goes, and what stays and why. */
export function HeldTables({ tables, erased }: { tables: Held[]; erased: boolean }) {
  return (
    <Panel title={erased ? "What stays" : "What is held"} flush>
      <table className="rows">
        <thead>
          <tr>
            <th>Data</th>
            <th className="num">Records</th>
            {!erased && <th>Goes</th>}
            <th className={erased ? "" : "max-md:hidden"}>Stays</th>
          </tr>
        </thead>
        <tbody>
          {tables.map((table) => (
            <tr key={table.name}>
              <td className="font-[520]">{table.label}</td>
              <td className="num">{count(table.rows)}</td>
              {!erased && (
                <td className="!whitespace-normal">
                  {table.goes}
                  {table.stays && <span className="block text-muted md:hidden">Stays: {table.stays}</span>}
                </td>
              )}
              <td className={`!whitespace-normal text-muted ${erased ? "" : "max-md:hidden"}`}>{table.stays}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
