/** From cell to cell of a grid by the arrow keys. A cell names its row and column: `data-cell="3:0"`. */
export const MOVES: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

export function focusCell(from: HTMLElement, row: number, column: number): void {
  from.closest("table")?.querySelector<HTMLElement>(`[data-cell="${row}:${column}"]`)?.focus();
}
