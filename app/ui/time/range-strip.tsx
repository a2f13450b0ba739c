import { ChevronLeft, ChevronRight, History } from "lucide-react";
import type { ReactNode } from "react";
import { clockTime, day, seconds } from "~/platform/format.ts";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { CopyMoment, neighboursOf, useRangeKeys } from "./range-links.tsx";
import { useShownRange } from "./shown-range.tsx";
import { useZone } from "./time.tsx";

/** Above a page that does not show the present: which time it shows, the times beside it, and the way back. */
export function RangeStrip() {
  const shown = useShownRange();
  useRangeKeys();
  if (!shown || (shown.range.live && !shown.range.note)) return null;
  const { range, back } = shown;
  if (range.live) return <Strip tone="bg-warn-soft text-warn">{range.note}</Strip>;
  const { previous, next } = neighboursOf(shown);
  return (
    <Strip tone="bg-sunk">
      <span className="inline-flex flex-wrap items-center gap-x-2">
        <History size={14} aria-hidden />
        <Ends from={range.from} to={range.to} />
        <span className="text-muted">Live refresh is paused.</span>
        {range.note && <span className="text-warn">{range.note}</span>}
      </span>
      <span className="flex flex-wrap items-center gap-1.5">
        <Step to={previous}>
          <ChevronLeft size={13} aria-hidden /> Previous
        </Step>
        <Step to={next}>
          Next <ChevronRight size={13} aria-hidden />
        </Step>
        <Step to={back.to}>{back.label}</Step>
        <CopyMoment shown={shown} className="control" />
      </span>
    </Strip>
  );
}

const Strip = ({ tone, children }: { tone: string; children: ReactNode }) => (
  <div className="mx-auto w-full max-w-[1560px] px-4 pt-4 md:px-6">
    <section
      aria-label="Time range"
      className={`flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-control px-3 py-1.5 ${tone}`}
    >
      {children}
    </section>
  </div>
);

function Step({ to, children }: { to: string | null; children: ReactNode }) {
  return to ? (
    <LinkButton to={to} preventScrollReset>
      {children}
    </LinkButton>
  ) : (
    <span aria-disabled className="control text-faint">
      {children}
    </span>
  );
}

function Ends({ from, to }: { from: Date; to: Date }) {
  const zone = useZone();
  const withSeconds = from.getTime() % 60_000 !== 0 || to.getTime() % 60_000 !== 0;
  const sameDay = day(from, zone) === day(to, zone) && to.getTime() - from.getTime() < 86_400_000;
  return (
    <span>
      <span className="font-[560] tabular-nums">
        {day(from, zone)} {clockTime(from, zone, withSeconds)} – {sameDay ? "" : `${day(to, zone)} `}
        {clockTime(to, zone, withSeconds)}
      </span>{" "}
      <span className="text-muted">
        {zone} · {seconds((to.getTime() - from.getTime()) / 1000)}
      </span>
    </span>
  );
}
