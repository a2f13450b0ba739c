import { generateKeyPairSync } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../tests/database.ts";
import { fixedClock } from "~/platform/clock.ts";
import type { Ctx } from "~/db/ctx.ts";
import { createPool, type Pool } from "~/db/pool.server.ts";
import { withScope, withSnapshot } from "~/db/scope.server.ts";
import { ORIGIN, type SigningKey } from "./keys.server.ts";
import { record } from "./record.server.ts";
import { createSequencer, type Sequencer } from "./sequence.server.ts";
import { verifyLog, type Snapshot, type Verification } from "./verify.server.ts";

// Breaks when a range that is read beside another is put together wrongly, or when the bytes that verification makes of a row
// are not those that were sequenced.
const db = testDatabase();
const key: SigningKey = { name: ORIGIN, ...generateKeyPairSync("ed25519") };
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "ranges-"));
const anchor = path.join(dir, "anchor.txt");
let pool: Pool;
let sequencer: Sequencer;
let ctx: Ctx;

const write = (n: number) =>
  withScope(ctx, async (inner) => {
    for (let i = 0; i < n; i++)
      await record(inner, { action: "test.act", resource: "thing", resourceId: `r${i}`, after: { value: i } });
  });
const drain = async () => {
  while ((await sequencer.step()) > 0);
};
const lanes =
  (n: number): Snapshot =>
  (run) =>
    withSnapshot(
      ctx,
      (...all) => {
        const [first, ...others] = all.map(({ tx }) => tx);
        return run(first!, ...others);
      },
      n,
    );
const verify = (width: number, n = 1) => verifyLog(lanes(n), key, anchor, undefined, width);

beforeAll(async () => {
  ctx = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
  pool = createPool("sequencer", { url: db.url("sequencer"), applicationName: "test", max: 2 });
  sequencer = createSequencer(pool, key, anchor);
});
afterAll(async () => {
  await pool.end();
  fs.rmSync(dir, { recursive: true, force: true });
});

/** Changes what a runtime role can't, and puts it back. */
async function changed(change: string, back: string, look: () => Promise<Verification>): Promise<Verification> {
  await db.owner.query(`set session_replication_role = replica; ${change}`);
  return look().finally(() => db.owner.query(`${back}; set session_replication_role = origin`));
}

describe("a log in ranges", () => {
  it("is the same log in ranges of any size, on one connection or several, with heads at every size", async () => {
    expect(await verify(8, 2)).toMatchObject({ ok: true, size: 0, checked: 0 });
    for (let i = 0; i < 45; i++) {
      await write(1 + (i % 3));
      await drain();
      for (const [width, n] of [
        [1, 3],
        [4, 2],
        [16, 2],
        [32_768, 1],
      ] as const)
        if (i % 9 === 0 || i > 42)
          expect(await verify(width, n), `width ${width}`).toMatchObject({ ok: true, findings: [], anchors: i + 1 });
    }
    expect((await verify(4, 2)).checked).toBe(90);
  });

  it("names what is wrong in the order of the log, whichever range is read first", async () => {
    const result = await changed(
      "update audit.entry set action = 'other.act' where id in (select entry_id from audit.leaf where index in (3, 37, 70))",
      "update audit.entry set action = 'test.act'",
      () => verify(4, 3),
    );
    expect(result.ok).toBe(false);
    expect(result.findings.filter(({ says }) => /entry differs/.test(says)).map(({ index }) => index)).toEqual([3, 37, 70]);
    expect(result.findings[0]).toMatchObject({ index: 3 });
  });

  it("names a leaf that is missing at the beginning, in the middle and at the end of a range", async () => {
    for (const index of [0, 5, 7, 8, 40, 88]) {
      const result = await changed(
        `create temporary table kept as select * from audit.leaf where index = ${index}; delete from audit.leaf where index = ${index}`,
        "insert into audit.leaf select * from kept; drop table kept",
        () => verify(8, 2),
      );
      expect(result.findings[0], `leaf ${index}`).toMatchObject({
        index,
        says: `entries ${index} to ${index} are missing from the tree`,
      });
      expect(
        result.findings.some(({ says }) => /no tree/.test(says)),
        `leaf ${index}`,
      ).toBe(true);
    }
    expect((await verify(8, 2)).ok).toBe(true);
  });

  it("is read no further once it is called off, and its connections are whole", async () => {
    for (let i = 0; i < 5; i++) {
      let asked = 0;
      await expect(
        verifyLog(
          lanes(2),
          key,
          anchor,
          async () => {
            asked++;
            throw new Error("called off");
          },
          4,
        ),
      ).rejects.toThrow("called off");
      expect(asked).toBeLessThanOrEqual(2);
    }
    expect(await verify(4, 2)).toMatchObject({ ok: true });
  });
});

it("makes the same bytes of any entry as the sequencer does", async () => {
  const hostile = [
    "",
    '"',
    "\\",
    'a"b\\c',
    "\u0001\u001f\u007f\u0080",
    "line\nfeed\ttab\r\b\f",
    "\u2028\u2029\ufeff",
    "مرحبا \u202e right to left",
    "🎓👩‍🔬",
    "\ud800 alone",
    "x".repeat(70_000),
    '"'.repeat(5000),
    "é".repeat(4000),
  ];
  const times = [
    "2026-11-30T23:59:59.999Z",
    "2026-12-01T00:00:00.000Z",
    "2026-11-20T00:00:00.001Z",
    "2026-11-19T23:59:59.000Z",
    "2026-10-25T01:30:00.050Z",
  ];
  let n = 0;
  for (const text of hostile) {
    const at = fixedClock(times[n++ % times.length]!);
    await withScope({ ...ctx, clock: at, requestId: text.slice(0, 6000) }, async (inner) => {
      await record(inner, { action: "a", resource: "r", resourceId: text.slice(0, 2000), reason: text, after: { [text]: text } });
      await record(inner, { action: text.slice(0, 1000), resource: text.slice(0, 400), resourceId: null });
    });
  }
  await withScope(
    { ...ctx, actor: { kind: "system", id: null, name: "", email: null, role: "SYSTEM" }, session: undefined! },
    (inner) => record(inner, { action: "", resource: "" }),
  );
  await drain();
  expect(await verify(32_768)).toMatchObject({ ok: true, findings: [], checked: 117 });
});
