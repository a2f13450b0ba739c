import fs from "node:fs";
import { fingerprintOf, logVerifierKey, placeOfKey } from "~/audit/keys.server.ts";
import { readVerifierKey } from "~/audit/note.ts";
import { Invalid } from "~/platform/errors.ts";
import type { Run } from "./commands.ts";

/** A key that a file is checked with, and where it comes from: never from the file itself. */
export type PinnedKey = NonNullable<ReturnType<typeof readVerifierKey>> & { text: string; from: string; fingerprint: string };

const WELL_KNOWN = "/.well-known/invigil-log-key";

function pinned(text: string, from: string): PinnedKey {
  const key = readVerifierKey(text);
  if (!key) throw new Invalid(`${from}: not a verifier key as ${WELL_KNOWN} and /audit/integrity show it`);
  return { ...key, text: text.trim(), from, fingerprint: fingerprintOf(key.key) };
}

async function fetched(address: string): Promise<PinnedKey> {
  const url = URL.canParse(address) ? new URL(WELL_KNOWN, address) : null;
  const loopback = url !== null && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (!url || (url.protocol !== "https:" && !(url.protocol === "http:" && loopback)))
    throw new Invalid(`--key-from: "${address}" is not the https:// address of a console`);
  const answer = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(10_000) }).catch((error: Error) => {
    throw new Invalid(`--key-from: ${url} does not answer (${error.message})`);
  });
  if (!answer.ok) throw new Invalid(`--key-from: ${url} answers ${answer.status}`);
  return pinned(await answer.text(), url.href);
}

export async function pinnedKey(run: Run): Promise<PinnedKey> {
  const { key, "key-from": address } = run.options;
  if (typeof key === "string") return fs.existsSync(key) ? pinned(fs.readFileSync(key, "utf8"), key) : pinned(key, "--key");
  if (typeof address === "string") return fetched(address);
  const place = placeOfKey();
  if (place === null)
    throw new Invalid(
      "no key to check with: pass --key KEY (or its file), or --key-from https://your-console. The key inside the file proves nothing",
    );
  return pinned(logVerifierKey(), place);
}
