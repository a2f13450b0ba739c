import { SAMPLES_KEPT_DAYS } from "~/platform/range.ts";
import { recorded, series, type Recorded } from "./series.ts";

/** Numbers that have a name, and a label where one name has several. */
export const metricSeries = series({
  table: "metric",
  by: ["target", "name", "label"],
  values: { value: "average" },
  raised: { highest: { fold: "max", of: "value" } },
  levels: [
    { suffix: "", seconds: 5, days: 1 },
    { suffix: "_5m", seconds: 300, days: 30 },
    { suffix: "_1h", seconds: 3600, days: SAMPLES_KEPT_DAYS },
  ],
});

/** A number under its name. One that is not known is not written. */
export type Named = { name: string; label: string; value: number | null };

export const named = (name: string, value: number | null, label = ""): Named => ({ name, label, value });

export const metricRows = (at: Date, target: string, numbers: readonly Named[]): Recorded[] =>
  numbers
    .filter(({ value }) => value !== null && Number.isFinite(value))
    .map((number) => recorded(metricSeries, { at: at.toISOString(), target, ...number }));
