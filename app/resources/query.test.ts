import { expect, it } from "vitest";
import { choice, resource, text } from "./define.ts";
import { filterParams, readQuery } from "./query.ts";

const things = resource({
  name: "thing",
  one: "Thing",
  many: "Things",
  area: "people",
  fields: { name: text("name", "Name"), kind: choice("kind", "Kind", ["A", "B", "C"]) },
  title: "name",
  columns: ["name"],
  filters: ["kind"],
});
const read = (address: string) => readQuery(things, new URLSearchParams(address));

it("makes one condition of the boxes that were ticked", () => {
  expect(read("f.kind.in=A&f.kind.in=C").filters).toEqual([{ field: "kind", op: "in", value: "A,C" }]);
  expect(read("f.kind.in=A,C").filters).toEqual([{ field: "kind", op: "in", value: "A,C" }]);
});

it("leaves out what no list knows, and keeps what says which rows", () => {
  expect(read("f.name=x&f.kind.like=A&limit=3&cols=nothing")).toMatchObject({ filters: [], limit: 50, columns: ["name"] });
  expect(filterParams(new URLSearchParams("f.kind=A&q=x&after=1&sort=oldest&trash=1")).toString()).toBe("f.kind=A&q=x&trash=1");
});
