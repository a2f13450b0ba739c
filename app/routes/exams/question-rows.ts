import { BLANK_OPTION, type Draft } from "./question-draft.ts";

/** What the rows of a question become by one of their buttons: `add`, `up.2`, `down.2`, `remove.2`. */
export function changedRows<T>(rows: readonly T[], act: string, blank: T): T[] {
  const [what, at] = act.split(".");
  const row = Number(at);
  const next = [...rows];
  if (what === "add") next.push(blank);
  else if (what === "remove") next.splice(row, 1);
  else {
    const to = what === "up" ? row - 1 : row + 1;
    if (to >= 0 && to < next.length) next.splice(to, 0, ...next.splice(row, 1));
  }
  return next;
}

/** The same before JavaScript: `options.up.2` is what its button sends. */
export function draftAfter(draft: Draft, act: string): Draft {
  const [list, ...rest] = act.split(".");
  if (list === "options") return { ...draft, options: changedRows(draft.options, rest.join("."), BLANK_OPTION) };
  if (list === "accepted") return { ...draft, accepted: changedRows(draft.accepted, rest.join("."), "") };
  return draft;
}
