import { expect, it } from "vitest";
import { BadBatch } from "~/platform/event-batch.ts";
import { parseBatch } from "./parse.ts";

const now = new Date("2026-11-20T09:00:00Z");
const event = (details: string) =>
  `{"events":[{"id":"0193aaaa-bbbb-7ccc-8ddd-eeeeffff0000","attemptId":"0193aaaa-bbbb-7ccc-8ddd-eeeeffff0001",` +
  `"type":"PASTE","at":"2026-11-20T09:00:00Z","details":${details}}]}`;
const parse = (details: string) => parseBatch(event(details), "application/json", now);

/** The fastest of three: whatever else the machine does, one of them is let through. */
const cost = (run: () => void) =>
  Math.min(
    ...[1, 2, 3].map(() => {
      const started = performance.now();
      run();
      return performance.now() - started;
    }),
  );

it("details are measured before they are searched: megabytes of backslashes cost what megabytes of letters do", () => {
  const details = (letter: string) => JSON.stringify({ a: `${letter.repeat(2_000_000)}\u0000` });
  const tooLong = (text: string) => () =>
    expect(parse(text).rejected).toEqual([{ index: 0, reason: "details must be at most 4096 characters" }]);
  const letters = cost(tooLong(details("x")));
  expect(cost(tooLong(details("\\"))) / letters).toBeLessThan(15);
});

it("events full of backslashes cost what events full of letters do", () => {
  const body = (letter: string) => {
    const line = /\[(.*)\]/s.exec(event(JSON.stringify({ a: `${letter.repeat(1500)}\u0000` })))![1]!;
    return Array.from({ length: 2500 }, (_, n) => line.replace("ffff0000", n.toString(16).padStart(8, "0"))).join("\n");
  };
  const taken = (text: string) => () => expect(parseBatch(text, "application/x-ndjson", now).events).toHaveLength(2500);
  const letters = cost(taken(body("x")));
  expect(cost(taken(body("\\"))) / letters).toBeLessThan(15);
});

it("what PostgreSQL can't hold is replaced, and what only looks like it is kept", () => {
  const kept = (details: object) => parse(JSON.stringify(details)).events[0]!.event.details!;
  expect(JSON.parse(kept({ nul: "a\u0000b", half: "\ud800 and \udfff" }))).toEqual({
    nul: "a\ufffdb",
    half: "\ufffd and \ufffd",
  });
  const plain = { path: "C:\\u0000", twice: "\\\\ud800", pair: "\u{1f600}", other: "\u0001" };
  expect(JSON.parse(kept(plain))).toEqual(plain);
});

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

it("details nested deeper than any client of ours sends are refused by name, and the other events are taken", () => {
  expect(parse(nested(32)).events).toHaveLength(1);
  for (const details of [nested(33), nested(90), `{"a":${"[".repeat(50)}${"]".repeat(50)}}`])
    expect(parse(details).rejected).toEqual([{ index: 0, reason: "details must be nested at most 32 deep" }]);
});

it("a body nested without end is refused before it is parsed", () => {
  for (const body of [event(nested(1_000_000)), "[".repeat(8_000_000), `{"events":${"[".repeat(4_000_000)}`])
    expect(() => parseBatch(body, "application/json", now)).toThrow(BadBatch);
  const lines = parseBatch("[".repeat(8_000_000), "application/x-ndjson", now);
  expect(lines.rejected).toEqual([{ index: 0, reason: "not JSON" }]);
});

it("brackets and quotes inside of strings do not count as nesting", () => {
  const details = { a: "[{".repeat(300), b: '\\"[['.repeat(100) };
  expect(JSON.parse(parse(JSON.stringify(details)).events[0]!.event.details!)).toEqual(details);
});
