import { count, decimal, exactTime, money } from "~/platform/format.ts";
import type { Field } from "./define.ts";
import { decimalsOf, SCALE } from "./scale.ts";

/** SUBSCRIPTION_STATUS reads "Subscription status". */
export const words = (value: string) => value.charAt(0) + value.slice(1).toLowerCase().replaceAll("_", " ");

type Shown = { field: Pick<Field, "kind">; value: unknown; label?: string; currency?: unknown };

/** A value as people read it, and as they may type it again. */
export function cellText({ field, value, label, currency }: Shown): string {
  if (value === null || value === undefined || value === "") return "";
  switch (field.kind) {
    case "ref":
    case "id":
      return label ?? String(value);
    case "choice":
      return words(String(value));
    case "bool":
      return value ? "Yes" : "No";
    case "moment":
      return exactTime(new Date(String(value)));
    case "money":
      return typeof currency === "string" && currency ? money(Number(value), currency) : decimal(Number(value) / SCALE.money!, 2);
    case "hundredths":
    case "thousandths":
      return decimal(Number(value) / SCALE[field.kind]!, decimalsOf(field.kind));
    case "int":
      return count(Number(value));
    case "list":
      return (value as string[]).join("; ");
    case "json":
      return JSON.stringify(value);
    default:
      return String(value);
  }
}
