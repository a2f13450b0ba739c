import { followAttempt } from "~/domains/exams/sitting/follow-attempt.server.ts";
import { connectionEnd, eventStream, lastEventId } from "../event-stream.server.ts";
import { attemptClient } from "./attempt-client.server.ts";
import { attemptEndpoint } from "./endpoint.server.ts";

/** Whoever may not read any more is told so, and gets nothing further. */
const LOOK_AGAIN_MS = 30_000;

const endpoint = attemptEndpoint("GET", async ({ client, attemptId, request, context }) => {
  const following = await followAttempt({ ctx: client, input: { attemptId, keyId: client.keyId, after: lastEventId(request) } });
  return eventStream(connectionEnd(context), (stream) => {
    stream.onEnd(following.stop);
    following.start({
      send: stream.send,
      stop: () => stream.close("restart", "The server stops. Connect again"),
    });
    const look = setInterval(() => {
      attemptClient(request, attemptId).catch((refused: unknown) => {
        if (refused instanceof Response && (refused.status === 401 || refused.status === 403))
          stream.close("unauthorized", "This key or token is not valid any more");
      });
    }, LOOK_AGAIN_MS);
    look.unref();
    stream.onEnd(() => clearInterval(look));
  });
});

export const loader = endpoint;
export const action = endpoint;
