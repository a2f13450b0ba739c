import type { BackupLine } from "~/observability/backups/report.server.ts";
import { clockTime, day, plural } from "~/platform/format.ts";
import { useZone } from "~/ui/time/time.tsx";
import { PROOFS, proofOf, type Proof } from "./state.ts";

const WEEKS = 5;
const DAY = 86_400_000;
const WORST_FIRST: Proof[] = ["damaged", "unfit", "failed", "drilled", "verified", "taken", "running", "stopped", "expired"];
const TONES = { ok: "text-ok", warn: "text-warn", bad: "text-bad", neutral: "text-muted" } as const;

const keyOf = (at: Date, zone: string) => new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" }).format(at);

type Cell = { key: string; number: string; rows: BackupLine[]; today: boolean; future: boolean; due: number };

/** Five weeks that end with this one, Monday to Sunday. */
function cellsOf(backups: readonly BackupLine[], due: readonly Date[], now: Date, zone: string): Cell[] {
  const today = keyOf(now, zone);
  const noon = Date.parse(`${today}T12:00:00Z`);
  const weekday = (new Date(noon).getUTCDay() + 6) % 7;
  const keyed = backups.map((row) => ({ row, key: keyOf(row.started_at, zone) }));
  const dueKeys = due.map((at) => keyOf(at, zone));
  return Array.from({ length: WEEKS * 7 }, (_, index) => {
    const key = new Date(noon + (index - (WEEKS - 1) * 7 - weekday) * DAY).toISOString().slice(0, 10);
    return {
      key,
      number: String(Number(key.slice(8))),
      rows: keyed.filter((one) => one.key === key).map((one) => one.row),
      today: key === today,
      future: key > today,
      due: dueKeys.filter((one) => one === key).length,
    };
  });
}

function says(cell: Cell, zone: string): string {
  const date = day(new Date(`${cell.key}T12:00:00Z`), "UTC");
  if (cell.rows.length === 0) return `${date}: ${cell.due > 0 ? `${plural(cell.due, "run is", "runs are")} due` : "no backup"}`;
  return `${date}: ${cell.rows.map((row) => `${clockTime(row.started_at, zone)} ${PROOFS[proofOf(row)].word.toLowerCase()}`).join(", ")}`;
}

/** Which day has a backup, and how far it is proven: by shape and word, and by colour. */
export function Calendar({ backups, due, now }: { backups: BackupLine[]; due: Date[]; now: Date }) {
  const zone = useZone();
  const cells = cellsOf(backups, due, now, zone);
  return (
    <>
      <div className="grid grid-cols-7 gap-1">
        {["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"].map((name) => (
          <span key={name} aria-hidden className="pb-0.5 text-center text-[11.5px] text-muted">
            {name}
          </span>
        ))}
        {cells.map((cell) => {
          const proofs = cell.rows.map(proofOf).sort((a, b) => WORST_FIRST.indexOf(a) - WORST_FIRST.indexOf(b));
          const best = proofs[0];
          return (
            <div
              key={cell.key}
              role="img"
              aria-label={says(cell, zone)}
              title={says(cell, zone)}
              className={`flex h-11 flex-col justify-between rounded-control px-1.5 py-1 ${cell.future ? "border border-dashed" : "bg-sunk"} ${cell.today ? "outline-2 -outline-offset-2 outline-accent" : ""}`}
            >
              <span className={`text-[11px] leading-none tabular-nums ${cell.today ? "font-[620] text-accent" : "text-muted"}`}>
                {cell.number}
              </span>
              {best ? (
                <span className={`flex items-baseline gap-1 text-[13px] leading-none font-[620] ${TONES[PROOFS[best].tone]}`}>
                  {PROOFS[best].mark}
                  {cell.rows.length > 1 && <span className="text-[11px] font-[500] text-muted">×{cell.rows.length}</span>}
                </span>
              ) : (
                cell.due > 0 && <span className="text-[11px] leading-none text-muted">due</span>
              )}
            </div>
          );
        })}
      </div>
      <p className="mt-2.5 flex flex-wrap gap-x-3.5 gap-y-1 text-[12px] text-muted">
        {(["drilled", "verified", "taken", "failed"] as const).map((proof) => (
          <span key={proof} className="inline-flex items-baseline gap-1">
            <span aria-hidden className={TONES[PROOFS[proof].tone]}>
              {PROOFS[proof].mark}
            </span>
            {proof === "failed" ? "Failed or damaged" : PROOFS[proof].word}
          </span>
        ))}
      </p>
    </>
  );
}
