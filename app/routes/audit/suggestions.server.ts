import type { Entry } from "~/access/log/search.server.ts";
import { QUALIFIERS } from "~/audit/query-language.ts";
import { SENTENCES, sentenceOf } from "~/audit/sentences.ts";

export type Suggestion = { value: string; label: string };

const FILTERS: Record<(typeof QUALIFIERS)[number], string> = {
  actor: "who did it",
  action: "what was done",
  target: "the name of what was acted on",
  resource: "a kind of record",
  id: "the id of a record",
  tenant: "the code or name of a tenant",
  session: "everything in one session",
  request: "everything in one request",
  risk: "how unusual, such as risk:>=40",
  after: "from a day on",
  before: "before a day",
  text: "words of the entry",
};

const quoted = (text: string) => (/\s/.test(text) ? `"${text}"` : text);

const ACTIONS: Suggestion[] = Object.keys(SENTENCES).map((action) => ({
  value: `action:${action}`,
  label: sentenceOf({
    action,
    target: null,
    noun: action.split(".")[0]!.replaceAll(/[_-]/g, " "),
    subject: null,
    details: {},
    diff: {},
  }),
}));

/** What may be added to a search: each filter, each action in words, and whom the entries in sight name. */
export function suggestions(entries: readonly Entry[], tenants: readonly { name: string }[]): Suggestion[] {
  const held = [
    ...tenants.map(({ name }) => ({ value: `tenant:${quoted(name)}`, label: "tenant" })),
    ...entries.flatMap(({ email, actor }) => (email ? [{ value: `actor:${email}`, label: actor }] : [])),
    ...entries.map(({ action }) => ({ value: `action:${action}`, label: "" })),
  ];
  const all = [...QUALIFIERS.map((name) => ({ value: `${name}:`, label: FILTERS[name] })), ...ACTIONS, ...held];
  return [...new Map(all.reverse().map((one) => [one.value, one])).values()].reverse();
}
