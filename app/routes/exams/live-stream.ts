import type { LoaderFunctionArgs } from "@remix-run/node";
import { guard } from "~/access/guard.server.ts";
import { followRoom } from "~/domains/exams/room/follow-room.server.ts";
import { roomHub } from "~/domains/exams/room/hub.server.ts";
import { AppError, retryAfter } from "~/platform/errors.ts";
import { problem } from "~/platform/problem.server.ts";
import { connectionEnd, eventStream } from "../machine/event-stream.server.ts";

const STREAMS_PER_SESSION = 12;
/** A session that has ended, a role that was taken away, a tenant that is chosen no more: the stream ends with it. */
const LOOK_AGAIN_MS = 10_000;

/** Nobody touches a stream: that it is open must not keep a session alive. */
function untouched(request: Request): Request {
  const headers = new Headers(request.headers);
  headers.set("X-Invigil-Idle", "999999999");
  return new Request(request.url, { headers });
}

function refusal(error: unknown, request: Request): Response {
  if (error instanceof Response) return problem(request, 401, "Your session has ended. Log in again");
  if (error instanceof AppError) return problem(request, error.status, error.message, retryAfter(error));
  return problem(request, 503, "Live updates are not available right now. The board refreshes every few seconds meanwhile", {
    "Retry-After": "5",
  });
}

export async function loader({ request, params, context }: LoaderFunctionArgs): Promise<Response> {
  const asked = untouched(request);
  const look = async () => {
    const ctx = await guard(asked, {}, "exams.live");
    return { ctx, room: await followRoom({ ctx, input: { examId: params["id"] ?? "" } }) };
  };
  try {
    const { ctx, room } = await look();
    let to: { change(data: unknown, id?: number): void; stop(): void } | null = null;
    const stop = roomHub().follow({
      ...room,
      owner: `session:${ctx.session?.id}`,
      most: STREAMS_PER_SESSION,
      onEvents: (events) => to?.change({ kinds: [...new Set(events.map((event) => event.kind))] }, events.at(-1)!.seq),
      onHint: (hint) => to?.change({ kinds: [hint] }),
      onStop: () => to?.stop(),
    });
    return eventStream(connectionEnd(context), (stream) => {
      to = {
        change: (data, id) => stream.send("change", data, id),
        stop: () => stream.close("restart", "The server stops. Connect again"),
      };
      stream.send("open", { hears: roomHub().hears() });
      const timer = setInterval(() => {
        look().catch((error: unknown) => {
          if (error instanceof Response || (error instanceof AppError && error.status < 500))
            stream.close("unauthorized", "You may not follow this room any more");
        });
      }, LOOK_AGAIN_MS);
      timer.unref();
      stream.onEnd(() => clearInterval(timer));
      stream.onEnd(stop);
    });
  } catch (error) {
    return refusal(error, request);
  }
}
