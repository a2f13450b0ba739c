import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { current, sourceOf, targetNames } from "../current.server.ts";
import { statementsOfTheDay } from "../queries/day.server.ts";
import { spanInput } from "../load/read-load.server.ts";
import {
  bloated,
  countedSince,
  isOldEnough,
  neverUsed,
  redundant,
  scansEverywhere,
  unindexedForeignKeys,
  unmeasurable,
  usageOf,
} from "./classes.ts";
import { suggestedIndexes } from "./missing.ts";

/** Every index with what it costs and whom it serves, and what should go, come or be built anew. */
export const indexReport = read({
  name: "indexes.report",
  permission: "database.read",
  input: spanInput.extend({ table: z.string().max(200).optional(), own: z.boolean().default(false) }),
  async run({ ctx, input }) {
    const standbys = targetNames().filter((name) => name !== "primary");
    const [primary, density, keys, tables, columns, ...others] = await Promise.all([
      current("indexes"),
      current("indexDensity"),
      current("foreignKeys"),
      current("tables"),
      current("columnStats"),
      ...standbys.map((name) => current("indexes", name)),
    ]);
    // The day that Findings looks at, whatever range is chosen: two pages that count the same agree.
    const statements = await statementsOfTheDay(ctx);
    if (!primary.rows) return { known: false as const, missing: primary.missing, source: sourceOf(primary) };
    const scans = scansEverywhere(
      primary.rows,
      others.map((sample) => sample.rows),
    );
    const now = ctx.clock.now();
    const since = countedSince(
      primary.rows,
      others.map((sample) => sample.rows),
    );
    const writes = new Map(
      (tables.rows ?? []).map((table) => [table.name, table.inserted + table.updated - table.hot_updated + table.deleted]),
    );
    return {
      known: true as const,
      source: sourceOf(primary),
      /** Null: a standby could not be asked, or statistics are too young to say that an index is never used. */
      unused: scans && isOldEnough(since, now) ? neverUsed(primary.rows, scans).filter((row) => !row.is_partition) : null,
      countedSince: since,
      standbysAsked: others.map((sample) => ({
        target: sample.target,
        known: sample.rows !== null,
        reason: sample.missing?.reason ?? null,
      })),
      redundant: redundant(primary.rows.filter((row) => !row.is_partition)),
      invalid: primary.rows.filter((row) => !row.is_valid),
      bloated: bloated(primary.rows, density.rows ?? []),
      unmeasurable: unmeasurable(primary.rows, density.rows ?? []).length,
      foreignKeys: keys.rows && tables.rows ? unindexedForeignKeys(keys.rows, primary.rows, tables.rows) : null,
      wanted: columns.rows ? suggestedIndexes(statements.queries, columns.rows, primary.rows, now, input.own) : null,
      skipped: primary.rows.filter((row) => row.skipped).map((row) => row.name),
      all: primary.rows
        .filter((row) => !input.table || row.table_name === input.table)
        .map((row) => ({
          name: row.name,
          table: row.table_name,
          bytes: row.bytes,
          scans: scans?.get(row.name) ?? row.scans,
          usage: usageOf(scans?.get(row.name) ?? row.scans),
          writes: writes.get(row.table_name) ?? 0,
          unique: row.is_unique,
          definition: row.definition,
          lastScan: row.last_scan,
        }))
        .sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0)),
    };
  },
});
