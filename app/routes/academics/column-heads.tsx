import type { Column } from "./gradebook-grid.tsx";

/** What each column is for, and its day, which can be changed. */
export function ColumnHeads({ columns, manage }: { columns: Column[]; manage: boolean }) {
  return (
    <>
      {columns.map((column, index) => (
        <th key={column.component} className="!whitespace-normal align-bottom">
          <span className="block min-w-[84px] break-words">{column.component}</span>
          <input type="hidden" name={`component:${index}`} value={column.component} />
          <input
            className="input !w-[132px] font-normal"
            type="date"
            name={`date:${index}`}
            defaultValue={column.date}
            aria-label={`Day of ${column.component}`}
            disabled={!manage}
            required
          />
        </th>
      ))}
    </>
  );
}
