import type { Column, ExamColumn } from "./gradebook-grid.tsx";

/** A column that was just asked for is there to be filled in; it stays once a grade stands in it. */
export function withNewColumn(columns: readonly Column[], { component, date }: Column): Column[] {
  const name = component.trim().slice(0, 60);
  return !name || columns.some((column) => column.component === name) ? [...columns] : [...columns, { component: name, date }];
}

type Result = { exam_id: string; title: string; user_id: string; percentage: number };

/** Results by exam, in the order of the exams. */
export function examColumns(results: readonly Result[]): ExamColumn[] {
  const exams = new Map<string, ExamColumn>();
  for (const { exam_id: id, title, user_id, percentage } of results) {
    const exam = exams.get(id) ?? { id, title, percentages: {} };
    exam.percentages[user_id] = percentage;
    exams.set(id, exam);
  }
  return [...exams.values()];
}
