import { z } from "zod";
import { rows, type Queryable } from "~/db/query.ts";
import { join, sql, type Sql } from "~/db/sql.ts";

/** Records of one kind that entries may be about. */
export type Targets = { resource: string; ids: readonly string[] };

/** What is personal is looked up for those who may read people's records, and for nobody else. */
const ABOUT_PEOPLE = ["user"];

/** So many records of one kind carry the words: they are no name. */
const TOO_MANY = 200;
const SHORTEST = 3;
const RECORDS_OF_PEOPLE = 1000;

const like = (text: string) => `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;

const target = z.object({ resource: z.string(), id: z.string() });

function grouped(list: readonly z.infer<typeof target>[]): Targets[] {
  const kinds = new Map<string, string[]>();
  for (const { resource, id } of list) kinds.set(resource, [...(kinds.get(resource) ?? []), id]);
  return [...kinds].map(([resource, ids]) => ({ resource, ids })).filter(({ ids }) => ids.length <= TOO_MANY);
}

/** Which records have a name that holds all of these words now. Names that were erased lead to nothing. */
export async function targetsNamed(on: Queryable, words: readonly string[], people: boolean): Promise<Targets[]> {
  if (words.join("").length < SHORTEST) return [];
  const named = (resource: Sql) => sql`
    (
      select resource, id
      from audit.target
      where resource = ${resource}
        and ${join(
          words.map((word) => sql`haystack ilike ${like(word)}`),
          " and ",
        )}
      limit ${TOO_MANY + 1}
    )`;
  const kinds = ["exam", "class", "course", "college", "api_key", "staff", "incident", ...(people ? ABOUT_PEOPLE : [])];
  const found = grouped(
    await rows(
      on,
      join(
        kinds.map((kind) => named(sql`${kind}::text`)),
        " union all ",
      ),
      target,
    ),
  );
  const persons = found.find(({ resource }) => resource === "user");
  if (!persons) return found;
  const theirs = await rows(
    on,
    sql`select resource, id
        from audit.record_of_person
        where person_id = any(${[...persons.ids]}::uuid[])
        limit ${RECORDS_OF_PEOPLE}`,
    target,
  );
  return [...found, ...grouped(theirs)];
}

/** What records that are no tables of the platform are called now, by kind and id. */
export async function targetNames(on: Queryable, wanted: readonly Targets[]): Promise<Map<string, string>> {
  if (wanted.length === 0) return new Map();
  const found = await rows(
    on,
    join(
      wanted.map(
        ({ resource, ids }) => sql`
          select resource, id, name
          from audit.target
          where resource = ${resource} and id = any(${[...ids]}::uuid[])`,
      ),
      " union all ",
    ),
    target.extend({ name: z.string() }),
  );
  return new Map(found.map((row) => [`${row.resource}/${row.id}`, row.name]));
}

/** To whom attempts and enrollments belong. */
export async function personsOf(on: Queryable, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const found = await rows(
    on,
    sql`select id, person_id
        from audit.record_of_person
        where id = any(${[...ids]}::uuid[])`,
    z.object({ id: z.string(), person_id: z.string() }),
  );
  return new Map(found.map((row) => [row.id, row.person_id]));
}
