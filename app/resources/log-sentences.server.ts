import { z } from "zod";
import { findsPeople, type Entry } from "~/access/log/search.server.ts";
import { may } from "~/access/policy.ts";
import { machineName, NOUNS, sentenceOf } from "~/audit/sentences.ts";
import { personsOf, targetNames, type Targets } from "~/audit/targets.server.ts";
import { read } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { isUuid } from "~/platform/ids.ts";
import { titlesOf } from "./labels.server.ts";
import { knows, resourceNamed } from "./registry.ts";

/** An entry as it is shown and exported: who, what they did in a sentence, and what it was about. */
export type Sentence = { who: string; did: string; target: string | null; noun: string };

const nounOf = (resource: string) =>
  NOUNS[resource] ?? (knows(resource) ? lower(resourceNamed(resource).one) : resource.replaceAll(/[_-]/g, " "));
const lower = (label: string) => (/^[A-Z]{2}/.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1));

/** Kinds that are no list, and whose names the log's own view knows. */
const CONSOLE_KINDS = ["staff", "incident"];

async function namesOf(ctx: TxCtx, entries: readonly Entry[]): Promise<Map<string, string>> {
  const kinds = new Map<string, Set<string>>();
  for (const { resource, resource_id: id } of entries)
    if (id && isUuid(id)) kinds.set(resource, (kinds.get(resource) ?? new Set()).add(id));
  const ofConsole: Targets[] = [];
  const names = new Map<string, string>();
  for (const [resource, ids] of kinds) {
    if (CONSOLE_KINDS.includes(resource)) ofConsole.push({ resource, ids: [...ids] });
    else if (knows(resource) && may(ctx.actor.role, resourceNamed(resource).read))
      for (const [id, title] of Object.entries(await titlesOf(ctx, resourceNamed(resource), [...ids])))
        if (!title.startsWith("…")) names.set(`${resource}/${id}`, title);
  }
  for (const [key, name] of await targetNames(ctx.tx, ofConsole)) names.set(key, name);
  return names;
}

const concerned = z.looseObject({
  user: z.uuid().optional().catch(undefined),
  userId: z.uuid().optional().catch(undefined),
  student: z.uuid().optional().catch(undefined),
  attemptIds: z.array(z.uuid()).optional().catch(undefined),
});

/** Whom an entry names by id, besides its record. A review names candidates by number, whoever reads of it. */
function subjectOf(entry: Entry): { resource: string; id: string } | null {
  if (entry.resource === "enrollment" && entry.resource_id) return { resource: "enrollment", id: entry.resource_id };
  const changes = Object.fromEntries(Object.entries(entry.diff ?? {}).map(([key, [before, after]]) => [key, after ?? before]));
  const named = concerned.parse({ ...changes, ...entry.details });
  const user = named.user ?? named.userId ?? named.student;
  if (user) return { resource: "user", id: user };
  if (entry.action.startsWith("exam.") && named.attemptIds?.length === 1)
    return { resource: "student_exam_attempt", id: named.attemptIds[0]! };
  return null;
}

async function subjectsOf(ctx: TxCtx, entries: readonly Entry[]): Promise<(string | null)[]> {
  if (!findsPeople(ctx)) return entries.map(() => null);
  const meant = entries.map(subjectOf);
  const records = meant.filter((one) => one !== null && one.resource !== "user");
  const persons = await personsOf(ctx.tx, [...new Set(records.map((one) => one!.id))]);
  const ids = meant.map((one) => (one === null ? null : one.resource === "user" ? one.id : (persons.get(one.id) ?? null)));
  const known = [...new Set(ids.filter((id) => id !== null))];
  const names = await targetNames(ctx.tx, known.length > 0 ? [{ resource: "user", ids: known }] : []);
  return ids.map((id) => (id === null ? null : (names.get(`user/${id}`) ?? null)));
}

/** What these entries say. Names are those that the records have now: one that was erased is told by nothing. */
export async function sayEntries(ctx: TxCtx, entries: readonly Entry[]): Promise<Sentence[]> {
  const names = await namesOf(ctx, entries);
  const subjects = await subjectsOf(ctx, entries);
  return entries.map((entry, index) => {
    const noun = nounOf(entry.resource);
    const target = entry.resource_id
      ? (names.get(`${entry.resource}/${entry.resource_id}`) ?? (isUuid(entry.resource_id) ? null : entry.resource_id))
      : null;
    const told = {
      action: entry.action,
      target,
      noun,
      subject: subjects[index]!,
      details: entry.details ?? {},
      diff: entry.diff ?? {},
    };
    return { who: entry.actor_kind === "system" ? machineName(entry.actor) : entry.actor, did: sentenceOf(told), target, noun };
  });
}

/** The same for a page that has its entries. */
export const saidOf = read({
  name: "audit.say",
  permission: "audit.read",
  input: z.object({ entries: z.custom<Entry[]>(Array.isArray) }),
  run: ({ ctx, input }) => sayEntries(ctx, input.entries),
});
