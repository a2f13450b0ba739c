import { conditionsOf, countEntries, narrowed, searchEntries } from "~/audit/search.server.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { toJson, type EntryRow } from "~/audit/entry-bytes.ts";
import { exportEnd, ExportSeal, signSeal, type ExportHead, type ExportLine, type SealFacts } from "~/audit/export-file.ts";
import { logKey, signingKey } from "~/audit/keys.server.ts";
import { inclusionProof } from "~/audit/merkle.ts";
import { verifierKey } from "~/audit/note.ts";
import { withNames } from "~/audit/names.server.ts";
import { sentenceOf } from "~/audit/sentences.ts";
import { parseQuery } from "~/audit/query-language.ts";
import { latestCheckpoint, storedNodes } from "~/audit/tree.server.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import { Forbidden, Unavailable } from "~/platform/errors.ts";
import { z } from "zod";
import { may } from "../policy.ts";
import { findsPeople, reachOf, readable, type Entry } from "./search.server.ts";

const BATCH = 500;
const MOST = 1_000_000;

/** Signs the end of an export: here where the key is, or by whoever has it. */
export type Sign = (facts: SealFacts) => string | Promise<string>;

/** Who did what, in a sentence, to what: as the page of the log shows it. */
export type Say = (
  ctx: TxCtx,
  entries: readonly Entry[],
) => Promise<readonly { who: string; did: string; target: string | null }[]>;

/** Without the names of records, where nothing knows them. */
const plainly: Say = (_ctx, entries) =>
  Promise.resolve(
    entries.map((entry) => ({
      who: entry.actor,
      did: sentenceOf({
        action: entry.action,
        target: null,
        noun: entry.resource.replaceAll("_", " "),
        subject: null,
        details: entry.details ?? {},
        diff: entry.diff ?? {},
      }),
      target: null,
    })),
  );

type Part = { text: string; next: string | null };

/** The range that a page shows: an export holds what stands on it, and nothing before or after. */
type Span = { from: Date; to: Date };

/** What a search finds, as CSV to read or NDJSON to prove: with a path to the signed head for every entry. */
export async function* exportLog(
  ctx: Ctx,
  q: string,
  format: "csv" | "ndjson",
  csvLine: (cells: readonly unknown[]) => string,
  {
    span = null,
    sign = (facts) => signSeal(facts, signingKey()),
    say = plainly,
  }: { span?: Span | null; sign?: Sign; say?: Say } = {},
): AsyncGenerator<string> {
  if (!may(ctx.actor.role, "audit.read")) throw new Forbidden("The audit log is not part of your role");
  // Whatever is wrong is said before anything is written: a refusal is an answer, not a broken file.
  const terms = parseQuery(q);
  const {
    head,
    search,
    rows: found,
  } = await withScope(ctx, async (inner) => {
    const asked = conditionsOf(await withNames(inner.tx, terms, findsPeople(ctx)), reachOf(ctx), ctx.clock.now());
    const search = span ? narrowed(asked, [sql`e.at >= ${span.from}`, sql`e.at < ${span.to}`], span.to) : asked;
    return { search, head: await latestCheckpoint(inner.tx), rows: await countEntries(inner, search, MOST) };
  });
  if (!head) throw new Unavailable("Nothing has been sequenced yet. Try again in a moment");
  await recordAlone(ctx, { action: "audit.export", resource: "audit", details: { q, format, rows: found, ...span } });
  const key = logKey();
  const seal = new ExportSeal();
  if (format === "ndjson")
    yield seal.add(
      `${JSON.stringify({ invigil: "audit-export-v1", checkpoint: head.note, key: verifierKey(key.name, key.publicKey) } satisfies ExportHead)}\n`,
      0,
    );
  else
    yield csvLine([
      "Index",
      "Time",
      "Actor",
      "Sentence",
      "Action",
      "Resource",
      "Id",
      "Name",
      "Tenant",
      "Session",
      "Request",
      "Risk",
      "Reason",
      "Changes",
      "Address",
    ]);
  let after: string | null = null;
  for (let done = 0; done < MOST; done += BATCH) {
    const { text, next } = await withScope(ctx, async (inner): Promise<Part> => {
      const { entries, next }: Awaited<ReturnType<typeof searchEntries>> = await searchEntries(inner, search, after, BATCH);
      if (format === "csv") {
        const list = entries.map(readable);
        const sentences = await say(inner, list);
        const lines = list.map((said, row) => {
          const { who, did, target } = sentences[row]!;
          return csvLine([
            said.index,
            said.at.toISOString(),
            who,
            `${who} ${did}`,
            said.action,
            said.resource,
            said.resource_id,
            target,
            said.college_id,
            said.session_id,
            said.request_id,
            said.risk,
            said.reason,
            said.diff,
            said.address,
          ]);
        });
        return { text: lines.join(""), next };
      }
      const nodes = storedNodes(inner.tx);
      const secrets = await rows(
        inner.tx,
        sql`select e.id, e.commitment, c.salt
            from unnest(
              ${entries.map((entry) => entry.id)}::uuid[], ${entries.map((entry) => entry.at)}::timestamptz[]
            ) x(id, at)
              join audit.entry e on e.at = x.at and e.id = x.id
              left join audit.content c on c.at = e.at and c.entry_id = e.id`,
        z.object({ id: z.string(), commitment: z.instanceof(Buffer), salt: z.instanceof(Buffer).nullable() }),
      );
      const byId = new Map(secrets.map((row) => [row.id, row]));
      let lines = "";
      let proven = 0;
      for (const entry of entries) {
        // What came after the head is proven by the next export.
        if (entry.index === null || entry.index >= head.size) {
          seal.waiting++;
          continue;
        }
        const kept = byId.get(entry.id)!;
        const proof = await inclusionProof(nodes, entry.index, head.size);
        const { body, index, ...plain } = entry;
        const line: ExportLine = {
          index,
          entry: toJson({ ...plain, commitment: kept.commitment } satisfies EntryRow),
          content: body !== null && kept.salt ? { salt: kept.salt.toString("base64"), body } : null,
          proof: proof.map((hash) => hash.toString("base64")),
        };
        lines += `${JSON.stringify(line)}\n`;
        proven++;
      }
      return { text: seal.add(lines, proven), next };
    });
    yield text;
    after = next;
    if (!next) break;
  }
  if (format === "ndjson") yield exportEnd(await sign(seal.facts(after !== null)));
  else if (after) yield csvLine([`More was found than the ${MOST} entries that an export holds: ask for less at a time`]);
}
