import type { CheckLine } from "~/observability/backups/report.server.ts";
import { milliseconds, seconds } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { Answers } from "./answers.tsx";

const PHASES = [
  "planting canaries",
  "laying out the files",
  "replaying and starting",
  "canaries",
  "row counts",
  "references",
  "indexes",
  "questions",
];

function verdict(check: CheckLine) {
  if (!check.finished_at) return <Badge tone="accent">Running</Badge>;
  if (check.stopped) return <Badge>Stopped</Badge>;
  if (check.ok) return <Badge tone="ok">Passed</Badge>;
  return check.ok === false ? <Badge tone="bad">Failed</Badge> : <Badge tone="warn">No verdict</Badge>;
}

/** What a drill did, phase by phase, and what each saw: the evidence behind the two figures. */
export function Drill({ check }: { check: CheckLine }) {
  const done = new Map(check.phases.map((phase) => [phase.name, phase]));
  const total = check.phases.reduce((sum, phase) => sum + phase.ms, 0);
  const next = check.finished_at ? undefined : PHASES.find((name) => !done.has(name));
  return (
    <Panel
      title={check.finished_at ? "The last drill" : "A drill is running"}
      aside={
        <>
          {check.finished_at && <span>{seconds(total / 1000)} in all</span>}
          {check.finished_at && <Ago at={check.finished_at} />}
          {verdict(check)}
        </>
      }
      flush
    >
      <table className="rows">
        <tbody>
          {PHASES.map((name) => {
            const phase = done.get(name);
            return (
              <tr key={name} className={phase ? "" : "text-faint"}>
                <td className="whitespace-nowrap first-letter:uppercase">{name}</td>
                <td className="w-full py-1.5">
                  {phase?.says ??
                    (name === next ? <span className="text-accent">under way</span> : check.finished_at ? "not reached" : "")}
                </td>
                <td className="hidden md:table-cell">
                  <span className="block h-1.5 w-40 rounded-full bg-sunk">
                    {phase && (
                      <span
                        className="block h-full rounded-full bg-accent"
                        style={{ width: `max(2px, ${(phase.ms / Math.max(1, total)) * 100}%)` }}
                      />
                    )}
                    {name === next && <span className="block h-full w-1/3 animate-pulse rounded-full bg-accent" />}
                  </span>
                </td>
                <td className="num">{phase ? milliseconds(phase.ms) : ""}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <Answers answers={check.questions} />
    </Panel>
  );
}
