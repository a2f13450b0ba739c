import path from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import "../../app/domains/resources.ts";
import { ANY_RECORD, machineName, NOUNS, SENTENCES, sentenceFor, sentenceOf, type Told } from "../../app/audit/sentences.ts";
import { policy } from "../../app/access/policy.ts";
import { allResources } from "../../app/resources/registry.ts";
import { sourcesIn } from "./sources.ts";

// Breaks when an action is recorded that the log could only show as a code.
const ACTION = /^[a-z_-]+(\.[a-z_]+)+$/;

/** What a template stands for where it is not the name of a list. */
const TEMPLATES: Record<string, string[]> = {
  "report.${kind}.export": ["report.attendance.export", "report.grades.export"],
  "backend.${input.act}": ["backend.cancel", "backend.terminate"],
  "backup.${input.what}": ["backup.create", "backup.verify", "backup.drill"],
  "${resource.name}.${act.key}": allResources().flatMap((resource) => resource.bulk.map((act) => `${resource.name}.${act.key}`)),
};
/** In entries that exist, and recorded by nothing any more. */
const EARLIER = ["attendance.mark"];

function recorded(): Set<string> {
  const found = new Set<string>();
  for (const { file, text } of sourcesIn("app")) {
    if (!/\baction\b/.test(text) || file === path.posix.join("app", "audit", "sentences.ts")) continue;
    const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const literals: string[] = [];
    let byName = false;
    const visit = (node: ts.Node): void => {
      const named = ts.isPropertyAssignment(node) ? node.name.getText() : null;
      if (named === "name" || named === "permission") return;
      if (ts.isCallExpression(node) && node.expression.getText() === "tenantIs") return;
      if (ts.isStringLiteral(node) && ACTION.test(node.text) && !(node.text in policy) && !ts.isImportDeclaration(node.parent))
        literals.push(node.text);
      if (ts.isObjectLiteralExpression(node)) {
        const keys = node.properties.map((property) => property.name?.getText());
        const action = node.properties.find((property) => property.name?.getText() === "action");
        if (action && keys.includes("resource")) {
          if (ts.isShorthandPropertyAssignment(action)) byName = true;
          if (ts.isPropertyAssignment(action)) take(action.initializer);
        }
      }
      if (named === "action" && ts.isStringLiteral((node as ts.PropertyAssignment).initializer)) {
        const said = ((node as ts.PropertyAssignment).initializer as ts.StringLiteral).text;
        if (ACTION.test(said)) found.add(said);
      }
      node.forEachChild(visit);
    };
    const take = (value: ts.Expression): void => {
      if (ts.isStringLiteral(value) && ACTION.test(value.text)) found.add(value.text);
      else if (ts.isConditionalExpression(value)) [value.whenTrue, value.whenFalse].forEach(take);
      else if (ts.isTemplateExpression(value)) {
        const template = value.getText().slice(1, -1);
        const any = /^\$\{resource\.name\}\.([a-z_]+)$/.exec(template)?.[1];
        const stands = any ? allResources().map((resource) => `${resource.name}.${any}`) : TEMPLATES[template];
        expect(stands, `${file}: say in this test what ${template} stands for`).toBeDefined();
        for (const one of stands!) found.add(one);
      } else if (ts.isIdentifier(value) || ts.isPropertyAccessExpression(value)) byName = true;
    };
    visit(tree);
    // Who hands an action on names it in the same file, or where `action:` says it.
    if (byName) for (const literal of literals) found.add(literal);
  }
  for (const one of TEMPLATES["backup.${input.what}"]!) found.add(one);
  return found;
}

const actions = [...recorded()].sort();
const told = (action: string): Told => ({
  action,
  target: "Anatomy I",
  noun: "exam",
  subject: null,
  details: {},
  diff: {},
});

describe("the sentences of the audit log", () => {
  it("are looked for in the code", () => {
    expect(actions.length).toBeGreaterThan(400);
    expect(actions).toEqual(expect.arrayContaining(["exam.lock_attempts", "exam.publish", "review.release", "user.lock"]));
  });

  it("say every action that the code records", () => {
    expect(actions.filter((action) => sentenceFor(action) === null)).toEqual([]);
  });

  it("say nothing that is not recorded any more", () => {
    expect(Object.keys(SENTENCES).filter((action) => !actions.includes(action) && !EARLIER.includes(action))).toEqual([]);
    const kinds = new Set(actions.map((action) => action.slice(action.indexOf(".") + 1)));
    expect(Object.keys(ANY_RECORD).filter((kind) => !kinds.has(kind))).toEqual([]);
  });

  it("are whole whatever an entry holds: no gap, no code, no full stop", () => {
    const odd = actions
      .map((action) => sentenceOf(told(action)))
      .filter((said) => !/^[a-z][^{}_]*[^ .:]$/.test(said) || /undefined|NaN|  /.test(said));
    expect(odd).toEqual([]);
  });

  it("read as a person would say them", () => {
    const say = (action: string, more: Partial<Told> = {}) => sentenceOf({ ...told(action), ...more });
    expect(say("exam.lock_attempts", { subject: "Ben Alder", details: { attempts: 1 } })).toBe(
      "locked Ben Alder’s attempt in Anatomy I",
    );
    expect(say("exam.lock_attempts", { details: { attempts: 3 } })).toBe("locked 3 attempts in Anatomy I");
    expect(say("exam.reschedule")).toBe("changed the date of Anatomy I");
    expect(say("exam.update", { diff: { title: ["Anatomy", "Anatomy I"] } })).toBe("changed the title of Anatomy I");
    expect(say("exam.update", { target: null, diff: {} })).toBe("changed an exam");
    expect(say("exam.expire_attempts", { details: { attempts: 1 } })).toBe("closed 1 expired attempt in Anatomy I");
    expect(say("staff.update", { target: "Ana Proctor", diff: { active: [true, false] } })).toBe("deactivated Ana Proctor");
    expect(say("thing.of_another_version")).toBe("did thing.of_another_version on Anatomy I");
    expect(machineName("exams clock")).toBe("The exam clock");
  });

  it("name each kind of record that no list has", () => {
    expect(Object.keys(NOUNS)).toContain("staff");
  });
});
