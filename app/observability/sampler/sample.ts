import type { Missing } from "../probe.ts";

/** What one probe said of one server, or why it could not. `rows` is null exactly when it is not known. */
export type Sample<Row = unknown> = {
  probe: string;
  target: string;
  at: Date;
  ms: number;
  rows: Row[] | null;
  missing: Missing | null;
  sql: string;
  /** Why it was not asked now: these rows are what the collector's last sample brought, at `at`. */
  late?: string | null;
};

export type Known<Row> = Sample<Row> & { rows: Row[] };

export const isKnown = <Row>(sample: Sample<Row> | undefined | null): sample is Known<Row> => Boolean(sample?.rows);
