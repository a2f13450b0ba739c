import { z } from "zod";

/** How long the second person has to agree. */
export const WAIT_MINUTES = 15;
/** One that nobody heard of for so long was cut off: its process ended, or the database did not come back. */
export const LOST_MINUTES = 5;

export const SWITCHOVER_STATES = ["WAITING", "RUNNING", "DONE", "FAILED", "NOT_KNOWN", "WITHDRAWN", "EXPIRED"] as const;
export type SwitchoverStatus = (typeof SWITCHOVER_STATES)[number];

export const switchoverRow = z.object({
  id: z.string(),
  leader: z.string(),
  candidate: z.string(),
  reason: z.string(),
  state: z.enum(SWITCHOVER_STATES),
  live_exams: z.number(),
  sitting: z.number(),
  asked_by: z.string(),
  asked_name: z.string(),
  asked_at: z.date(),
  expires_at: z.date(),
  agreed_name: z.string().nullable(),
  began_at: z.date().nullable(),
  ended_at: z.date().nullable(),
  timeline_before: z.number().nullable(),
  timeline_after: z.number().nullable(),
  outcome: z.string().nullable(),
});
export type Switchover = z.infer<typeof switchoverRow>;

export const idInput = z.object({ id: z.uuid("There is no such switchover") });
