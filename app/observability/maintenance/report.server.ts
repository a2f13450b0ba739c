import { read } from "~/access/verb.server.ts";
import { connection } from "~/db/urls.server.ts";
import { current, sourceOf } from "../current.server.ts";
import { metricHistory } from "../history.server.ts";
import { spanInput } from "../load/read-load.server.ts";
import { rowsOf } from "../tables/counted.ts";
import { dueTables, vacuumSettings } from "./due.ts";

/** Autovacuum: what runs, what is due and late, and who holds the horizon that it can't clean beyond. */
export const maintenanceReport = read({
  name: "maintenance.report",
  permission: "database.read",
  input: spanInput,
  async run({ ctx, input }) {
    const [tables, settings, progress, horizon, ages] = await Promise.all([
      current("tables"),
      current("settings"),
      current("progress"),
      current("horizon"),
      current("ages"),
    ]);
    const history = await metricHistory(ctx.tx, ["age.xid", "age.mxid"], input, ctx.clock.now());
    const rules = settings.rows && vacuumSettings(settings.rows);
    return {
      settings: rules,
      due: tables.rows && rules && dueTables(tables.rows, rules),
      statsReset: tables.rows?.[0]?.stats_reset ?? null,
      tablesMissing: tables.missing ?? settings.missing,
      running: progress.rows,
      runningMissing: progress.missing,
      horizon: horizon.rows,
      horizonMissing: horizon.missing,
      ages: ages.rows,
      database: ages.rows?.find((row) => row.is_ours)?.database ?? new URL(connection("observer").url).pathname.slice(1),
      agesMissing: ages.missing,
      oldest: [...(tables.rows ?? [])].sort((a, b) => b.xid_age - a.xid_age).slice(0, 10),
      stale:
        tables.rows &&
        tables.rows
          .filter((row) => rowsOf(row) > 1000)
          .sort((a, b) => (a.analyzed_at?.getTime() ?? 0) - (b.analyzed_at?.getTime() ?? 0))
          .slice(0, 10),
      history: history.points,
      step: history.step,
      source: sourceOf(tables),
    };
  },
});
