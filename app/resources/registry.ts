import { singleton } from "~/platform/singleton.ts";
import { isHere } from "~/access/policy.ts";
import { NotFound, NotHere } from "~/platform/errors.ts";
import type { Field, Resource } from "./define.ts";

/** The engine never imports a domain: the entries hand it what there is. */
const all = () => singleton("resources", () => new Map<string, Resource>());

export function register(resources: readonly Resource[]): void {
  for (const resource of resources) all().set(resource.name, resource);
}

export function resourceNamed(name: string): Resource {
  const found = all().get(name);
  if (!found) throw new NotFound(`“${name.slice(0, 60)}” not found`);
  if (!isHere(found.read)) throw new NotHere();
  return found;
}

export const knows = (name: string) => all().has(name);
export const allResources = () => [...all().values()];

type Relation = { from: Resource; field: Field; label: string };

/** What points to a record of this kind: every reference to it, of every resource, as their fields declare it. */
export function relationsOf(resource: Resource): Relation[] {
  return allResources().flatMap((from) => {
    const pointing = from.fields.filter((field) => field.kind === "ref" && field.to === resource.name);
    return pointing.map((field) => ({
      from,
      field,
      label: pointing.length === 1 ? from.many : `${from.many} (${field.label.toLowerCase()})`,
    }));
  });
}
