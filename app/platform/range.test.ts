import { describe, expect, it } from "vitest";
import { rangeQuery, readRange, shifted, withRange } from "./range.ts";

const from = "2026-12-03T09:00:00.000Z";
const to = "2026-12-03T10:00:00.000Z";

describe("a range along the rail", () => {
  const kept = (search: string) => withRange("/database/locks", rangeQuery(new URLSearchParams(search)));

  it("goes with the link, whether it has a name or two ends", () => {
    expect(kept("by=query&range=7d")).toBe("/database/locks?range=7d");
    const chosen = new URL(kept(new URLSearchParams({ from, to, q: "x" }).toString()), "http://invigil");
    expect([...chosen.searchParams.keys()]).toEqual(["from", "to"]);
    expect(readRange(chosen.searchParams, new Date("2026-12-04T00:00:00Z"))).toMatchObject({
      from: new Date(from),
      to: new Date(to),
    });
  });

  it("is nothing where the page has none, or one that does not exist", () => {
    expect(kept("q=ana")).toBe("/database/locks");
    expect(kept("range=9y")).toBe("/database/locks");
    expect(kept(`from=${from}`)).toBe("/database/locks");
  });

  it("goes to no page that shows none", () => {
    expect(withRange("/people", "range=7d")).toBe("/people");
    expect(withRange("/audit/export?q=x", "range=7d")).toBe("/audit/export?q=x");
    expect(withRange("/", "range=7d")).toBe("/?range=7d");
  });

  it("gives way to the range of the address itself", () => {
    expect(withRange("/audit?q=x&range=1h", "range=7d")).toBe("/audit?q=x&range=1h");
    expect(withRange("/audit?q=x", "range=7d")).toBe("/audit?q=x&range=7d");
  });
});

describe("a range in an address", () => {
  const now = new Date("2026-12-03T12:00:00.000Z");
  const read = (search: string, options = {}) => readRange(new URLSearchParams(search), now, options);
  const usual = { from: new Date("2026-12-03T09:00:00.000Z"), to: now, name: "3h", live: true };

  it("with two ends shows these, and is not live", () => {
    expect(read(`from=${from}&to=${to}`)).toEqual({
      from: new Date(from),
      to: new Date(to),
      name: null,
      live: false,
      note: null,
    });
    expect(read(`from=${from}&to=${now.toISOString()}`)).toMatchObject({ name: null, live: false, note: null });
  });

  it("takes ends without a zone as times of the zone that is given, whatever the server's", () => {
    const berlin = read("from=2026-12-03T10:00&to=2026-12-03T11:00&zone=Europe/Berlin");
    expect(berlin).toMatchObject({ from: new Date(from), to: new Date(to) });
    expect(read("from=2026-12-03T09:00&to=2026-12-03T10:00")).toMatchObject({ from: new Date(from), to: new Date(to) });
    expect(rangeQuery(new URLSearchParams("from=2026-12-03T10:00&to=2026-12-03T11:00&zone=Europe/Berlin"))).toBe(
      new URLSearchParams({ from, to }).toString(),
    );
  });

  it.each([
    ["from=yesterday&to=now", "Enter both ends as dates and times, such as 2026-12-03T09:00:00Z."],
    [`from=${from}`, "Enter both ends as dates and times, such as 2026-12-03T09:00:00Z."],
    ["from=0000-01-01&to=0000-01-02", "Enter both ends as dates and times, such as 2026-12-03T09:00:00Z."],
    ["from=2026-02-31&to=2026-03-01", "Enter both ends as dates and times, such as 2026-12-03T09:00:00Z."],
    [`from=${to}&to=${from}`, "The range must end after it starts."],
    [`from=${from}&to=${from}`, "The range must end after it starts."],
    ["from=2026-12-03T13:00:00Z&to=2026-12-03T14:00:00Z", "This range is in the future."],
    ["from=2025-01-01&to=2026-12-01", "A range spans at most 400 days."],
    ["range=9y", "There is no such range."],
    ["range=constructor", "There is no such range."],
  ])("that means nothing (%s) is the usual one, and it is said", (search, why) => {
    expect(read(search)).toEqual({ ...usual, note: `${why} Showing the last 3 hours.` });
  });

  it("that ends in the future ends now, and it is said", () => {
    expect(read(`from=${from}&to=2026-12-03T15:00:00Z`)).toEqual({
      from: new Date(from),
      to: now,
      name: null,
      live: false,
      note: "The end is in the future. Showing until now.",
    });
  });

  it("that is older than what is kept is shown, and it is said", () => {
    const old = "from=2025-06-01T00:00:00Z&to=2025-06-02T00:00:00Z";
    expect(read(old, { keptDays: 395 })).toMatchObject({
      from: new Date("2025-06-01T00:00:00Z"),
      note: "Samples are kept for 395 days. This range is older.",
    });
    expect(read("from=2025-11-01T00:00:00Z&to=2025-11-10T00:00:00Z", { keptDays: 395 }).note).toBe(
      "Samples are kept for 395 days. The start of this range is older.",
    );
    expect(read(old)).toMatchObject({ note: null });
  });

  it("keeps the range to go back to beside the two ends", () => {
    expect(rangeQuery(new URLSearchParams({ from, to, range: "7d" }))).toBe(
      new URLSearchParams({ from, to, range: "7d" }).toString(),
    );
    expect(rangeQuery(new URLSearchParams({ from: to, to: from, range: "7d" }))).toBe("");
    expect(rangeQuery(new URLSearchParams("range=constructor"))).toBe("");
  });

  it("moves by its own length, and never past now", () => {
    const range = { from: new Date(from), to: new Date(to) };
    expect(shifted(range, -1, now)).toEqual({ from: new Date("2026-12-03T08:00:00Z"), to: new Date(from) });
    expect(shifted(range, 1, now)).toEqual({ from: new Date(to), to: new Date("2026-12-03T11:00:00Z") });
    expect(shifted({ from: new Date("2026-12-03T10:30:00Z"), to: new Date("2026-12-03T11:30:00Z") }, 1, now)).toEqual({
      from: new Date("2026-12-03T11:00:00Z"),
      to: now,
    });
    expect(shifted({ from: new Date("2026-12-03T11:00:00Z"), to: now }, 1, now)).toBeNull();
  });
});
