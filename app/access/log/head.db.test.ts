import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../../tests/database.ts";
import { anchorFile, signingKey } from "~/audit/keys.server.ts";
import { record } from "~/audit/record.server.ts";
import { createSequencer } from "~/audit/sequence.server.ts";
import { rolePool } from "~/db/clients.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { withScope } from "~/db/scope.server.ts";
import { env } from "~/platform/env.server.ts";
import { head } from "./proofs.server.ts";

// Breaks when the page of a healthy log says that its end was cut, because the log grew between two looks.
const db = testDatabase();
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "head-"));
let auditor: Ctx;

beforeAll(async () => {
  env().dataDir = dir;
  auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), everywhere);
});
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

it("never says that the anchor is ahead of a log that is only being written", async () => {
  const sequencer = createSequencer(rolePool("sequencer"), signingKey(), anchorFile());
  let going = true;
  const busy = (async () => {
    while (going) {
      await withScope(auditor, (inner) => record(inner, { action: "test.act", resource: "thing" }));
      await sequencer.step();
    }
  })();
  try {
    const sizes = new Set<number>();
    for (let i = 0; i < 300; i++) {
      const { ahead, checkpoint } = await head({ ctx: auditor, input: {} });
      expect(ahead).toBeNull();
      sizes.add(checkpoint?.size ?? 0);
    }
    expect(sizes.size).toBeGreaterThan(10);
  } finally {
    going = false;
    await busy;
  }
});
