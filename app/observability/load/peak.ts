import { decimal } from "~/platform/format.ts";

const MEANS: [number, string][] = [
  [1, "in one second"],
  [60, "in one minute"],
  [300, "over 5 minutes"],
  [3600, "over one hour"],
  [86_400, "over one day"],
];

/** A highest value always with the time over which it is a mean: of a second, a minute or an hour are different things. */
export function peakNote(load: { peak: number | null; peakSeconds: number }): string | null {
  if (load.peak === null) return null;
  const exact = MEANS.find(([seconds]) => seconds === load.peakSeconds);
  const over =
    exact?.[1] ??
    (load.peakSeconds < 60 ? `over ${load.peakSeconds} seconds` : `over ${Math.round(load.peakSeconds / 60)} minutes`);
  return `at most ${decimal(load.peak, 1)} ${over}`;
}
