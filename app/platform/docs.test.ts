import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "docs", "docs/decisions"].flatMap((at) =>
  at.endsWith(".md")
    ? [at]
    : fs
        .readdirSync(at)
        .filter((name) => name.endsWith(".md"))
        .map((name) => path.join(at, name)),
);

/** Paths in backticks from the root, without those that stand for many (`<area>`, `NNNN`, `*`, `…`). */
function namedPaths(text: string): string[] {
  return [...text.matchAll(/`((?:app|prisma|tests|grafana|docs|\.github)\/[^`\s]*)`/g)]
    .map((match) => match[1]!.replace(/:\d+$/, ""))
    .filter((name) => !/[<*…]|NNNN/.test(name));
}

function links(text: string): string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1]!).filter((link) => !/^[a-z]+:/.test(link));
}

// Breaks when a file is moved and a document still sends people to where it was.
describe.each(DOCUMENTS)("%s", (document) => {
  const text = fs.readFileSync(document, "utf8");

  it("names files that exist", () => {
    expect(namedPaths(text).filter((name) => !fs.existsSync(name))).toEqual([]);
  });

  it("links to files that exist", () => {
    expect(links(text).filter((link) => !fs.existsSync(path.join(path.dirname(document), link)))).toEqual([]);
  });
});
