import { describe, expect, it } from "vitest";
import "~/domains/resources.ts";
import { ref, resource, text } from "./define.ts";
import { allResources, register, relationsOf, resourceNamed } from "./registry.ts";

describe("what points to a record", () => {
  it("follows from the references of all resources, and is written nowhere else", () => {
    const references = allResources().flatMap((from) =>
      from.fields.flatMap((field) => (field.kind === "ref" ? [`${field.to} < ${from.name}.${field.key}`] : [])),
    );
    const relations = allResources().flatMap((to) =>
      relationsOf(to).map((relation) => `${to.name} < ${relation.from.name}.${relation.field.key}`),
    );
    expect(references.length).toBeGreaterThan(90);
    expect(relations.toSorted()).toEqual(references.toSorted());
  });

  it("is found for a resource that was just added", () => {
    const added = resource({
      name: "locker",
      one: "Locker",
      many: "Lockers",
      area: "people",
      fields: {
        user: ref("user", "user_id", "Person"),
        lentBy: ref("user", "lent_by", "Lent by"),
        place: text("place", "Place"),
      },
      title: "place",
      columns: ["place"],
    });
    register([added]);
    const labels = relationsOf(resourceNamed("user")).filter((relation) => relation.from === added);
    expect(labels.map((relation) => relation.label)).toEqual(["Lockers (person)", "Lockers (lent by)"]);
  });
});
