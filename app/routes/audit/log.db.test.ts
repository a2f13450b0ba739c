import { generateKeyPairSync } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import "~/domains/resources.ts";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import { makeAttempt, makeExam, type MadeExam } from "../../../tests/fixtures/exam.ts";
import { systemCtx } from "~/access/ctx.server.ts";
import { exportLog } from "~/access/log/export.server.ts";
import { searchLog } from "~/access/log/search.server.ts";
import { indexWords } from "~/audit/index-words.server.ts";
import { ORIGIN } from "~/audit/keys.server.ts";
import { record } from "~/audit/record.server.ts";
import { createSequencer } from "~/audit/sequence.server.ts";
import { rolePool } from "~/db/clients.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { withScope } from "~/db/scope.server.ts";
import { erasePerson } from "~/domains/privacy/erase-person.server.ts";
import { lockPerson } from "~/domains/people/access.server.ts";
import { fixedClock } from "~/platform/clock.ts";
import { env } from "~/platform/env.server.ts";
import { sayEntries } from "~/resources/log-sentences.server.ts";
import { rowsOf } from "./log-rows.server.ts";

// Breaks when the log can't be read by name, when an erased name still leads somewhere, or when an export differs from the page.
const db = testDatabase();
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "log-"));
let college: string;
let auditor: Ctx;
let manager: Ctx;
let proctor: Ctx;
let exam: MadeExam;
let ben: string;
let attempt: string;

const span = () => ({ from: new Date(Date.now() - 86_400_000), to: new Date(Date.now() + 60_000) });
const look = async (ctx: Ctx, q: string, after: string | null = null) =>
  searchLog({ ctx, input: { q, after, ...span(), since: span().from, until: span().to, fold: true } });
const rowsFor = async (ctx: Ctx, q: string) => rowsOf(ctx, (await look(ctx, q)).entries);
const said = async (ctx: Ctx, q: string) => (await rowsFor(ctx, q)).map((row) => `${row.said.who} ${row.said.did}`);

async function sequence(): Promise<void> {
  const key = { name: ORIGIN, ...generateKeyPairSync("ed25519") };
  const sequencer = createSequencer(rolePool("sequencer"), key, path.join(dir, "a.txt"));
  while ((await sequencer.step()) > 0);
  while ((await indexWords(rolePool("sequencer"))) > 0);
}

beforeAll(async () => {
  env().dataDir = dir;
  college = (await makeCollege(db.owner)).id;
  auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), everywhere);
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
  proctor = ctxFor(await makeStaff(db.owner, "PROCTOR", [college]), inTenants(college));
  exam = await makeExam(db.owner, college, { students: 3, status: "CLOSED", start: new Date(Date.now() - 7_200_000) });
  ben = exam.students[0]!;
  attempt = await makeAttempt(db.owner, exam, 0, { picks: [0], state: "SUBMITTED" });
  await db.owner.query(`update public."user" set name = 'Ben Alder' where id = $1`, [ben]);
  await db.owner.query("update public.exam set title = 'Anatomy I' where id = $1", [exam.id]);
  await lockPerson({ ctx: manager, input: { id: ben, hours: 24, reason: "Asked by the college" } });
  await withScope(proctor, (inner) =>
    record(inner, {
      action: "exam.lock_attempts",
      resource: "exam",
      resourceId: exam.id,
      collegeId: college,
      reason: "Left the room",
      details: { attempts: 1, skipped: 0, attemptIds: [attempt] },
    }),
  );
  await sequence();
});
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

describe("an entry of the log", () => {
  it("says what was done to whom, as a person would", async () => {
    expect(await said(auditor, "action:exam.lock_attempts")).toEqual(["Test PROCTOR locked Ben Alder’s attempt in Anatomy I"]);
    expect(await said(auditor, "action:user.lock")).toEqual(["Test TENANT_MANAGER locked Ben Alder"]);
  });

  it("names no candidate to whoever reviews by number", async () => {
    expect(await said(proctor, "action:exam.lock_attempts")).toEqual(["Test PROCTOR locked 1 attempt in Anatomy I"]);
  });

  it("is found by the name of whom it concerns, and counted once", async () => {
    const found = await look(auditor, "Ben Alder");
    expect(found.entries.map((entry) => entry.action).sort()).toEqual(["exam.lock_attempts", "user.lock"]);
    expect(found.bars.reduce((sum, bar) => sum + bar.n, 0)).toBe(2);
    expect(await said(auditor, 'target:"ben alder"')).toEqual(["Test TENANT_MANAGER locked Ben Alder"]);
    expect(await said(auditor, "-target:ben action:user.lock")).toEqual([]);
    expect((await look(auditor, "anatomy")).entries.map((entry) => entry.action)).toEqual(["exam.lock_attempts"]);
    expect((await look(auditor, "anatomy action:user.*")).entries).toEqual([]);
    expect((await look(proctor, "Ben Alder")).entries).toEqual([]);
  });

  it("is found by a name before its words are taken", async () => {
    await withScope(manager, (inner) =>
      record(inner, { action: "user.view", resource: "user", resourceId: ben, collegeId: college }),
    );
    expect((await look(auditor, "ben alder")).entries.map((entry) => entry.action)).toContain("user.view");
  });

  it("of another tenant is found by nobody else's words", async () => {
    const other = (await makeCollege(db.owner)).id;
    const stranger = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [other]), inTenants(other));
    expect((await look(stranger, "Ben Alder")).entries).toEqual([]);
  });
});

describe("what machines did", () => {
  it("is one row for an hour of it, and a page reads on past it", async () => {
    const clock = systemCtx("exams clock");
    const hour = new Date(Date.now() - 3 * 3_600_000);
    hour.setUTCMinutes(10, 0, 0);
    await withScope({ ...auditor, clock: fixedClock(new Date(hour.getTime() - 1000).toISOString()) }, (inner) =>
      record(inner, { action: "exam.close", resource: "exam", resourceId: exam.id, collegeId: college, reason: "by hand" }),
    );
    for (let i = 0; i < 120; i++)
      await withScope({ ...clock, clock: fixedClock(new Date(hour.getTime() + i * 1000).toISOString()) }, (inner) =>
        record(inner, {
          action: "exam.expire_attempts",
          resource: "exam",
          resourceId: exam.id,
          collegeId: college,
          details: { attempts: 1 },
        }),
      );
    const rows = await rowsFor(auditor, "action:exam.*");
    const folded = rows.find((row) => row.entry.action === "exam.expire_attempts")!;
    expect(folded.more).toHaveLength(119);
    expect(`${folded.said.who} ${folded.said.did}`).toBe("The exam clock closed 1 expired attempt in Anatomy I");
    expect(rows.map((row) => row.entry.action)).toEqual(["exam.lock_attempts", "exam.expire_attempts", "exam.close"]);
  });
});

describe("an export", () => {
  it("holds exactly what the page lists, in the same words", async () => {
    await sequence();
    for (const q of ["Ben Alder", "action:exam.*", ""]) {
      const shown: string[] = [];
      const bounds = { from: new Date(Date.now() - 86_400_000), to: new Date() };
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof searchLog>> = await searchLog({
          ctx: auditor,
          input: { q, after, ...bounds, since: bounds.from, until: bounds.to, fold: true, limit: 20 },
        });
        for (const row of await rowsOf(auditor, page.entries)) shown.push(row.entry.id, ...row.more.map(({ id }) => id));
        after = page.next;
      } while (after);
      const lines: string[] = [];
      for await (const part of exportLog(auditor, q, "csv", (cells) => `${JSON.stringify(cells)}\n`, {
        span: bounds,
        say: sayEntries,
      }))
        lines.push(...part.split("\n").filter(Boolean));
      const [head, ...body] = lines.map((line) => JSON.parse(line) as unknown[]);
      const listed = await searchLog({
        ctx: auditor,
        input: { q, ...bounds, since: bounds.from, until: bounds.to, limit: 500 },
      });
      const sentences = (await withScope(auditor, (inner) => sayEntries(inner, listed.entries))).map(
        ({ who, did }) => `${who} ${did}`,
      );
      expect(body.map((cells) => cells[head!.indexOf("Sentence")])).toEqual(sentences);
      expect(new Set(shown)).toEqual(new Set(listed.entries.map((entry) => entry.id)));
      expect(shown).toHaveLength(listed.entries.length);
      expect(listed.bars.reduce((sum, bar) => sum + bar.n, 0)).toBe(listed.entries.length);
    }
  });
});

it("a person who was erased is found by no name, and is told by number", async () => {
  const email = (await db.owner.query<{ email: string }>(`select email from public."user" where id = $1`, [ben])).rows[0]!.email;
  await db.owner.query(`update public."user" set locked_until = null where id = $1`, [ben]);
  await erasePerson({ ctx: manager, input: { id: ben, reason: "Asked in writing", typed: email } });
  // What somebody typed into the search stays what they typed.
  expect((await look(auditor, "Ben Alder -resource:audit")).entries).toEqual([]);
  expect(await said(auditor, "action:user.lock")).toEqual([expect.stringMatching(/^Test TENANT_MANAGER locked Person \d+$/)]);
  expect(await said(auditor, "action:exam.lock_attempts")).toEqual([
    expect.stringMatching(/^Test PROCTOR locked Person \d+’s attempt in Anatomy I$/),
  ]);
});
