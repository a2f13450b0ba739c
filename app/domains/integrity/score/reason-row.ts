import { z } from "zod";
import type { Reason } from "./score.ts";

/** A reason as the database holds it. */
export const reasonRow = z.object({
  signal: z.string(),
  count: z.number(),
  points: z.number(),
  incident: z.number().optional(),
  ignored: z.boolean().optional(),
  with: z.number().optional(),
  detail: z.string().optional(),
  expected: z.number().optional(),
  method: z.number().optional(),
}) satisfies z.ZodType<Reason>;
