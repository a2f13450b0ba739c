import { protectedLoader } from "~/access/page.server.ts";
import { liveRoom } from "~/domains/exams/room/live-room.server.ts";

/** Hands and messages alone: they are shown at once also to whoever is selecting students, whose table must not move. */
export const loader = protectedLoader("exams.live", async ({ ctx, params }) => {
  const room = await liveRoom({ ctx, input: { examId: params["id"] ?? "" } });
  return Response.json({ ...room, readAt: ctx.clock.now().getTime() }, { headers: { "Cache-Control": "no-store" } });
});
