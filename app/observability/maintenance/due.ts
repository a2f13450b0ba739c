import type { ProbeRow } from "../probes/all.ts";

type TableRow = ProbeRow<"tables">;
type Setting = ProbeRow<"settings">;

export type VacuumSettings = {
  threshold: number;
  scale: number;
  maxThreshold: number | null;
  insertThreshold: number;
  insertScale: number;
  analyzeThreshold: number;
  analyzeScale: number;
  freezeMax: number;
  on: boolean;
};

export function vacuumSettings(settings: readonly Setting[]): VacuumSettings {
  const value = (name: string, fallback: number) => {
    const found = settings.find((row) => row.name === name)?.setting;
    return found === undefined || found === null ? fallback : Number(found);
  };
  const most = value("autovacuum_vacuum_max_threshold", -1);
  return {
    threshold: value("autovacuum_vacuum_threshold", 50),
    scale: value("autovacuum_vacuum_scale_factor", 0.2),
    // Only 18 knows it; -1 is "none".
    maxThreshold: most >= 0 ? most : null,
    insertThreshold: value("autovacuum_vacuum_insert_threshold", 1000),
    insertScale: value("autovacuum_vacuum_insert_scale_factor", 0.2),
    analyzeThreshold: value("autovacuum_analyze_threshold", 50),
    analyzeScale: value("autovacuum_analyze_scale_factor", 0.1),
    freezeMax: value("autovacuum_freeze_max_age", 200_000_000),
    on: settings.find((row) => row.name === "autovacuum")?.setting !== "off",
  };
}

/** A table's own storage parameters win over the server's. */
function own(row: TableRow, name: string): number | null {
  const option = row.options?.find((option) => option.startsWith(`${name}=`));
  return option ? Number(option.slice(name.length + 1)) : null;
}

export type Due = {
  table: string;
  kind: "vacuum" | "analyze" | "freeze";
  reason: string;
  amount: number;
  threshold: number;
  ratio: number;
  lastAt: Date | null;
};

/** Which tables autovacuum should be at, by the same arithmetic that it uses itself. */
export function dueTables(tables: readonly TableRow[], settings: VacuumSettings): Due[] {
  const found: Due[] = [];
  for (const row of tables) {
    const rows = Math.max(0, row.estimated_rows);
    const cap = settings.maxThreshold ?? Number.POSITIVE_INFINITY;
    const dead = Math.min(
      cap,
      (own(row, "autovacuum_vacuum_threshold") ?? settings.threshold) +
        (own(row, "autovacuum_vacuum_scale_factor") ?? settings.scale) * rows,
    );
    const inserted =
      (own(row, "autovacuum_vacuum_insert_threshold") ?? settings.insertThreshold) +
      (own(row, "autovacuum_vacuum_insert_scale_factor") ?? settings.insertScale) * rows;
    const changed =
      (own(row, "autovacuum_analyze_threshold") ?? settings.analyzeThreshold) +
      (own(row, "autovacuum_analyze_scale_factor") ?? settings.analyzeScale) * rows;
    const freeze = own(row, "autovacuum_freeze_max_age") ?? settings.freezeMax;
    const add = (kind: Due["kind"], amount: number, threshold: number, reason: string, lastAt: Date | null) =>
      found.push({ table: row.name, kind, amount, threshold, ratio: threshold > 0 ? amount / threshold : 0, reason, lastAt });
    if (row.dead > dead) add("vacuum", row.dead, dead, "dead rows", row.vacuumed_at);
    else if (row.inserted_since_vacuum > inserted)
      add("vacuum", row.inserted_since_vacuum, inserted, "inserted rows", row.vacuumed_at);
    if (row.modified > changed) add("analyze", row.modified, changed, "changed rows", row.analyzed_at);
    if (row.xid_age > freeze) add("freeze", row.xid_age, freeze, "age of its oldest row", row.vacuumed_at);
  }
  return found.sort((a, b) => b.ratio - a.ratio);
}
