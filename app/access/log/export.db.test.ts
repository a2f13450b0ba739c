import { generateKeyPairSync } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../../tests/database.ts";
import { readEpoch } from "~/audit/anchor.server.ts";
import {
  ExportCheck,
  exportEnd,
  ExportSeal,
  signSeal,
  type ExportEnd,
  type ExportHead,
  type ExportLine,
} from "~/audit/export-file.ts";
import { anchorFile, ORIGIN, signingKey } from "~/audit/keys.server.ts";
import { openNote, readCheckpoint, signNote, verifierKey } from "~/audit/note.ts";
import { record } from "~/audit/record.server.ts";
import { createSequencer } from "~/audit/sequence.server.ts";
import { rolePool } from "~/db/clients.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { withScope } from "~/db/scope.server.ts";
import { env } from "~/platform/env.server.ts";
import { csvLine } from "~/resources/csv.ts";
import { exportLog } from "./export.server.ts";

// Breaks when a file that someone edited proves itself, or one that nobody did does not.
const db = testDatabase();
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "export-"));
let auditor: Ctx;
let lines: string[];

const written = async (q: string, format: "csv" | "ndjson" = "ndjson") => {
  let text = "";
  for await (const part of exportLog(auditor, q, format, csvLine)) text += part;
  return text;
};
const own = () => verifierKey(ORIGIN, signingKey().publicKey);
function verify(text: string, key = own()) {
  const check = new ExportCheck(key);
  for (const line of Buffer.from(text, "utf8").toString("latin1").replace(/\n$/, "").split("\n"))
    check.take(Buffer.from(line, "latin1"));
  return check.result();
}
const file = (changed: readonly string[]) => changed.map((line) => `${line}\n`).join("");
const says = (changed: readonly string[]) =>
  verify(file(changed))
    .findings.map((finding) => finding.says)
    .join("; ");

beforeAll(async () => {
  env().dataDir = dir;
  auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), everywhere);
  await withScope(auditor, async (inner) => {
    for (let i = 0; i < 700; i++)
      await record(inner, {
        action: "test.export",
        resource: "thing",
        resourceId: `r${i}`,
        reason: `line\nfeed \u2028 \r "quoted" مرحبا \u202e 🎓 =1+1 ${i}`,
      });
  });
  const sequencer = createSequencer(rolePool("sequencer"), signingKey(), anchorFile());
  while ((await sequencer.step()) > 0);
  lines = (await written("action:test.export")).split("\n").slice(0, -1);
});
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

it("what nobody edited proves itself, whatever is written in it, and says how many it holds", () => {
  expect(lines).toHaveLength(702);
  expect(verify(file(lines))).toMatchObject({ ok: true, checked: 700, size: 700, stopped: false, findings: [] });
  expect(verify(file(lines), verifierKey(ORIGIN, signingKey().publicKey)).ok).toBe(true);
  expect(verify(file(lines), verifierKey(ORIGIN, generateKeyPairSync("ed25519").publicKey)).ok).toBe(false);
});

it("a file that was forged with a key of its own is not believed", () => {
  const forger = { name: ORIGIN, ...generateKeyPairSync("ed25519") };
  const seal = new ExportSeal();
  const head = JSON.parse(lines[0]!) as ExportHead;
  const checkpoint = signNote(openNote(head.checkpoint, ORIGIN, signingKey().publicKey)!, ORIGIN, forger.privateKey);
  const key = verifierKey(ORIGIN, forger.publicKey);
  const forged = [JSON.stringify({ ...head, checkpoint, key }), ...lines.slice(1, -1)];
  seal.add(file(forged), forged.length - 1);
  const whole = file(forged) + exportEnd(signSeal(seal.facts(false), forger));
  expect(verify(whole, key).ok).toBe(true);
  expect(verify(whole)).toMatchObject({ ok: false, findings: [{ line: 1, says: expect.stringMatching(/names another key/) }] });
});

it("an export of nothing is whole too", async () => {
  expect(verify(await written("action:none.such"))).toMatchObject({ ok: true, checked: 0 });
});

it("what has no place in the signed log yet is left out, and the end says so", async () => {
  for (const n of [1, 2]) {
    await withScope(auditor, (inner) => record(inner, { action: "test.waits", resource: "thing", resourceId: `w${n}` }));
    expect(verify(await written("action:test.waits"))).toMatchObject({ ok: true, checked: 0, waiting: n });
  }
});

it("every edit is found: lines taken away, doubled, moved or added, and the end with them", async () => {
  const [first, ...rest] = lines as [string, ...string[]];
  const last = rest.at(-1)!;
  const other = (await written("id:r1")).split("\n").slice(0, -1);
  const edits: [string, string[], RegExp][] = [
    ["a line less", [first, ...rest.slice(1)], /700 entries were exported, the file has 699/],
    ["a line twice", [first, rest[0]!, ...rest], /lines were taken away or put in/],
    ["two lines in the place of each other", [first, rest[1]!, rest[0]!, ...rest.slice(2)], /byte for byte/],
    ["a line for another", [first, rest[1]!, ...rest.slice(1)], /byte for byte/],
    ["no end", lines.slice(0, -1), /has no end/],
    ["half of the file", lines.slice(0, 350), /has no end/],
    ["the end of another export", [...lines.slice(0, -1), other.at(-1)!], /were exported/],
    ["a line behind the end", [...lines, rest[0]!], /behind the end/],
    ["an empty line", [first, "", ...rest], /not one of an export/],
    ["a space", [first, ` ${rest[0]}`, ...rest.slice(1)], /byte for byte/],
    ["another line end", [`${first}\r`, ...rest], /byte for byte/],
    ["nothing", [], /empty|no head/],
    ["the first line alone", [first], /has no end/],
    ["an end that nobody signed", [...lines.slice(0, -1), last.replace("700 entries", "699 entries")], /not signed by this key/],
  ];
  for (const [label, edited, expected] of edits) {
    expect(verify(file(edited)).ok, label).toBe(false);
    expect(says(edited), label).toMatch(expected);
  }
});

it("every edit of a line is found, and none stops the check", () => {
  const edited = (change: (line: Record<string, never>) => unknown) => {
    const changed = change(JSON.parse(lines[5]!) as never);
    return [...lines.slice(0, 5), typeof changed === "string" ? changed : JSON.stringify(changed), ...lines.slice(6)];
  };
  const line = JSON.parse(lines[5]!) as ExportLine;
  const entry = line.entry;
  const changes: unknown[] = [
    ...Object.keys(entry).map((field) => ({ ...line, entry: { ...entry, [field]: field === "risk" ? 99 : "x" } })),
    ...Object.keys(entry).map((field) => ({ ...line, entry: { ...entry, [field]: undefined } })),
    ...Object.keys(line).map((field) => ({ ...line, [field]: undefined })),
    ...Object.keys(line).map((field) => ({ ...line, [field]: 7 })),
    { ...line, note: "approved by the dean" },
    { ...line, entry: { ...entry, note: "approved by the dean" } },
    { ...line, content: null },
    { ...line, content: { ...line.content!, body: line.content!.body.replace("quoted", "quotes") } },
    {
      ...line,
      content: {
        salt: Buffer.concat([Buffer.from(line.content!.salt, "base64"), Buffer.from(line.content!.body)]).toString("base64"),
        body: "",
      },
    },
    { ...line, index: -1 },
    { ...line, index: 1.5 },
    { ...line, proof: [...line.proof, line.proof[0]] },
    { ...line, proof: line.proof.slice(1) },
    { ...line, entry: { ...entry, commitment: "" } },
    "null",
    "7",
    "[]",
    "{",
    `{"entry":{},${lines[5]!.slice(1)}`,
  ];
  for (const changed of changes) {
    const result = verify(file(edited(() => changed)));
    expect(result.ok, JSON.stringify(changed)?.slice(0, 80)).toBe(false);
  }
});

it("its signed end can't be passed off as a head or a restore of the log", () => {
  const { note } = JSON.parse(lines.at(-1)!) as ExportEnd;
  const text = openNote(note, ORIGIN, signingKey().publicKey)!;
  expect(text).toMatch(/700 entries/);
  expect(readCheckpoint(text)).toBeNull();
  expect(readEpoch(text)).toBeNull();
  // And a head is no end.
  const { checkpoint } = JSON.parse(lines[0]!) as ExportHead;
  expect(says([...lines.slice(0, -1), JSON.stringify({ invigil: "audit-export-end-v1", note: checkpoint })])).toMatch(
    /not signed/,
  );
});

it("a question that can't be read is refused before anything is written, and how much leaves is in the log", async () => {
  for (const format of ["csv", "ndjson"] as const)
    await expect(exportLog(auditor, "risk:high", format, csvLine).next()).rejects.toThrow(/risk:high is not valid/);
  const acts = await db.owner.query<{ body: string; risk: number }>(
    "select c.body, e.risk from audit.entry e join audit.content c on c.entry_id = e.id where e.action = 'audit.export' order by e.at, e.id",
  );
  expect(acts.rows.map(({ body }) => (JSON.parse(body) as { details: { rows: number } }).details.rows)).toEqual([
    700, 0, 1, 2, 1,
  ]);
  expect(acts.rows[0]!.risk).toBe(20);
});

it("a sheet runs nothing of what someone wrote", async () => {
  const id = await withScope(auditor, (inner) =>
    record(inner, { action: "test.sheet", resource: "thing", resourceId: "=cmd|' /C calc'!A0", reason: "@SUM(1+1)" }),
  );
  const text = await written("action:test.sheet", "csv");
  expect(text).toContain(",'=cmd|");
  expect(text).toContain(",'@SUM(1+1),");
  expect(id).toBeTruthy();
});

it("holds what was recorded within the range that the page shows, and nothing before or after it", async () => {
  const minutesAgo = (n: number) => new Date(Date.now() - n * 60_000);
  await withScope(auditor, async (inner) => {
    for (const minutes of [50, 40, 30, 20, 10])
      await record(
        { ...inner, clock: { now: () => minutesAgo(minutes) } },
        { action: "test.span", resource: "thing", resourceId: `${minutes}`, reason: "within a range" },
      );
  });
  while ((await createSequencer(rolePool("sequencer"), signingKey(), anchorFile()).step()) > 0);
  const span = { from: minutesAgo(45), to: minutesAgo(15) };
  for (const q of ["action:test.span", 'action:test.span "within a range"']) {
    let text = "";
    for await (const part of exportLog(auditor, q, "ndjson", csvLine, { span })) text += part;
    const ids = text.split("\n").flatMap((line) => /"resource_id":"(\d+)"/.exec(line)?.[1] ?? []);
    expect(ids.sort()).toEqual(["20", "30", "40"]);
    expect(verify(text)).toMatchObject({ ok: true, checked: 3 });
  }
  expect(verify(await written("action:test.span")).checked).toBe(5);
});
