import { bytes, count, decimal, milliseconds, percent, seconds } from "~/platform/format.ts";

export type Unit = "number" | "count" | "bytes" | "ms" | "s" | "percent" | "perSecond" | "bytesPerSecond";

/** As many places as tell two neighbours of a scale apart. */
function placesOf(step: number): number {
  for (let places = 0; places < 4; places++)
    if (Math.abs(step * 10 ** places - Math.round(step * 10 ** places)) < 1e-9) return places;
  return 4;
}

/** `step`: how far apart the values of a scale lie; without it, one value by itself. */
export function formatUnit(value: number, unit: Unit, step?: number): string {
  const places = step === undefined ? 1 : placesOf(unit === "percent" ? step * 100 : step);
  switch (unit) {
    case "bytes":
      return bytes(value);
    case "bytesPerSecond":
      return `${bytes(value)}/s`;
    case "ms":
      return milliseconds(value);
    case "s":
      return seconds(value);
    case "percent":
      return percent(value, step === undefined && value >= 0.1 ? 0 : places);
    case "perSecond":
      return `${value < 10 ? decimal(value, places) : count(value)}/s`;
    case "count":
      return count(value);
    default:
      return value !== 0 && Math.abs(value) < 10 ? decimal(value, places) : count(value);
  }
}
