import { Invalid, StepUpRequired, type AppError, type FieldErrors } from "./errors.ts";

/** What went wrong, in words and per field, and what was typed: the form shows both again. */
export type Refusal = {
  ok: false;
  status: number;
  message: string;
  fields: FieldErrors;
  values: Record<string, string>;
  stepUp: boolean;
  details?: unknown;
};

/** What every action of a page answers. */
export type ActionResult<T = unknown> = { ok: true; result?: T } | Refusal;

export const refusalOf = (error: AppError, values: Record<string, string> = {}): Refusal => ({
  ok: false,
  status: error.status,
  message: error.message,
  fields: error instanceof Invalid ? error.fields : {},
  values,
  stepUp: error instanceof StepUpRequired || (error instanceof Invalid && "_proof" in error.fields),
  details: error instanceof Invalid ? undefined : error.details,
});
