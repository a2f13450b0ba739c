import { Clock } from "~/ui/time/time.tsx";

type Line = { at: Date | string; kind: string; who: string; says: string; students: string[]; note: string | null };

/** Many names are behind one word: on paper they are all there. */
const NAMED = 3;

export function MinutesTable({ lines }: { lines: Line[] }) {
  return (
    <table className="rows">
      <thead>
        <tr>
          <th>Time</th>
          <th>What happened</th>
          <th className="hidden sm:table-cell">By</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line, index) => (
          <tr key={index}>
            <td className="whitespace-nowrap">
              <Clock at={line.at} withSeconds />
            </td>
            <td className="py-1.5 !whitespace-normal">
              <span className={line.kind === "INCIDENT" ? "font-[560] text-bad" : ""}>{line.says}</span>
              {line.note && <p className="whitespace-pre-wrap text-muted">{line.note}</p>}
              {line.students.length > 1 && (
                <details open={line.students.length <= NAMED} className="text-muted print:block">
                  <summary className="text-[12px]">Names</summary>
                  {line.students.join(", ")}
                </details>
              )}
            </td>
            <td className="hidden sm:table-cell">{line.who}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
