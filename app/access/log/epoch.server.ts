import { appendAnchor, epochText, furthest, readAnchor, signedBy } from "~/audit/anchor.server.ts";
import { anchorFile, signingKey } from "~/audit/keys.server.ts";
import { signNote } from "~/audit/note.ts";
import { record } from "~/audit/record.server.ts";
import { rolePool } from "~/db/clients.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, Invalid } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { wholeLog } from "./verify.server.ts";

export type Declared = { fromSize: number; toSize: number };

/**
 * After a legitimate restore: says in the anchor, signed, that the heads beyond the restored point hold no more, and why and
 * by whom. Only over a log that is whole as far as it goes: a changed one is not talked away.
 */
export async function declareEpoch(ctx: Ctx, by: string, reason: string): Promise<Declared> {
  if (by.trim().length < 2) throw new Invalid("Enter who declares it", { by: ["A name"] });
  if (reason.trim().length < 10)
    throw new Invalid("Enter a reason that an auditor will understand", { reason: ["At least 10 characters"] });
  const key = signingKey();
  const newest = furthest(readAnchor(anchorFile(), key.name, key.publicKey).heads, signedBy(key.name, key.publicKey));
  const result = await wholeLog(ctx);
  if (!newest || newest.size <= result.size)
    throw new Conflict("The log is not shorter than its anchor. There is no restore to declare");
  const other = result.findings.filter((finding) => !finding.cut);
  if (other.length > 0) throw new Conflict(`The log was changed, which no restore explains: ${other[0]!.says}`);
  const epoch = {
    fromSize: newest.size,
    toSize: result.size,
    reason: reason.trim(),
    by: by.trim(),
    at: ctx.clock.now().toISOString(),
  };
  const note = signNote(epochText(epoch), key.name, key.privateKey);
  await withScope({ ...ctx, scope: { kind: "all" } }, (inner) =>
    record(inner, { action: "audit.epoch", resource: "audit", reason: epoch.reason, details: { ...epoch } }),
  );
  await execute(
    rolePool("sequencer"),
    sql`insert into audit.epoch (id, at, note) values (${newId()}, ${new Date(epoch.at)}, ${note})`,
  );
  // Last: from here on the sequencer goes on.
  appendAnchor(anchorFile(), note);
  return epoch;
}
