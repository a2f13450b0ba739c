import { bytes, count, decimal, milliseconds, percent, seconds } from "~/platform/format.ts";

export type Unit = "number" | "count" | "bytes" | "ms" | "s" | "percent" | "perSecond" | "bytesPerSecond";

export function formatUnit(value: number, unit: Unit): string {
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
      return percent(value, value < 0.1 ? 1 : 0);
    case "perSecond":
      return `${value < 10 ? decimal(value, 1) : count(value)}/s`;
    case "count":
      return count(value);
    default:
      return value !== 0 && Math.abs(value) < 10 ? decimal(value, 1) : count(value);
  }
}
