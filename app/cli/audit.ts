import fs from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import "~/domains/resources.ts";
import { systemCtx } from "~/access/ctx.server.ts";
import { declareEpoch } from "~/access/log/epoch.server.ts";
import { eraseContent } from "~/access/log/erase.server.ts";
import { exportLog } from "~/access/log/export.server.ts";
import { verifyAndKeep } from "~/access/log/verify.server.ts";
import { ExportCheck } from "~/audit/export-file.ts";
import { openNote, readCheckpoint } from "~/audit/note.ts";
import { checkConsistency, consistencyProof } from "~/audit/merkle.ts";
import { latestCheckpoint, storedNodes } from "~/audit/tree.server.ts";
import { withScope } from "~/db/scope.server.ts";
import { Invalid } from "~/platform/errors.ts";
import { plural } from "~/platform/format.ts";
import { csvLine } from "~/resources/csv.ts";
import { sayEntries } from "~/resources/log-sentences.server.ts";
import { anchorFile, logVerifierKey } from "~/audit/keys.server.ts";
import { pinnedKey } from "./audit-key.ts";
import { withDatabase } from "./database.ts";
import type { Command, Run } from "./commands.ts";

const print = (run: Run, data: unknown, lines: string[]) =>
  process.stdout.write(run.options["json"] ? `${JSON.stringify(data)}\n` : `${lines.join("\n")}\n`);

/** A directory, or a file of someone else. */
const unreadable = (file: string, error: unknown) =>
  error instanceof Error && "code" in error ? new Invalid(`${file} can't be read (${String(error.code)})`) : error;

async function verifyFile(run: Run, file: string): Promise<number> {
  if (!fs.existsSync(file)) throw new Invalid(`${file} does not exist`);
  const key = await pinnedKey(run);
  const check = new ExportCheck(key.text);
  try {
    for await (const line of linesOf(fs.createReadStream(file))) check.take(line);
  } catch (error) {
    throw unreadable(file, error);
  }
  const result = check.result();
  const checkedWith = `checked with the key ${key.fingerprint} from ${key.from}`;
  print(
    run,
    { ...result, key: { fingerprint: key.fingerprint, from: key.from } },
    result.ok
      ? [
          `${result.checked} entries are in the signed log of ${result.size}; nothing in the file was changed, taken away or put in`,
          ...(result.waiting > 0
            ? [`${plural(result.waiting, "more entry was", "more entries were")} found that had no place in the signed log yet`]
            : []),
          ...(result.stopped ? ["the search had found more than an export holds"] : []),
          checkedWith,
        ]
      : result.findings
          .map((finding) => `line ${finding.line}${finding.index === null ? "" : `, entry ${finding.index}`}: ${finding.says}`)
          .concat(checkedWith),
  );
  if (!result.ok) process.stderr.write(`${file} failed verification: ${plural(result.findings.length, "problem")}\n`);
  return result.ok ? 0 : 1;
}

/** As bytes, ended by a line feed and nothing else: what is hashed must be what was written. */
async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of stream) {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, from)) {
      yield Buffer.concat([...rest, chunk.subarray(from, at)]);
      rest = [];
      from = at + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

/** That an older head, kept elsewhere, is a beginning of today's log. */
async function verifyHead(run: Run, file: string): Promise<number> {
  let note: string;
  try {
    note = fs.readFileSync(file, "utf8");
  } catch (error) {
    throw unreadable(`--checkpoint: ${file}`, error);
  }
  const key = await pinnedKey(run);
  const text = openNote(note, key.name, key.key);
  const old = text ? readCheckpoint(text) : null;
  if (!old) throw new Invalid(`--checkpoint: ${file} is not signed by the key from ${key.from}`);
  return withDatabase(() =>
    withScope(systemCtx("command line"), async ({ tx }) => {
      const latest = await latestCheckpoint(tx);
      const opened = latest ? openNote(latest.note, key.name, key.key) : null;
      const now = opened ? readCheckpoint(opened) : null;
      if (!now) throw new Invalid("the log's own head is not signed by this key");
      const grown =
        now.size >= old.size &&
        checkConsistency(old.size, now.size, old.root, now.root, await consistencyProof(storedNodes(tx), old.size, now.size));
      print(run, { ok: grown, from: old.size, to: now.size }, [
        grown
          ? `the log of ${old.size} entries is the beginning of today's ${now.size}`
          : `today's log of ${now.size} entries does not begin with the ${old.size} of this checkpoint`,
      ]);
      if (!grown) process.stderr.write(`the log does not continue ${file}\n`);
      return grown ? 0 : 1;
    }),
  );
}

export const auditCommands: Command[] = [
  {
    name: "audit verify",
    says: "Checks that nothing in the audit log was changed or removed",
    usage: "[EXPORT] [--checkpoint FILE] [--key KEY|FILE] [--key-from URL] [--json]",
    takes: 1,
    options: {
      file: { type: "string" },
      checkpoint: { type: "string" },
      key: { type: "string" },
      "key-from": { type: "string" },
    },
    async run(run) {
      const file = run.options["file"] ?? run.positionals[0];
      if (typeof file === "string") return verifyFile(run, file);
      if (typeof run.options["checkpoint"] === "string") return verifyHead(run, run.options["checkpoint"]);
      return withDatabase(async () => {
        const result = await verifyAndKeep(systemCtx("command line"));
        print(
          run,
          result,
          result.ok
            ? [
                `${result.checked} entries, ${result.anchors} anchored heads: nothing was changed${result.anchors > 0 ? " or cut" : ""}${result.erased > 0 ? `; the content of ${result.erased} was erased` : ""}`,
                ...(result.anchors > 0
                  ? []
                  : [`there is no anchored head in ${anchorFile()}: truncation can't be checked on this machine`]),
                ...result.epochs.map(
                  (epoch) =>
                    `restored on ${epoch.at} from ${epoch.fromSize} to ${epoch.toSize} entries, declared by ${epoch.by}: ${epoch.reason}`,
                ),
              ]
            : result.findings.map((finding) => `${finding.index === null ? "" : `entry ${finding.index}: `}${finding.says}`),
        );
        if (!result.ok) process.stderr.write(`the audit log failed verification: ${plural(result.findings.length, "problem")}\n`);
        return result.ok ? 0 : 1;
      });
    },
  },
  {
    name: "audit export",
    says: "Exports what a search finds, with proofs (NDJSON) or for a spreadsheet (CSV)",
    usage: "[--q SEARCH] [--format ndjson|csv] [--out FILE]",
    options: { q: { type: "string", default: "" }, format: { type: "string", default: "ndjson" }, out: { type: "string" } },
    async run({ options }) {
      const format = z.enum(["ndjson", "csv"]).safeParse(options["format"]);
      if (!format.success) throw new Invalid(`--format: "${String(options["format"])}" is not one of ndjson, csv`);
      return withDatabase(async () => {
        const parts = exportLog(systemCtx("command line"), String(options["q"] ?? ""), format.data, csvLine, {
          say: sayEntries,
        });
        if (typeof options["out"] !== "string") {
          // Whoever reads has seen enough.
          return pipeline(parts, process.stdout, { end: false }).catch((error: NodeJS.ErrnoException) => {
            if (error.code !== "EPIPE") throw error;
          });
        }
        const file = path.resolve(options["out"]);
        await pipeline(parts, fs.createWriteStream(file)).catch((error: NodeJS.ErrnoException) => {
          throw error.path ? new Invalid(`--out: ${file} can't be written (${error.code})`) : error;
        });
      });
    },
  },
  {
    name: "audit epoch",
    says: "Declares a restore: from how many entries to how many, why and by whom",
    usage: "--by NAME --reason WHY [--json]",
    options: { by: { type: "string", default: "" }, reason: { type: "string", default: "" } },
    run: (run) =>
      withDatabase(async () => {
        const done = await declareEpoch(systemCtx("command line"), String(run.options["by"]), String(run.options["reason"]));
        print(run, done, [`declared: the log was restored from ${done.fromSize} to ${done.toSize} entries`]);
      }),
  },
  {
    name: "audit erase",
    says: "Erases the personal content of entries; the entries and their proofs stay",
    usage: "--entry ID[,ID…] --reason WHY [--json]",
    options: { entry: { type: "string", default: "" }, reason: { type: "string", default: "" } },
    run: (run) =>
      withDatabase(async () => {
        const ids = String(run.options["entry"]).split(",").filter(Boolean);
        const erased = await eraseContent(systemCtx("command line"), ids, String(run.options["reason"]));
        print(run, { erased }, [`the content of ${erased} ${erased === 1 ? "entry" : "entries"} is erased`]);
      }),
  },
  {
    name: "audit key",
    says: "Prints the key that checks the log (INVIGIL_LOG_KEY)",
    usage: "[--json]",
    async run(run) {
      print(run, { key: logVerifierKey() }, [logVerifierKey()]);
      return 0;
    },
  },
  {
    name: "audit checkpoint",
    says: "Prints the signed head of the log",
    usage: "[--json]",
    run: (run) =>
      withDatabase(() =>
        withScope(systemCtx("command line"), async ({ tx }) => {
          const latest = await latestCheckpoint(tx);
          if (!latest) throw new Invalid("nothing has been sequenced yet");
          if (run.options["json"])
            process.stdout.write(`${JSON.stringify({ size: latest.size, at: latest.at, note: latest.note })}\n`);
          else process.stdout.write(latest.note);
        }),
      ),
  },
];
