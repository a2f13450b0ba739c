import { describe, expect, it } from "vitest";
import { Recorder } from "./recorder.ts";
import type { Sample } from "./sample.ts";

const at = new Date("2026-05-20T09:00:00.000Z");
const sample = (probe: string, ...rows: unknown[]): Sample => ({
  probe,
  target: "primary",
  at,
  ms: 1,
  rows,
  missing: null,
  sql: "",
});

/** Breaks when what a probe keeps is not what its samples said. */
describe("a recorder", () => {
  it("tells rates between two looks, and nothing of the first or after a gap", async () => {
    const recorder = new Recorder("primary");
    const wal = (bytes: number) => sample("wal", { bytes, on_disk: 64, stats_reset: null });
    const onDisk = { table: "metric", row: [at.toISOString(), "primary", "wal.on_disk_bytes", "", 64] };
    expect(await recorder.record(wal(1000), 0, "")).toEqual([onDisk]);
    expect(await recorder.record(wal(1500), 2000, "")).toEqual([
      onDisk,
      { table: "metric", row: [at.toISOString(), "primary", "wal.bytes_per_s", "", 250] },
    ]);
    recorder.forget();
    expect(await recorder.record(wal(9000), 4000, "")).toEqual([onDisk]);
  });

  it("tells a relation when its size changes or it is used, and not one that could not be measured", async () => {
    const recorder = new Recorder("primary");
    const index = (bytes: number | null, scans: number) =>
      sample("indexes", { name: "public.i", table_name: "public.t", bytes, scans, rows_read: scans });
    const row = (bytes: number, scans: number) => ({
      table: "index_stat",
      row: [at.toISOString(), "primary", "public.i", "public.t", bytes, scans, scans],
    });
    expect(await recorder.record(index(8192, 5), 0, "e")).toEqual([row(8192, 0)]);
    expect(await recorder.record(index(8192, 5), 1000, "e")).toEqual([]);
    expect(await recorder.record(index(8192, 7), 2000, "e")).toEqual([row(8192, 2)]);
    expect(await recorder.record(index(null, 9), 3000, "e")).toEqual([]);
    expect(await recorder.record(index(16_384, 9), 4000, "e")).toEqual([row(16_384, 0)]);
  });

  it("keeps nothing of a sample that is not known", async () => {
    expect(await new Recorder("primary").record({ ...sample("sizes"), rows: null }, 0, "")).toEqual([]);
  });
});
