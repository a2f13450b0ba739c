import type { ProbeRow } from "~/observability/probes/all.ts";
import { family, type Family, type Point, type View } from "../family.ts";

const BYTES: Record<string, number> = { B: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };
const SECONDS: Record<string, number> = { us: 1e-6, ms: 0.001, s: 1, min: 60, h: 3600, d: 86_400 };
/** Not a quantity, though it looks like one. */
const NOT_NUMBERS = new Set(["server_version", "synchronous_commit", "log_timezone", "event_source"]);

/** A setting as a number in its base unit, named as postgres_exporter names it; null where it is text. */
export function settingMetric(row: ProbeRow<"settings">): { name: string; value: number } | null {
  const plain = `pg_settings_${row.name.toLowerCase().replace(/[^a-z0-9_]/g, "_")}`;
  if (row.setting === null || NOT_NUMBERS.has(row.name)) return null;
  if (row.setting === "on" || row.setting === "off") return { name: plain, value: row.setting === "on" ? 1 : 0 };
  if (!/^-?\d+(\.\d+)?$/.test(row.setting)) return null;
  const number = Number(row.setting);
  if (!row.unit) return { name: plain, value: number };
  const [, times = "", unit = ""] = /^(\d*)([A-Za-z]+)$/.exec(row.unit) ?? [];
  const factor = BYTES[unit] ?? SECONDS[unit];
  if (factor === undefined) return { name: plain, value: number };
  // -1 and 0 often mean "as another setting says" and "off": they stay what they are.
  const value = number < 0 ? number : number * factor * Number(times || 1);
  return { name: `${plain}_${unit in BYTES ? "bytes" : "seconds"}`, value };
}

/** A family for each setting, in the order of names. */
export function settingFamilies(view: View): Family[] {
  const byName = new Map<string, Point[]>();
  for (const { name: server } of view.targets)
    for (const row of view.fresh(server, "settings") ?? []) {
      const metric = settingMetric(row);
      if (!metric) continue;
      const points = byName.get(metric.name) ?? [];
      points.push([{ server }, metric.value]);
      byName.set(metric.name, points);
    }
  return [...byName].map(([name, points]) =>
    family(name, "gauge", `Server parameter ${name.slice("pg_settings_".length)}`, ["server"], () => points),
  );
}
