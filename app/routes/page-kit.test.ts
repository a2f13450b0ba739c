import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const app = path.resolve(import.meta.dirname, "..");
const sources = ["routes", "ui", "resources"].flatMap((room) =>
  fs
    .readdirSync(path.join(app, room), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test."))
    .map((name) => ({ name: `${room}/${name}`, text: fs.readFileSync(path.join(app, room, name), "utf8") })),
);

const LONG_ROUTES = 54;

const matching = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ name }) => name);

describe("the page kit", () => {
  it("reads the result of an action or a loader with its type, never by a cast", () => {
    expect(matching(/use(ActionData|LoaderData|RouteLoaderData)\([^)]*\)\s*as\b/)).toEqual([]);
  });

  it("says what an action did in one place", () => {
    expect(matching(/tone="ok" title=\{\w+(\.\w+)*\.(said|message)\}/)).toEqual([]);
  });

  it("has one button that is a link, and one panel that drops down", () => {
    expect(matching(/<Link\b[^>]*className=[{"`]+control\b/)).toEqual(["ui/form/link-button.tsx"]);
    expect(matching(/panel absolute/)).toEqual(["ui/layout/dropdown.tsx"]);
  });

  // Held where it stands: a file that is new stays under it, and one that comes under it leaves this number lower.
  it("keeps routes under 120 lines, but for the long ones of before", () => {
    const long = sources.filter(({ name, text }) => name.startsWith("routes/") && text.split("\n").length - 1 > 120);
    expect(long.map(({ name, text }) => `${name} ${text.split("\n").length - 1}`)).toHaveLength(LONG_ROUTES);
  });
});
