import fs from "node:fs";
import path from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

/** Every server file of the application, parsed. */
const files = fs
  .readdirSync("app", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.includes(`db${path.sep}generated`))
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

/** What a name means in a file: something declared there, or imported from another file of ours. */
const imports = new Map<string, string>();
/** Functions and verbs by file and name, with what they call. */
const bodies = new Map<string, { file: string; calls: Set<string> }>();
const mutations: { name: string; file: string; calls: Set<string> }[] = [];

function readImports(tree: ts.SourceFile): void {
  for (const statement of tree.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const from = statement.moduleSpecifier.text;
    if (!/^[~.]/.test(from)) continue;
    const file = from.startsWith("~/") ? path.join("app", from.slice(2)) : path.join(path.dirname(tree.fileName), from);
    const named = statement.importClause?.namedBindings;
    if (named && ts.isNamedImports(named))
      for (const element of named.elements)
        imports.set(`${tree.fileName}#${element.name.text}`, `${file}#${(element.propertyName ?? element.name).text}`);
  }
}

for (const tree of trees) {
  readImports(tree);
  for (const statement of tree.statements) {
    const declared = ts.isFunctionDeclaration(statement)
      ? [{ name: statement.name?.text, node: statement as ts.Node }]
      : ts.isVariableStatement(statement)
        ? statement.declarationList.declarations.map((declaration) => ({
            name: ts.isIdentifier(declaration.name) ? declaration.name.text : undefined,
            node: declaration.initializer as ts.Node | undefined,
          }))
        : [];
    for (const { name, node } of declared) {
      if (!name || !node) continue;
      const calls = callsIn(node);
      bodies.set(`${tree.fileName}#${name}`, { file: tree.fileName, calls });
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "mutation")
        mutations.push({ name, file: tree.fileName, calls });
    }
  }
}

const RECORD = `${path.join("app", "audit", "record.server.ts")}#record`;

function meaning(file: string, name: string): string {
  let at = `${file}#${name}`;
  // verb.server.ts hands record on.
  for (let hops = 0; imports.has(at) && hops < 5; hops++) at = imports.get(at)!;
  return at.replace(path.join("access", "verb.server.ts#record"), path.join("audit", "record.server.ts#record"));
}

/** Reached from here by calls: does one of them record? */
function records(file: string, calls: Set<string>, seen = new Set<string>()): boolean {
  for (const name of calls) {
    const what = meaning(file, name);
    if (what === RECORD) return true;
    const body = bodies.get(what);
    if (!body || seen.has(what) || name === "mutation" || name === "read" || name === "withScope") continue;
    seen.add(what);
    if (records(body.file, body.calls, seen)) return true;
  }
  return false;
}

describe("every mutation", () => {
  it("is known to this test", () => {
    expect(mutations.length).toBeGreaterThan(60);
  });

  it.each(mutations.map((mutation) => [mutation.name, mutation] as const))("%s records what it does", (_name, one) => {
    expect(records(one.file, one.calls), `${one.file}: ${one.name} calls nothing that records`).toBe(true);
  });
});

it("nothing but record and its seeds writes into the log", () => {
  const writers = trees
    .filter((tree) => /insert into audit\.(entry|content)\b/i.test(tree.text))
    .map((tree) => tree.fileName.split(path.sep).join("/"));
  expect(writers).toEqual(["app/audit/record.server.ts"]);
});
