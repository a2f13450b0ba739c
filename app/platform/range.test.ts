import { describe, expect, it } from "vitest";
import { rangeQuery, readRange, withRange } from "./range.ts";

const from = "2026-12-03T09:00:00.000Z";
const to = "2026-12-03T10:00:00.000Z";

describe("a range along the rail", () => {
  const kept = (search: string) => withRange("/database/locks", rangeQuery(new URLSearchParams(search)));

  it("goes with the link, whether it has a name or two ends", () => {
    expect(kept("by=query&range=7d")).toBe("/database/locks?range=7d");
    const chosen = new URL(kept(new URLSearchParams({ from, to, q: "x" }).toString()), "http://invigil");
    expect([...chosen.searchParams.keys()]).toEqual(["from", "to"]);
    expect(readRange(chosen.searchParams, new Date())).toMatchObject({ from: new Date(from), to: new Date(to) });
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
