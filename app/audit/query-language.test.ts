import { describe, expect, it } from "vitest";
import { parseQuery } from "./query-language.ts";

// Breaks when something that is typed is taken for something else without a word: an auditor would believe an empty page.
const only = (text: string) => parseQuery(text)[0]!;

describe("a moment", () => {
  it("is in UTC wherever the server stands, unless it names its zone", () => {
    for (const [text, iso] of [
      ["after:2026-11-01", "2026-11-01T00:00:00.000Z"],
      ["before:2026-11", "2026-11-01T00:00:00.000Z"],
      ["after:2026-11-01T10:30", "2026-11-01T10:30:00.000Z"],
      ["after:2026-11-01t10:30:05.25z", "2026-11-01T10:30:05.250Z"],
      ["before:2026-11-01T10:30+05:30", "2026-11-01T05:00:00.000Z"],
      ['after:"2026-11-01 10:30"', "2026-11-01T10:30:00.000Z"],
    ] as const) {
      const zone = process.env["TZ"];
      try {
        process.env["TZ"] = "America/New_York";
        expect(only(text).value, text).toBe(iso);
      } finally {
        if (zone === undefined) delete process.env["TZ"];
        else process.env["TZ"] = zone;
      }
    }
  });

  it("that is none is refused, not guessed", () => {
    for (const text of [
      "5",
      "11/01/2026",
      "yesterday",
      "2026-02-30",
      "2026-13-01",
      "2026-11-01T25:00",
      "+012026-01-01",
      "99999999",
    ])
      expect(() => parseQuery(`after:${text}`), text).toThrow(/is not a date/);
  });
});

describe("a word before a colon", () => {
  it("is known in large and small letters", () => {
    expect(only("Action:enrollment.drop")).toMatchObject({ kind: "action", value: "enrollment.drop" });
    expect(only("-TENANT:north")).toMatchObject({ kind: "tenant", not: true });
  });

  it("that is none of ours is refused, unless it is quoted or an address", () => {
    expect(() => parseQuery("user:ana")).toThrow(/user: is not a known filter/);
    expect(only('"user:ana"')).toMatchObject({ kind: "text", value: "user:ana" });
    expect(only("https://exam.example/x")).toMatchObject({ kind: "text", value: "https://exam.example/x" });
    expect(only("10:30")).toMatchObject({ kind: "text", value: "10:30" });
  });

  it("with a value that can't be one is refused", () => {
    for (const text of [
      "session:abc",
      "risk:high",
      "risk:>>4",
      "action:*.drop",
      "action:a*b*",
      "resource:*er",
      '"not closed',
      'actor:"ana',
    ])
      expect(() => parseQuery(text), text).toThrow();
  });
});

it("risk is compared in every way", () => {
  for (const op of [">", "<", ">=", "<="]) expect(only(`risk:${op}40`)).toMatchObject({ kind: "risk", value: "40", op });
  expect(only("risk:40")).toMatchObject({ op: "=" });
});

it("a star at the end of a word is the beginning of words, which is what is looked for anyway", () => {
  expect(only("actor:an*")).toMatchObject({ value: "an" });
  expect(only("tow*")).toMatchObject({ value: "tow" });
  expect(only('"50%*"')).toMatchObject({ value: "50%*" });
  expect(only("action:enrollment.*")).toMatchObject({ value: "enrollment.*" });
});

it("more than twenty words are refused, whatever they are", () => {
  for (const word of ["risk:>1", "x", "https://y", "action:a"])
    expect(() => parseQuery(`${word} `.repeat(21)), word).toThrow(/at most 20/);
  expect(parseQuery("x ".repeat(20))).toHaveLength(20);
});
