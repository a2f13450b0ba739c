import { z } from "zod";
import type { Queryable } from "~/db/query.ts";
import { rows } from "~/db/query.ts";
import { sql, type Sql } from "~/db/sql.ts";
import { isUuid } from "~/platform/ids.ts";
import type { Term } from "./query-language.ts";
import { targetsNamed } from "./targets.server.ts";

const ACTOR_KINDS: readonly string[] = ["staff", "system", "api-key", "platform-app", "anonymous"];

export const escape = (text: string) => text.replaceAll(/[\\%_]/g, "\\$&");

const ids = async (on: Queryable, question: Sql) => (await rows(on, question, z.object({ id: z.string() }))).map((row) => row.id);

async function resolveFilter(on: Queryable, { kind, value }: Term): Promise<readonly string[] | undefined> {
  if (isUuid(value)) return [value];
  const like = `%${escape(value)}%`;
  if (kind === "tenant")
    return ids(on, sql`select id from public.college where code ilike ${escape(value)} or name ilike ${like}`);
  if (kind === "actor" && !ACTOR_KINDS.includes(value))
    return ids(
      on,
      sql`select id
          from console.staff
          where name ilike ${like} or email ilike ${like}
          union all select id
          from public.api_key
          where name ilike ${like}`,
    );
  return undefined;
}

/**
 * Whom the names in a question mean, before the log is asked: an id leads straight to its entries in order, a question within
 * the question would have the whole log read for someone who did little. Free words may be the name of what was acted on.
 * `people`: whether this reader may find people by name.
 */
export const withNames = async (on: Queryable, terms: readonly Term[], people = true): Promise<Term[]> => {
  const words = terms.filter((term) => term.kind === "text" && !term.not).map((term) => term.value);
  const meant = words.length > 0 ? await targetsNamed(on, words, people) : [];
  const known: Term[] = [];
  for (const term of terms) {
    if (term.kind === "target") known.push({ ...term, targets: await targetsNamed(on, term.value.split(/\s+/), people) });
    else if (term.kind === "text" && !term.not) known.push({ ...term, targets: meant });
    else known.push({ ...term, ids: await resolveFilter(on, term) });
  }
  return known;
};
