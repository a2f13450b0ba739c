import { generateKeyPairSync } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bySomebodyElse, ctxFor, everywhere, makeStaff, testDatabase } from "../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { createPool, type Pool } from "~/db/pool.server.ts";
import { withScope, withSnapshot } from "~/db/scope.server.ts";
import { ORIGIN, type SigningKey } from "./keys.server.ts";
import { record } from "./record.server.ts";
import { createSequencer, type Sequencer } from "./sequence.server.ts";
import { verifyLog, type Snapshot } from "./verify.server.ts";

// Breaks when a verification looks at more than one moment of a log that goes on growing: it would accuse a whole log.
const db = testDatabase();
const key: SigningKey = { name: ORIGIN, ...generateKeyPairSync("ed25519") };
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "moment-"));
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
const snapshot: Snapshot = (run) => withSnapshot(ctx, (inner) => run(inner.tx));

beforeAll(async () => {
  ctx = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
  pool = createPool("sequencer", { url: db.url("sequencer"), applicationName: "test", max: 2 });
  sequencer = createSequencer(pool, key, anchor);
});
afterAll(async () => {
  await pool.end();
  fs.rmSync(dir, { recursive: true, force: true });
});

describe("a log that is written while it is verified", () => {
  it("is whole when entries are sequenced between two of the verification's looks", async () => {
    await write(20);
    await drain();
    const result = await verifyLog(snapshot, key, anchor, () =>
      bySomebodyElse(async () => {
        await write(5);
        await drain();
      }),
    );
    expect(result).toMatchObject({ ok: true, findings: [], size: 20 });
    expect((await verifyLog(snapshot, key, anchor)).size).toBe(25);
  });

  it("is whole when heads are anchored between the reading of the anchor and the snapshot", async () => {
    const before = (await verifyLog(snapshot, key, anchor)).size;
    const late: Snapshot = async (run) => {
      await write(7);
      await drain();
      return snapshot(run);
    };
    expect(await verifyLog(late, key, anchor)).toMatchObject({ ok: true, findings: [], size: before + 7 });
  });

  it("is whole again and again, beside writers and a sequencer that never stop", async () => {
    let going = true;
    const writing = (async () => {
      while (going) await Promise.all([write(30), write(3), write(1)]);
    })();
    const sequencing = (async () => {
      while (going) await sequencer.step();
    })();
    const sizes: number[] = [];
    try {
      for (let i = 0; i < 12; i++) {
        const result = await verifyLog(snapshot, key, anchor);
        expect(result.findings).toEqual([]);
        sizes.push(result.size);
      }
    } finally {
      going = false;
      await Promise.all([writing, sequencing]);
    }
    expect(sizes.at(-1)!).toBeGreaterThan(sizes[0]!);
  });

  it("is not looked at in a transaction that sees several moments", async () => {
    const several: Snapshot = (run) => withScope(ctx, (inner) => run(inner.tx));
    await expect(verifyLog(several, key, anchor)).rejects.toThrow(/one moment/);
  });

  it("is found cut when what the anchor knew is gone before the snapshot", async () => {
    const size = (await verifyLog(snapshot, key, anchor)).size;
    await write(4);
    await drain();
    const cut: Snapshot = async (run) => {
      await db.owner.query("delete from audit.leaf where index >= $1", [size]);
      await db.owner.query("delete from audit.checkpoint where size > $1", [size]);
      return snapshot(run);
    };
    const result = await verifyLog(cut, key, anchor);
    expect(result.findings[0]).toMatchObject({ cut: true, index: size });
  });
});
