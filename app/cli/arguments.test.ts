import { expect, it } from "vitest";
import { readArguments } from "./arguments.ts";

const verify = { options: { file: { type: "string" as const } }, takes: 1 };

it("reads options and as many words as a command takes", () => {
  expect(readArguments(verify, ["export.ndjson", "--json"])).toMatchObject({
    options: { json: true },
    positionals: ["export.ndjson"],
  });
  expect(readArguments(verify, ["--file", "a"])).toMatchObject({ options: { file: "a" }, positionals: [] });
});

it("leaves nothing out in silence", () => {
  expect(readArguments(verify, ["one", "two"])).toEqual({ wrong: '"two" is not a known argument' });
  expect(readArguments({}, ["stray"])).toEqual({ wrong: '"stray" is not a known argument' });
  expect(readArguments({}, ["--nope"])).toEqual({ wrong: expect.stringContaining("--nope") });
  expect(readArguments(verify, ["--file"])).toEqual({ wrong: expect.stringContaining("--file") });
});
