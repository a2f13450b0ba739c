import fs from "node:fs";
import { expect, it } from "vitest";
import "./resources.ts";
import { allResources } from "~/resources/registry.ts";

/** What a number in a column counts, as the schema files say it: minor units by its name, hundredths and thousandths by its comment. */
function declaredUnits(): Map<string, string> {
  const units = new Map<string, string>();
  for (const file of fs.readdirSync("prisma/schema")) {
    for (const model of fs
      .readFileSync(`prisma/schema/${file}`, "utf8")
      .split(/^model /m)
      .slice(1)) {
      const table = /@@map\("(\w+)"\)/.exec(model)?.[1] ?? "";
      for (const line of model.split("\n")) {
        const column = /@map\("(\w+)"\)/.exec(line)?.[1] ?? /^ {2}(\w+)/.exec(line)?.[1];
        if (!column || /@@/.test(line)) continue;
        const unit = /\/\/\/.*\b(hundredths|thousandths)\b/.exec(line)?.[1];
        if (unit) units.set(`${table}.${column}`, unit);
        else if (column.endsWith("_minor") || /\/\/\/.*\bminor units\b/.test(line)) units.set(`${table}.${column}`, "money");
      }
    }
  }
  return units;
}

it("no two fields of a record have one label: a person, and a file that is imported again, tell them apart by it", () => {
  const twice = allResources().flatMap((resource) => {
    const labels = ["Id", "Tenant", ...resource.fields.map((field) => field.label)];
    return labels.filter((label, at) => labels.indexOf(label) !== at).map((label) => `${resource.name}: ${label}`);
  });
  expect(twice).toEqual([]);
});

it("every field counts in the unit in which its column is kept", () => {
  const units = declaredUnits();
  expect(units.get("exam_result.score")).toBe("hundredths");
  const wrong = allResources().flatMap((resource) =>
    resource.fields.flatMap((field) => {
      const kept = units.get(`${resource.name}.${field.column}`) ?? "plain";
      const shown = ["money", "hundredths", "thousandths"].includes(field.kind) ? field.kind : "plain";
      return kept === shown ? [] : [`${resource.name}.${field.key} is kept as ${kept} and shown as ${shown}`];
    }),
  );
  expect(wrong).toEqual([]);
});
