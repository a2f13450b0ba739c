import { generateKeyPairSync } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import { indexWords } from "~/audit/index-words.server.ts";
import { ORIGIN } from "~/audit/keys.server.ts";
import { record } from "~/audit/record.server.ts";
import { createSequencer } from "~/audit/sequence.server.ts";
import { rolePool } from "~/db/clients.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { withScope } from "~/db/scope.server.ts";
import { fixedClock } from "~/platform/clock.ts";
import { systemCtx } from "../ctx.server.ts";
import { eraseContent } from "./erase.server.ts";
import { searchLog } from "./search.server.ts";

// Breaks when free text finds something else with its index than without, or what nobody may see or what was erased.
const db = testDatabase();
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "words-"));
let auditor: Ctx;
let manager: Ctx;
let mine: string;
let other: string;

const sequence = async () => {
  const sequencer = createSequencer(
    rolePool("sequencer"),
    { name: ORIGIN, ...generateKeyPairSync("ed25519") },
    path.join(dir, "a.txt"),
  );
  while ((await sequencer.step()) > 0);
};
const take = async () => {
  let n = 0;
  for (let step = await indexWords(rolePool("sequencer")); step > 0; step = await indexWords(rolePool("sequencer"))) n += step;
  return n;
};
const say = (reason: string, collegeId: string | null, resourceId = "r") =>
  withScope({ ...auditor, scope: everywhere }, (inner) =>
    record(inner, { action: "test.say", resource: "thing", resourceId, collegeId, reason, after: { remark: reason.length } }),
  );
const look = async (ctx: Ctx, q: string) => {
  const to = new Date(Date.now() + 60_000);
  return searchLog({ ctx, input: { q: `resource:thing ${q}`, from: new Date(to.getTime() - 86_400_000), to, limit: 500 } });
};
const found = async (ctx: Ctx, q: string) => (await look(ctx, q)).entries.map((entry) => entry.reason);

beforeAll(async () => {
  mine = (await makeCollege(db.owner)).id;
  other = (await makeCollege(db.owner)).id;
  auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), everywhere);
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [mine]), inTenants(mine));
});
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

const REASONS = [
  "moved to town 4711",
  "moved to town 47110",
  "town to moved 4711",
  'said "hello" to the class',
  "Élodie était absente",
  "مرحبا بالعالم",
  "50% off_line, back\\slash",
  "wrote to ana.lopez@mail.example",
  "line one\nline two",
  "it's 'quoted' & | ! ( ) :* <->",
  "— – …",
];
const QUESTIONS = [
  '"moved to town 4711"',
  "town",
  "moved town",
  "hello",
  '"said \\"hello\\" to"',
  "Élodie",
  "مرحبا",
  '"50% off_line"',
  "lopez",
  '"ana.lopez@mail.example"',
  "two",
  "\"it's 'quoted' & |\"",
  "quoted",
  "—",
  "town -47110",
  "-town",
  "nothing",
  "remark",
  '"; drop table audit.entry; --"',
  "(a+)+$",
];

it("finds the same before its words are taken and after, for everyone", async () => {
  for (const reason of REASONS) {
    await say(reason, mine);
    await say(`${reason} elsewhere`, other);
    await say(`${reason} of no tenant`, null);
  }
  const before = await Promise.all(QUESTIONS.map(async (q) => [await found(auditor, q), await found(manager, q)]));
  await sequence();
  const between = await Promise.all(QUESTIONS.map(async (q) => [await found(auditor, q), await found(manager, q)]));
  expect(await take()).toBe(REASONS.length * 3);
  expect((await db.owner.query("select count(*)::int as n from audit.words")).rows[0]).toEqual({ n: REASONS.length * 3 });
  const after = await Promise.all(QUESTIONS.map(async (q) => [await found(auditor, q), await found(manager, q)]));
  expect(between).toEqual(before);
  QUESTIONS.forEach((q, i) => expect(after[i], q).toEqual(before[i]));
  const of = (q: string) => after[QUESTIONS.indexOf(q)]!;
  expect(of('"moved to town 4711"')[1]).toEqual(["moved to town 47110", "moved to town 4711"]);
  expect(of("town")[0]).toHaveLength(9);
  expect(of("town")[1]).toHaveLength(3);
  expect(of("lopez")[0]).toHaveLength(3);
  // Large and small letters of any script, where the words are known.
  expect(await found(manager, "élodie")).toEqual(["Élodie était absente"]);
  expect(of("nothing")[0]).toEqual([]);
});

it("counts over time what it lists", async () => {
  const { entries, bars } = await look(auditor, "town");
  expect(bars.reduce((sum, bar) => sum + bar.n, 0)).toBe(entries.length);
  await say("one more town", mine);
  const more = await look(auditor, "town");
  expect(more.entries).toHaveLength(entries.length + 1);
  expect(more.bars.reduce((sum, bar) => sum + bar.n, 0)).toBe(entries.length + 1);
});

it("pages by its keys through what is taken and what is not, each entry once, while words are being taken", async () => {
  for (let i = 0; i < 30; i++) await say(`pageable number ${i}`, mine);
  await sequence();
  await take();
  for (let i = 30; i < 45; i++) await say(`pageable number ${i}`, mine);
  const to = new Date(Date.now() + 60_000);
  const input = { q: "pageable", from: new Date(to.getTime() - 3_600_000), to, limit: 7 };
  const seen: (string | null)[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof searchLog>> = await searchLog({ ctx: auditor, input: { ...input, after } });
    seen.push(...page.entries.map((entry) => entry.reason));
    after = page.next;
    if (seen.length === 14) {
      await sequence();
      await take();
      await say("pageable number 99", mine);
    }
  } while (after);
  // Within a millisecond their order is that of their ids.
  expect(seen).toHaveLength(45);
  expect(new Set(seen)).toEqual(new Set(Array.from({ length: 45 }, (_, i) => `pageable number ${i}`)));
});

it("finds words through all months, newest first, a page after the other", async () => {
  const ages = [0, 1, 30.9, 31, 31.1, 90, 154.9, 155.1, 200, 300, 380];
  for (const days of ages) {
    const clock = fixedClock(new Date(Date.now() - days * 86_400_000).toISOString());
    await withScope({ ...auditor, clock }, (inner) =>
      record(inner, { action: "test.say", resource: "thing", collegeId: mine, reason: `longago ${days}` }),
    );
  }
  const expected = ages.map((days) => `longago ${days}`);
  const pages = async () => {
    const seen: (string | null)[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof searchLog>> = await searchLog({
        ctx: auditor,
        input: { q: "longago", from: new Date(0), to: new Date(), limit: 2, after },
      });
      seen.push(...page.entries.map((entry) => entry.reason));
      after = page.next;
    } while (after);
    return seen;
  };
  expect(await pages()).toEqual(expected);
  await sequence();
  await take();
  expect(await pages()).toEqual(expected);
  expect(await found(auditor, "longago")).toEqual(expected);
});

it("forgets the words of what is erased, also while words are being taken", async () => {
  await say("a secretperson left", mine, "gone");
  await say("a latersecret left", mine, "later");
  await sequence();
  await take();
  const id = async (of: string) =>
    (await db.owner.query<{ id: string }>("select id from audit.entry where resource_id = $1", [of])).rows[0]!.id;
  expect(await found(auditor, "secretperson")).toHaveLength(1);
  await eraseContent(systemCtx("test"), [await id("gone")], "asked for by the person");
  expect((await look(auditor, "secretperson")).entries).toHaveLength(0);

  // Erasing and taking at the same time, many times over: no word is left of what has no content.
  for (let i = 0; i < 12; i++) {
    await say(`racingsecret ${i}`, mine, `race${i}`);
    await sequence();
    await Promise.all([
      take(),
      id(`race${i}`).then((entry) => eraseContent(systemCtx("test"), [entry], "asked for by the person")),
    ]);
  }
  await take();
  const left = await db.owner.query(
    "select 1 from audit.words w where not exists (select 1 from audit.content c where c.at = w.at and c.entry_id = w.entry_id)",
  );
  expect(left.rowCount).toBe(0);
});

it("is read by no runtime role around its view, and changed by none", async () => {
  for (const statement of [
    "select * from audit.words",
    "insert into audit.words (at, entry_id, words) values (now(), gen_random_uuid(), '')",
  ])
    await expect(
      withScope(manager, (inner) => inner.tx.query({ text: statement })),
      statement,
    ).rejects.toMatchObject({
      code: "42501",
    });
  const seen = await withScope(manager, (inner) => inner.tx.query({ text: "select count(*)::int as n from audit.search_words" }));
  const all = await db.owner.query("select count(*)::int as n from audit.words where college_id = $1", [mine]);
  expect(seen.rows[0]).toEqual(all.rows[0]);
});
