import ts from "typescript";
import type { Source } from "./sources.ts";

/** The lines of each sql`…` template, and how long each is. */
export function sqlLines({ file, text }: Source): { file: string; line: number; length: number }[] {
  if (!text.includes("sql`")) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const lines = text.split("\n");
  const seen = new Set<number>();
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === "sql") {
      const first = source.getLineAndCharacterOfPosition(node.getStart()).line;
      const last = source.getLineAndCharacterOfPosition(node.end).line;
      for (let line = first; line <= last; line++) seen.add(line);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...seen].map((line) => ({ file, line: line + 1, length: lines[line]!.length }));
}
