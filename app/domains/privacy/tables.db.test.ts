import { expect, it } from "vitest";
import { testDatabase } from "../../../tests/database.ts";
import { NOT_PERSONAL, PERSON_TABLES, REFERENCES_KEPT } from "./tables.ts";

const db = testDatabase();
const listed = async (statement: string) => (await db.owner.query<{ name: string }>(statement)).rows.map((row) => row.name);

it("every table of the platform says whether it holds something on a person", async () => {
  const tables = await listed(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1",
  );
  const declared = [...Object.keys(PERSON_TABLES), ...Object.keys(NOT_PERSONAL)].sort();
  expect(declared).toEqual([...tables].sort());
});

it("every reference to a person, or to a row of theirs, is followed or stays for a reason", async () => {
  const references = await listed(
    `select c.relname || '.' || a.attname as name
     from pg_constraint k
       join pg_class c on c.oid = k.conrelid
       join pg_class f on f.oid = k.confrelid
       join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
     where k.contype = 'f' and k.connamespace = 'public'::regnamespace
       and f.relname in (${Object.keys(PERSON_TABLES)
         .map((name) => `'${name}'`)
         .join(", ")})
     order by 1`,
  );
  const followed = Object.entries(PERSON_TABLES).map(([name, { by }]) => `${name}.${by.column ?? ""}`);
  const declared = new Set([...followed, ...Object.keys(REFERENCES_KEPT)]);
  expect(references.filter((name) => !declared.has(name))).toEqual([]);
  expect(Object.keys(REFERENCES_KEPT).filter((name) => !references.includes(name))).toEqual([]);
});

it("every text of a row that stays is cleared, or stays for a reason", async () => {
  const texts = await listed(
    `select c.relname || '.' || a.attname as name
     from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
       and format_type(a.atttypid, null) in ('text', 'jsonb', 'json', 'text[]', 'tsvector', 'bytea', 'inet', 'character varying')
       and not exists (
         select from pg_constraint k
         where k.conrelid = c.oid and k.contype = 'c' and a.attnum = any(k.conkey)
           and pg_get_constraintdef(k.oid) like '%= ANY (ARRAY[%'
       )
     order by 1`,
  );
  const unexplained = texts.filter((text) => {
    const [name, column] = text.split(".") as [string, string];
    const table = PERSON_TABLES[name];
    if (!table || table.erase === "delete") return false;
    return !(column in (table.clear ?? {})) && !table.kept?.columns.includes(column);
  });
  expect(unexplained).toEqual([]);
});
