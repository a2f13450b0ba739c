import type { SealFacts } from "~/audit/export-file.ts";
import { signSeal } from "~/audit/export-file.ts";
import { signingKey, signsHere } from "~/audit/keys.server.ts";
import { Unavailable } from "~/platform/errors.ts";
import { askCollector } from "./collector-link.server.ts";

/** The key that signs the log is the collector's; a web process that runs far from it may be given the key itself. */
export async function sealedByCollector(facts: SealFacts): Promise<string> {
  if (signsHere()) return signSeal(facts, signingKey());
  const query = new URLSearchParams({
    entries: String(facts.entries),
    waiting: String(facts.waiting),
    stopped: facts.stopped,
    digest: facts.digest,
  });
  const signed = await askCollector<{ note: string }>(`/internal/export-seal?${query}`);
  if (!signed) throw new Unavailable("The collector signs exports and does not answer. Try again in a moment.");
  return signed.note;
}
