import { clockTime, day, plural } from "~/platform/format.ts";
import { useZone } from "~/ui/time/time.tsx";

type Gap = { at: Date; missing: number };

/** Every moment the database can be brought back to, and the holes in it. */
export function RecoveryWindow({ from, to, backups, gaps }: { from: Date; to: Date; backups: Date[]; gaps: Gap[] }) {
  const zone = useZone();
  const span = Math.max(1, to.getTime() - from.getTime());
  const at = (moment: Date) => `${Math.min(100, Math.max(0, ((moment.getTime() - from.getTime()) / span) * 100))}%`;
  const said = (moment: Date) => `${day(moment, zone)} ${clockTime(moment, zone)}`;
  return (
    <figure
      aria-label={`Recoverable from ${said(from)} to ${said(to)}${gaps.length > 0 ? `, with ${plural(gaps.length, "hole")}` : ""}`}
    >
      <div className="relative h-7 overflow-hidden rounded-control bg-ok-soft">
        {gaps.map((gap) => (
          <span
            key={gap.at.getTime()}
            className="absolute inset-y-0 w-1.5 bg-bad"
            style={{ left: at(gap.at) }}
            title={`${plural(gap.missing, "segment")} missing`}
          />
        ))}
        {backups.map((moment) => (
          <span
            key={moment.getTime()}
            className="absolute inset-y-1 w-0.5 bg-ok"
            style={{ left: at(moment) }}
            title={`backup, ${said(moment)}`}
          />
        ))}
      </div>
      <figcaption className="mono mt-1 flex justify-between text-[12px] text-muted">
        <span>{said(from)}</span>
        <span>{said(to)}</span>
      </figcaption>
    </figure>
  );
}
