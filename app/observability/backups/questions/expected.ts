import { z } from "zod";
import { numberFormat } from "~/platform/intl.ts";

export type Range = { min: number | null; max: number | null };

/** A drill's answer to one question, as its evidence keeps it: what was asked stands there even when the question changes. */
export const questionAnswer = z.object({
  id: z.string(),
  name: z.string(),
  sql: z.string(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  value: z.number().nullable(),
  verdict: z.enum(["OK", "OUT_OF_RANGE", "NOT_ASKED"]),
  reason: z.string().nullable(),
});
export type QuestionAnswer = z.infer<typeof questionAnswer>;

export const figure = (value: number) => numberFormat("en-GB", { maximumFractionDigits: 6 }).format(value);

export function expectedRange({ min, max }: Range): string {
  if (min !== null && max !== null) return min === max ? `exactly ${figure(min)}` : `${figure(min)} to ${figure(max)}`;
  return min !== null ? `${figure(min)} or more` : `${figure(max ?? 0)} or less`;
}

export const inRange = (value: number, { min, max }: Range) => (min === null || value >= min) && (max === null || value <= max);
