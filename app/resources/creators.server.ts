import type { TxCtx } from "~/db/ctx.ts";
import { singleton } from "~/platform/singleton.ts";

/** Makes one row by the rules of its domain, records it, and answers its id. */
export type CreateVerb = (work: { ctx: TxCtx; collegeId: string; values: Readonly<Record<string, unknown>> }) => Promise<string>;

const all = () => singleton("resources.creators", () => new Map<string, CreateVerb>());

/** The engine never imports a domain: the entries hand it the verbs that make rows. */
export function registerCreators(verbs: Readonly<Record<string, CreateVerb>>): void {
  for (const [resource, verb] of Object.entries(verbs)) all().set(resource, verb);
}

/** Without its verb nothing is made: a row that skips the rules would be worse than none. */
export function creatorOf(resource: string): CreateVerb {
  const verb = all().get(resource);
  if (!verb) throw new Error(`${resource} is created by a verb that no entry has registered`);
  return verb;
}
