import { useEffect, useState } from "react";
import { useRouteLoaderData } from "@remix-run/react";
import { ago, clockTime, day, exactTime } from "~/platform/format.ts";

export function useZone(): string {
  return useRouteLoaderData<{ zone?: string }>("root")?.zone ?? "UTC";
}

/** Relative, with the exact time on hover; it keeps up without a request. */
export function Ago({ at }: { at: string | Date }) {
  const zone = useZone();
  const date = new Date(at);
  const moment = date.getTime();
  const [now, setNow] = useState<Date>(() => new Date());
  // A newer moment may arrive between two ticks: it was not in the future.
  useEffect(() => {
    const soon = setTimeout(() => setNow(new Date()), 0);
    const timer = setInterval(() => setNow(new Date()), 20_000);
    return () => {
      clearTimeout(soon);
      clearInterval(timer);
    };
  }, [moment]);
  return (
    <time dateTime={date.toISOString()} title={exactTime(date, zone)} suppressHydrationWarning className="whitespace-nowrap">
      {ago(date, now)}
    </time>
  );
}

export function Clock({
  at,
  withDay = false,
  withSeconds = false,
}: {
  at: string | Date;
  withDay?: boolean;
  withSeconds?: boolean;
}) {
  const zone = useZone();
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={exactTime(date, zone)} className="mono whitespace-nowrap">
      {withDay && `${day(date, zone)} `}
      {clockTime(date, zone, withSeconds)}
    </time>
  );
}
