import { knows, resourceNamed } from "~/resources/registry.ts";

/** What each column is called in the console; one that no page shows is called as the database does. */
export function headingsOf(table: string, columns: readonly string[]): string[] {
  const fields = knows(table) ? resourceNamed(table).fields : [];
  const spoken = (column: string) => column.charAt(0).toUpperCase() + column.slice(1).replaceAll("_", " ");
  return columns.map((column) => fields.find((field) => field.column === column)?.label ?? spoken(column));
}
