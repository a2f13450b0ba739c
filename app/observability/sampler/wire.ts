import { yieldToEventLoop } from "~/platform/yield-to-event-loop.ts";
import type { Sample } from "./sample.ts";

/** JSON that keeps dates: samples travel from the collector to the console as they are. */
export const pack = (value: unknown): string =>
  JSON.stringify(value, function replacer(this: Record<string, unknown>, key, inner: unknown) {
    const original = this[key];
    return original instanceof Date ? { $at: original.getTime() } : inner;
  });

export const unpack = <T>(text: string): T =>
  JSON.parse(text, (_key, value: unknown) =>
    value !== null && typeof value === "object" && "$at" in value ? new Date((value as { $at: number }).$at) : value,
  ) as T;

/** A sample as rows of plain values, with the names of its columns once: thousands of rows are packed in slices. */
export async function packSample({ rows, ...head }: Sample): Promise<Buffer> {
  const list = rows as Record<string, unknown>[] | null;
  const columns = Object.keys(list?.[0] ?? {});
  const dates = columns.filter((name) => list?.some((row) => row[name] instanceof Date));
  const breathe = yieldToEventLoop(4);
  const parts: string[] = [];
  for (const row of list ?? []) {
    parts.push(JSON.stringify(columns.map((name) => (row[name] instanceof Date ? row[name].getTime() : row[name]))));
    await breathe();
  }
  const at = head.at.getTime();
  return Buffer.from(`${JSON.stringify({ head: { ...head, at }, columns, dates, known: list !== null })}\n[${parts.join(",")}]`);
}

export async function unpackSample(text: string): Promise<Sample> {
  const line = text.indexOf("\n");
  const { head, columns, dates, known } = JSON.parse(text.slice(0, line)) as {
    head: Omit<Sample, "rows" | "at"> & { at: number };
    columns: string[];
    dates: string[];
    known: boolean;
  };
  const sample = { ...head, at: new Date(head.at) };
  if (!known) return { ...sample, rows: null };
  const isDate = columns.map((name) => dates.includes(name));
  const rows: Record<string, unknown>[] = [];
  const breathe = yieldToEventLoop(4);
  for (const values of JSON.parse(text.slice(line + 1)) as unknown[][]) {
    const row: Record<string, unknown> = {};
    columns.forEach((name, i) => (row[name] = isDate[i] && typeof values[i] === "number" ? new Date(values[i]) : values[i]));
    rows.push(row);
    await breathe();
  }
  return { ...sample, rows };
}
