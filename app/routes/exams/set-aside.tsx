import { Link } from "@remix-run/react";
import { count, plural } from "~/platform/format.ts";
import { Panel } from "~/ui/layout/panel.tsx";

type Patterned = { attempt: string; no: number | null; kind: "whole" | "run"; period: number; answers: number };

/** What was not compared, and why; and that more pairs stand out than are shown. */
export function SetAside({ leftOut, patterned, cutAt }: { leftOut: number[]; patterned: Patterned[]; cutAt: number | null }) {
  if (leftOut.length === 0 && patterned.length === 0 && cutAt === null) return null;
  return (
    <Panel title="Not compared">
      <ul className="flex max-w-[110ch] flex-col gap-2">
        {cutAt !== null && <li>Only the {count(cutAt)} least likely pairs were kept. More stand out than are shown.</li>}
        {leftOut.length > 0 && (
          <li>
            {leftOut.length === 1 ? "Question" : "Questions"} {leftOut.join(", ")}: the key looks wrong. The most able choose
            another option, and whoever chose the key did worse. Check the key.
          </li>
        )}
        {patterned.length > 0 && (
          <li>
            {plural(patterned.length, "candidate")} answered in a pattern, without reading. These answers are not compared and say
            nothing about collusion:{" "}
            {patterned.slice(0, 40).map((patterned, index) => (
              <span key={patterned.attempt}>
                {index > 0 && ", "}
                <Link to={`/integrity/attempts/${patterned.attempt}`} className="link">
                  {patterned.no ?? "?"}
                </Link>{" "}
                (
                {patterned.kind === "run"
                  ? `${patterned.answers} in a row`
                  : patterned.period === 1
                    ? "one letter"
                    : `every ${patterned.period} letters`}
                )
              </span>
            ))}
            {patterned.length > 40 && ` and ${count(patterned.length - 40)} more`}.
          </li>
        )}
      </ul>
    </Panel>
  );
}
