import { expect, it } from "vitest";
import { parseEvents } from "./read-events.ts";

it("reads whole events, skips comments, and keeps what is not complete", () => {
  const { events, rest } = parseEvents(
    'retry: 2000\n\n: alive\n\nid: 7\nevent: standing\ndata: {"state":"PAUSED"}\n\nevent: mess',
  );
  expect(events).toEqual([{ id: "7", name: "standing", data: { state: "PAUSED" } }]);
  expect(rest).toBe("event: mess");
});
