import { keptOf, type Keeps } from "../keeps.ts";
import { metricRows } from "../metric-series.ts";
import type { Probe } from "../probe.ts";
import { PROBES, type ProbeRow } from "../probes/all.ts";
import { statementSeries } from "../probes/statements.ts";
import { counters, recorded, type Cell, type Recorded } from "../series.ts";
import { Deltas } from "./deltas.ts";
import { isKnown, type Known, type Sample } from "./sample.ts";

const KEEPS = new Map(Object.values(PROBES as Record<string, Probe>).map((probe) => [probe.name, keptOf(probe.keeps)]));

type StatementCounter = Exclude<keyof typeof statementSeries.values, "seconds">;
const STATEMENT = counters(statementSeries).filter((name): name is StatementCounter => name !== "seconds");

export type StatementDelta = Record<StatementCounter, number> & { query_id: string; seconds: number };
type Relation = Record<string, Cell> & { name: string };

const pick = <Name extends string>(names: readonly Name[], row: Record<Name, unknown>): Record<Name, number> =>
  Object.fromEntries(names.map((name) => [name, row[name]])) as Record<Name, number>;

const rounded = (value: number) => (Number.isInteger(value) ? value : Math.round(value * 1000) / 1000);

/** One at a time, when it is asked for: thousands are not made all at once. */
function* each<A, B>(all: readonly A[], make: (one: A) => B): Generator<B> {
  for (const one of all) yield make(one);
}

/** Turns the samples of one server's slow lane into rows of series. It remembers the last totals, and nothing else. */
export class Recorder {
  private readonly statements = new Deltas<Record<StatementCounter, number>>();
  private readonly counted = new Map<Keeps<never>, Deltas<Record<string, number>>>();
  private readonly gauges = new Map<string, string>();

  constructor(readonly target: string) {}

  /** After a gap without samples: totals are looked at anew. */
  forget(): void {
    this.statements.forget();
    for (const one of this.counted.values()) one.forget();
    this.gauges.clear();
  }

  /** What its probe keeps of a sample. `epoch` names the reset that this database's own totals count from. */
  async record(sample: Sample, monotonic: number, epoch: string): Promise<Recorded[]> {
    if (!isKnown(sample)) return [];
    const rows: Recorded[] = [];
    for (const keeps of KEEPS.get(sample.probe) ?? []) rows.push(...(await this.keep(keeps, sample, monotonic, epoch)));
    return rows;
  }

  private async keep(keeps: Keeps<unknown>, sample: Known<unknown>, monotonic: number, epoch: string): Promise<Recorded[]> {
    switch (keeps.kind) {
      case "numbers":
        return metricRows(sample.at, this.target, sample.rows.flatMap(keeps.of));
      case "rates":
        return metricRows(
          sample.at,
          this.target,
          this.deltas(keeps)
            .round(keeps.epoch(sample.rows), monotonic, sample.rows.flatMap(keeps.totals))
            .flatMap(({ values, seconds, key }) => keeps.numbers(values, seconds, key)),
        );
      case "relations":
        return this.relations(keeps, sample as Known<Relation>, monotonic, epoch);
    }
  }

  private deltas(keeps: Keeps<never>): Deltas<Record<string, number>> {
    const known = this.counted.get(keeps) ?? new Deltas();
    this.counted.set(keeps, known);
    return known;
  }

  private async relations(
    keeps: Extract<Keeps<unknown>, { kind: "relations" }>,
    sample: Known<Relation>,
    monotonic: number,
    epoch: string,
  ): Promise<Recorded[]> {
    const counts = counters(keeps.series);
    const gauges = Object.keys(keeps.series.values).filter((name) => !counts.includes(name));
    const found = await this.deltas(keeps).longRound(
      epoch,
      monotonic,
      each(sample.rows, (row) => ({ key: row.name, values: pick(counts, row) })),
    );
    const deltas = new Map(found.map(({ key, values }) => [key, values]));
    return sample.rows.flatMap((row): Recorded[] => {
      const delta = deltas.get(row.name);
      const gauge = gauges.map((name) => row[name]).join(" ");
      const key = `${keeps.series.table} ${row.name}`;
      // A skipped relation has no size to tell; an unchanged one has nothing to add.
      if (row["bytes"] === null || (!delta && this.gauges.get(key) === gauge)) return [];
      this.gauges.set(key, gauge);
      const still = Object.fromEntries(counts.map((name) => [name, delta?.[name] ?? 0]));
      return [recorded(keeps.series, { ...row, ...still, at: sample.at.toISOString(), target: this.target })];
    });
  }

  /** By statement, whoever ran it. */
  async statementDeltas(sample: Sample<ProbeRow<"statements">>, monotonic: number): Promise<StatementDelta[]> {
    if (!isKnown(sample)) return [];
    const epoch = String(sample.rows[0]?.stats_reset?.getTime() ?? "none");
    const found = await this.statements.longRound(
      epoch,
      monotonic,
      each(sample.rows, (row) => ({
        key: `${row.query_id} ${row.owner}`,
        since: row.stats_since?.getTime() ?? null,
        values: pick(STATEMENT, row),
      })),
    );
    const byQuery = new Map<string, StatementDelta>();
    for (const difference of found) {
      const id = difference.key.slice(0, difference.key.indexOf(" "));
      const known = byQuery.get(id);
      if (!known) byQuery.set(id, { query_id: id, seconds: difference.seconds, ...difference.values });
      else for (const name of STATEMENT) known[name] += difference.values[name];
    }
    return [...byQuery.values()].filter((delta) => delta.calls > 0);
  }

  recordStatements(at: Date, deltas: readonly StatementDelta[]): Recorded[] {
    return deltas.map((delta) => {
      const { query_id, ...values } = delta;
      const cells = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, rounded(value)])) as typeof values;
      return recorded(statementSeries, { ...cells, query_id, at: at.toISOString(), target: this.target });
    });
  }
}
