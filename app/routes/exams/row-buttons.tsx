import { useRef, useState, type KeyboardEvent } from "react";
import { ArrowDown, ArrowUp, X } from "lucide-react";
import { changedRows } from "./question-rows.ts";

let made = 0;

/** Rows that are added, moved and removed in place: each keeps its field, so what was typed goes along. */
export function useRows<T>(first: readonly T[], blank: T) {
  const [rows, setRows] = useState(() => first.map((value, at) => ({ id: `first-${at}`, value })));
  const box = useRef<HTMLDivElement>(null);
  const focus = (row: number) =>
    requestAnimationFrame(() => box.current?.querySelectorAll<HTMLElement>("[data-row-field]")[row]?.focus());
  const change = (act: string) => {
    const next = changedRows(rows, act, { id: `row-${++made}`, value: blank });
    setRows(next);
    const [what, at] = act.split(".");
    const row = Number(at);
    if (what === "add") focus(next.length - 1);
    else if (what === "remove") focus(Math.min(row, next.length - 1));
    else focus(Math.max(0, Math.min(next.length - 1, what === "up" ? row - 1 : row + 1)));
  };
  return { rows, box, change };
}

/** Alt with an arrow moves the row that one writes in. */
export const movesRow = (change: (act: string) => void, row: number) => (event: KeyboardEvent) => {
  if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
  event.preventDefault();
  change(`${event.key === "ArrowUp" ? "up" : "down"}.${row}`);
};

type Props = { list: string; row: number; of: number; least: number; name: string; change: (act: string) => void };

/** Moves and removes a row at once; before JavaScript by a round trip that keeps everything typed. */
export function RowButtons({ list, row, of, least, name, change }: Props) {
  const button = (act: string, label: string, off: boolean, icon: React.ReactNode) => (
    <button
      type="submit"
      name="intent"
      value={`rows:${list}.${act}.${row}`}
      className="grid size-8 place-items-center rounded-control text-muted hover:bg-sunk hover:text-ink disabled:opacity-35"
      aria-label={label}
      title={label}
      disabled={off}
      onClick={(event) => {
        event.preventDefault();
        change(`${act}.${row}`);
      }}
    >
      {icon}
    </button>
  );
  return (
    <span className="flex shrink-0">
      {button("up", `Move ${name} up`, row === 0, <ArrowUp size={15} aria-hidden />)}
      {button("down", `Move ${name} down`, row === of - 1, <ArrowDown size={15} aria-hidden />)}
      {button("remove", `Remove ${name}`, of <= least, <X size={15} aria-hidden />)}
    </span>
  );
}

export function AddRow({
  list,
  label,
  off,
  change,
}: {
  list: string;
  label: string;
  off: boolean;
  change: (act: string) => void;
}) {
  return (
    <button
      type="submit"
      name="intent"
      value={`rows:${list}.add`}
      className="control w-fit"
      disabled={off}
      onClick={(event) => {
        event.preventDefault();
        change("add");
      }}
    >
      {label}
    </button>
  );
}
