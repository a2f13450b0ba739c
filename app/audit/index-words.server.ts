import { z } from "zod";
import type { Pool } from "~/db/pool.server.ts";
import { execute, firstRow, rows, type Queryable } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { wordsOf } from "./words.ts";

const BATCH = 2000;
/** Held by whoever takes words and by whoever erases content: no word outlives its text. The migration knows it too. */
const WORDS = 7_190_204;

async function placeOf(on: Queryable): Promise<{ from: number; size: number }> {
  const place = await firstRow(
    on,
    sql`select (select coalesce(max(size), 0) from audit.words_until)::float8 as
        from, (select coalesce(max(index) + 1, 0) from audit.leaf)::float8 as size`,
    z.object({ from: z.number(), size: z.number() }),
  );
  return place!;
}

/** Takes the words of what has been sequenced into their index, a batch at a time. How many entries it went through. */
export async function indexWords(pool: Pool, now: () => Date = () => new Date()): Promise<number> {
  // Most of the time nothing is new: that takes one question. What there is to do is asked for again under the lock.
  const seen = await placeOf(pool);
  if (seen.size <= seen.from) return 0;
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query({ text: "select pg_advisory_xact_lock($1)", values: [WORDS] });
    const place = await placeOf(client);
    const to = Math.min(place.from + BATCH, place.size);
    if (to <= place.from) {
      await client.query("rollback");
      return 0;
    }
    const contents = await rows(
      client,
      sql`select c.entry_id, c.at, e.college_id, c.body
          from audit.leaf l
            join audit.entry e on e.at = l.at and e.id = l.entry_id
            join audit.content c on c.at = l.at and c.entry_id = l.entry_id
          where l.index >= ${place.from}::bigint and l.index < ${to}::bigint`,
      z.object({ entry_id: z.string(), at: z.date(), college_id: z.string().nullable(), body: z.string() }),
    );
    await execute(
      client,
      sql`insert into audit.words (at, entry_id, college_id, words)
          select at, id, college, array_to_tsvector(string_to_array(words, ' '))
          from unnest(
            ${contents.map((content) => content.at)}::timestamptz[], ${contents.map((content) => content.entry_id)}::uuid[],
            ${contents.map((content) => content.college_id)}::uuid[],
            ${contents.map((content) => wordsOf(content.body).join(" "))}::text[]
          ) x(at, id, college, words)
          on conflict do nothing`,
    );
    await execute(client, sql`insert into audit.words_until (size, at) values (${to}, ${now()})`);
    await client.query("commit");
    return to - place.from;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}
