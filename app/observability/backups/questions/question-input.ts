import { z } from "zod";

const bound = z
  .string()
  .trim()
  .transform((typed) => typed.replaceAll(/[,\s_]/g, ""))
  .refine((typed) => typed === "" || Number.isFinite(Number(typed)), "Enter a number, or leave it empty")
  .transform((typed) => (typed === "" ? null : Number(typed)));

const statement = z
  .string()
  .trim()
  .min(1, "Enter a SELECT statement")
  .max(4000, "The statement is longer than 4,000 characters. Shorten it.");

export const statementInput = z.object({ sql: statement });

const fields = {
  name: z.string().trim().min(1, "Enter a name").max(80, "The name is longer than 80 characters. Shorten it."),
  sql: statement,
  min: bound,
  max: bound,
  enabled: z.boolean(),
};

type Bounds = { min: number | null; max: number | null };

/** A question without a limit could never fail, and one with crossed limits never pass. */
const withRange = <T extends z.ZodType<Bounds>>(schema: T) =>
  schema
    .refine(({ min, max }) => min !== null || max !== null, {
      path: ["min"],
      error: "Enter at least one of the two limits",
    })
    .refine(({ min, max }) => min === null || max === null || min <= max, {
      path: ["max"],
      error: "The highest answer is below the lowest. Swap them.",
    });

export const questionInput = withRange(z.object(fields));
export const changedQuestionInput = withRange(z.object({ id: z.uuid(), ...fields }));
