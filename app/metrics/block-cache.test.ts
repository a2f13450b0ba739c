import { describe, expect, it } from "vitest";
import { family, perRow, type View } from "./family.ts";
import { BlockCache } from "./block-cache.ts";
import { renderFamily } from "./render.ts";

// Breaks when a text is made again for nothing, or stays although what it says is no longer so.
const rows = (n: number) => [{ name: "app", connections: n }];
function viewOf(held: { roles: ReturnType<typeof rows> | null; reachable?: boolean; now?: number }): View {
  return {
    now: held.now ?? 1,
    targets: [{ name: "primary", kind: "primary", reachable: held.reachable ?? true, error: null, since: null, server: null }],
    fresh: (_server: string, key: string) => (key === "roles" ? held.roles : null),
    at: () => null,
    top: () => new Set<string>(),
  } as unknown as View;
}

const limits = perRow("roles", "limit", "gauge", "L", ["role"], (row) => [{ role: row.name }, row.connections]);

function counting(one: typeof limits) {
  const kept = new BlockCache();
  let made = 0;
  return {
    made: () => made,
    text: (view: View) =>
      kept.of(one.name, view, (watched) => {
        made++;
        return renderFamily(one, watched);
      }).text,
  };
}

describe("a family's text", () => {
  it("is made once while its rows are the same, and again when they are others, or gone, or back", () => {
    const block = counting(limits);
    const first = rows(5);
    expect(block.text(viewOf({ roles: first }))).toContain("} 5\n");
    expect(block.text(viewOf({ roles: first, now: 2 }))).toContain("} 5\n");
    expect(block.made()).toBe(1);
    expect(block.text(viewOf({ roles: rows(6) }))).toContain("} 6\n");
    expect(block.text(viewOf({ roles: null }))).toBe("");
    expect(block.text(viewOf({ roles: first }))).toContain("} 5\n");
    expect(block.made()).toBe(4);
  });

  it("is made again when a server comes or goes", () => {
    const up = family("up", "gauge", "U", ["server"], (view) =>
      view.targets.map((target) => [{ server: target.name }, target.reachable ? 1 : 0] as const),
    );
    const block = counting(up);
    expect(block.text(viewOf({ roles: null }))).toContain("} 1\n");
    expect(block.text(viewOf({ roles: null, reachable: false }))).toContain("} 0\n");
  });

  it("that tells the time is made each time", () => {
    const clock = family("clock", "gauge", "C", [], (view) => [[{}, view.now]]);
    const block = counting(clock);
    expect(block.text(viewOf({ roles: null, now: 1 }))).toContain("clock 1\n");
    expect(block.text(viewOf({ roles: null, now: 2 }))).toContain("clock 2\n");
  });
});
