import fs from "node:fs";
import path from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

/** Every server file of the application, parsed. */
const files = fs
  .readdirSync("app", { recursive: true, encoding: "utf8" })
  .filter((file) => /\.ts$/.test(file) && !/\.test\.ts$/.test(file) && !file.includes(`db${path.sep}generated`))
  .map((file) => path.join("app", file));
const trees = files.map((file) => ts.createSourceFile(file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true));

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

/** The names that are called anywhere inside. */
function callsIn(node: ts.Node): Set<string> {
  const names = new Set<string>();
  walk(node, (one) => {
    if (ts.isCallExpression(one) && ts.isIdentifier(one.expression)) names.add(one.expression.text);
  });
  return names;
}

/** Functions and verbs by name, with what they call. */
const bodies = new Map<string, Set<string>>();
const mutations: { name: string; file: string; calls: Set<string> }[] = [];
for (const tree of trees)
  walk(tree, (node) => {
    const named =
      (ts.isFunctionDeclaration(node) && node.name?.text) ||
      (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer && node.name.text);
    if (!named) return;
    const calls = callsIn(node);
    bodies.set(named, new Set([...(bodies.get(named) ?? []), ...calls]));
    if (
      ts.isVariableDeclaration(node) &&
      node.initializer &&
      ts.isCallExpression(node.initializer) &&
      ts.isIdentifier(node.initializer.expression) &&
      node.initializer.expression.text === "mutation"
    )
      mutations.push({ name: named, file: tree.fileName, calls });
  });

/** Reached from here by calls: does one of them record? */
function records(calls: Set<string>, seen = new Set<string>()): boolean {
  if (calls.has("record")) return true;
  for (const name of calls) {
    if (seen.has(name) || !bodies.has(name)) continue;
    seen.add(name);
    if (name !== "mutation" && name !== "withScope" && records(bodies.get(name)!, seen)) return true;
  }
  return false;
}

describe("every mutation", () => {
  it("is known to this test", () => {
    expect(mutations.length).toBeGreaterThan(60);
  });

  it.each(mutations.map((one) => [one.name, one] as const))("%s records what it does", (_name, one) => {
    expect(records(one.calls), `${one.file}: ${one.name} calls nothing that records`).toBe(true);
  });
});

it("nothing but record and its seeds writes into the log", () => {
  const writers = trees
    .filter((tree) => /insert into audit\.(entry|content)\b/i.test(tree.text))
    .map((tree) => tree.fileName.split(path.sep).join("/"));
  expect(writers).toEqual(["app/audit/record.server.ts"]);
});
