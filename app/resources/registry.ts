import { singleton } from "~/platform/singleton.ts";
import { NotFound } from "~/platform/errors.ts";
import type { Resource } from "./define.ts";

/** The engine never imports a domain: the entries hand it what there is. */
const all = () => singleton("resources", () => new Map<string, Resource>());

export function register(resources: readonly Resource[]): void {
  for (const one of resources) all().set(one.name, one);
}

export function resourceNamed(name: string): Resource {
  const found = all().get(name);
  if (!found) throw new NotFound(`There is nothing called “${name.slice(0, 60)}” here`);
  return found;
}

export const knows = (name: string) => all().has(name);
export const allResources = () => [...all().values()];
