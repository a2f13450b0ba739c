import type { Missing } from "../probe.ts";
import type { ProbeKey, ProbeRow } from "../probes/all.ts";
import type { Statement } from "../indexes/missing.ts";

export type Level = "error" | "warning" | "note";

/** One thing found: what, how it is seen, and the statement that fixes it (with its undo where there is one). */
export type Evidence = { subject: string; says: string; fix: string | null; undo?: string | null; link?: string };

/** What checks look at. A probe that failed gives null, and every check that needs it says so instead of "all is well". */
export type View = {
  now: Date;
  rows<K extends ProbeKey>(key: K): ProbeRow<K>[] | null;
  /** The same probe on every standby; null for one that can't be asked. */
  standbys<K extends ProbeKey>(key: K): (ProbeRow<K>[] | null)[];
  /** Statements of the last day, by what they cost. */
  statements: readonly Statement[] | null;
};

/** A numbered check: the number ties its file, its test and its page together. */
export type Check = {
  id: string;
  name: string;
  title: string;
  level: Level;
  why: string;
  needs: readonly ProbeKey[];
  needsStatements?: boolean;
  run(view: View): Evidence[];
  /** What it could not see although its probes brought something, and what would show it. */
  blind?(view: View): Missing | null;
};

export const check = (definition: Check): Check => definition;
