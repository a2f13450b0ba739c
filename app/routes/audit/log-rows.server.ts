import { foldEntries } from "~/access/log/fold.ts";
import type { Entry } from "~/access/log/search.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { saidOf, type Sentence } from "~/resources/log-sentences.server.ts";

export type LogRow = { entry: Entry; said: Sentence; more: { id: string; at: Date; did: string }[] };

/** The rows of the page, each with its sentence. */
export async function rowsOf(ctx: Ctx, entries: Entry[]): Promise<LogRow[]> {
  const said = await saidOf({ ctx, input: { entries } });
  const sentences = new Map(entries.map((entry, index) => [entry.id, said[index]!]));
  return foldEntries(entries).map(({ entry, more }) => ({
    entry,
    said: sentences.get(entry.id)!,
    more: more.map(({ id, at }) => ({ id, at, did: sentences.get(id)!.did })),
  }));
}
