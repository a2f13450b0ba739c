/** What the platform holds on a person in one table: whose a row is, what an erasure does to it, and what an export leaves out. */
export type PersonTable = {
  /** What the file of an export is called, and a line of the preview. */
  label: string;
  /** The column that names the person, or a row of `of` that is theirs; or an address that is theirs. */
  by: { column?: string; of?: string; email?: string };
  /** Rows go, or stay without what is cleared. */
  erase: "delete" | "keep";
  /** What of a row that stays still says something, for whoever decides. */
  stays?: string;
  /** New values of columns that name or describe the person: SQL; `@name` and `@email` stand for the new ones. */
  clear?: Record<string, string>;
  /** Text that stays, and why. */
  kept?: { columns: readonly string[]; why: string };
  /** Never leaves with an export: it opens doors, or is about somebody else. */
  hide?: readonly string[];
  /** SQL over `t`: which rows an export holds. What is not decided or published yet is told by whoever decides it. */
  exportIf?: string;
  /** Why no file of an export holds it at all. */
  notExported?: string;
};

export const NOTHING = "null";
export const ERASED = "'[erased]'";
export const CODES = "A code, a unit or a class of things, which names nobody.";
export const DECISION = "The record of a decision. It names the candidate by number.";
