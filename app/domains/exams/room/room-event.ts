import { z } from "zod";

/** One line of what happened in a room, as the database keeps it. */
export const roomEvent = z.object({
  seq: z.number(),
  at: z.date(),
  kind: z.string(),
  attempt_id: z.string().nullable(),
  actor_name: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  student: z.string().nullable(),
});
export type RoomEvent = z.infer<typeof roomEvent>;
