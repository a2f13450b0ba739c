import { Conflict } from "./errors.ts";

/** A state machine as data: from each state, the states it may move to. The database holds the same rows and refuses the rest. */
export type Machine<S extends string = string> = Readonly<Record<S, readonly S[]>>;

const canMove = <S extends string>(machine: Machine<S>, from: S, to: S): boolean => machine[from]?.includes(to) ?? false;

export function assertMove<S extends string>(machine: Machine<S>, what: string, from: S, to: S): void {
  if (!canMove(machine, from, to)) throw new Conflict(`A ${what} can't go from ${words(from)} to ${words(to)}`);
}

export const words = (state: string) => state.toLowerCase().replaceAll("_", " ");

export const movesOf = (machine: Machine): string[] =>
  Object.entries(machine)
    .flatMap(([from, targets]) => targets.map((to) => `${from} → ${to}`))
    .sort();
