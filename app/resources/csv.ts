/** A formula, or what would read as a disarmed one. */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** A cell that a spreadsheet would run as a formula is written as text; quotes, commas and line ends are quoted. */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  // A plain number may begin with a minus; everything else that begins like a formula is disarmed.
  const safe = typeof value !== "number" && FORMULA.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A cell of an export, as it was before it was disarmed. */
export const armed = (cell: string): string => (cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell);

export const csvLine = (cells: readonly unknown[]) => `${cells.map(csvCell).join(",")}\r\n`;
