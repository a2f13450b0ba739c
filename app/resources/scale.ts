import type { FieldKind } from "./define.ts";

/** How many of what a column keeps make one of what people read: a whole number, a mark, an amount of money. */
export const SCALE: Partial<Record<FieldKind, number>> = { int: 1, hundredths: 100, thousandths: 1000, money: 100 };

/** How many decimals a person reads and types. */
export const decimalsOf = (kind: FieldKind): number => Math.round(Math.log10(SCALE[kind] ?? 1));
