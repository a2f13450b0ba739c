import type { Stretch } from "~/observability/backups/window.ts";
import { ago, clockTime, day, plural, seconds } from "~/platform/format.ts";
import { useZone } from "~/ui/time/time.tsx";

type Mark = { at: Date; word: string };

/** Every moment the database can be brought back to, with its holes, and the backups that reach it. */
export function RecoveryWindow({ stretches, marks, now }: { stretches: Stretch[]; marks: Mark[]; now: Date }) {
  const zone = useZone();
  const first = stretches[0];
  const last = stretches.at(-1);
  if (!first || !last) return <p className="text-bad">Nothing can be restored: there is no complete backup with its WAL.</p>;
  const to = Math.max(now.getTime(), last.to);
  const span = Math.max(1000, to - first.from);
  const at = (moment: number) => Math.min(100, Math.max(0, ((moment - first.from) / span) * 100));
  const said = (moment: number) => `${day(new Date(moment), zone)} ${clockTime(new Date(moment), zone, true)}`;
  const lost = stretches.slice(1).map((stretch, index) => ({ from: stretches[index]!.to, to: stretch.from }));
  return (
    <figure
      aria-label={`Recoverable from ${said(first.from)} to ${said(last.to)}${lost.length > 0 ? `, without ${plural(lost.length, "stretch", "stretches")}` : ""}`}
    >
      <p className="mb-2">
        {last.to - first.from < 1000
          ? `The end of the last backup, ${ago(new Date(last.to), now)}; nothing after it is archived yet`
          : `Any moment of ${seconds((last.to - first.from) / 1000)} up to ${ago(new Date(last.to), now)}`}
        {lost.length > 0 && (
          <span className="text-bad">
            , except {seconds(lost.reduce((sum, one) => sum + one.to - one.from, 0) / 1000)} behind {plural(lost.length, "hole")}
          </span>
        )}
        .
      </p>
      <div className="relative h-8 overflow-hidden rounded-control bg-sunk">
        {lost.map((one) => (
          <span
            key={one.from}
            className="absolute inset-y-0 border-x border-bad bg-bad-soft"
            style={{ left: `${at(one.from)}%`, width: `max(4px, ${at(one.to) - at(one.from)}%)` }}
            title={`not recoverable from ${said(one.from)} to ${said(one.to)}`}
          />
        ))}
        {stretches.map((stretch) => (
          <span
            key={stretch.from}
            className="absolute inset-y-0 bg-ok-soft"
            style={{ left: `${at(stretch.from)}%`, width: `max(3px, ${at(stretch.to) - at(stretch.from)}%)` }}
          />
        ))}
        {marks.map((mark) => (
          <span
            key={mark.at.getTime()}
            className="absolute inset-y-1.5 w-[3px] rounded-full bg-ok"
            style={{ left: `min(${at(mark.at.getTime())}%, calc(100% - 3px))` }}
            title={`${mark.word}, ${said(mark.at.getTime())}`}
          />
        ))}
      </div>
      <figcaption className="mono mt-1.5 flex justify-between gap-3 text-[12px] text-muted">
        <span>{said(first.from)}</span>
        <span className="text-right">now</span>
      </figcaption>
    </figure>
  );
}
