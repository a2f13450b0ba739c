import type { Readiness } from "~/examday/readiness.server.ts";
import { bytes, count, day } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { VerdictBadge } from "./verdict.tsx";

type Found = Readiness;

/** One verdict a day, with its reasons. */
export function Days({ days, disk, today }: Pick<Found, "days" | "disk"> & { today: string }) {
  return (
    <Panel
      title="Day by day"
      aside={disk === null ? "free disk is not known: the server runs elsewhere" : `${bytes(disk)} of disk free`}
      flush
    >
      {days.length === 0 ? (
        <Empty title="No exams planned">Exams appear here when they are scheduled.</Empty>
      ) : (
        <ul>
          {days.map((one) => (
            <li
              key={one.day}
              className="grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-1 border-t px-3.5 py-2 sm:grid-cols-[7rem_1fr_auto]"
            >
              <span className="font-[560]">{one.day === today ? "Today" : day(new Date(`${one.day}T12:00:00Z`))}</span>
              <span className="max-sm:order-3 max-sm:col-span-2">
                {one.says}
                {one.note && <span className="block">{one.note}</span>}
                <span className="block text-[12px] text-muted">
                  Peak {count(one.connections)} connections, {count(one.commits)} transactions and {count(one.written)} rows
                  written a second; {bytes(one.wal)} of WAL over the day.
                </span>
              </span>
              <VerdictBadge verdict={one.verdict} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
