import { expect, it } from "vitest";
import { examineServer, ask } from "../../app/observability/sampler/ask.server.ts";
import { PROBES } from "../../app/observability/probes/all.ts";
import type { Probe } from "../../app/observability/probe.ts";
import { rolePool } from "../../app/db/clients.server.ts";
import { testDatabase } from "../database.ts";

const db = testDatabase();
const MAJOR = Number(process.env["INVIGIL_TEST_MAJOR"] ?? 18);

/** What a major version does not have, and says so; everything else must be answered. */
const LACKS: Record<string, number> = { io: 16 };

it("every probe runs on this server, and its rows are what it says", async () => {
  await db.owner.query("select count(*) from public.college");
  const pool = rolePool("observer");
  const server = await examineServer(pool);
  expect(server.major).toBe(MAJOR);
  for (const [name, one] of Object.entries(PROBES)) {
    const probe = one as Probe;
    if (probe.on === "standby") continue;
    const sample = await ask(pool, probe, "primary", server);
    if ((LACKS[name] ?? 0) > MAJOR) {
      expect(sample.missing?.reason, name).toContain(`this is ${MAJOR}`);
      continue;
    }
    expect(sample.missing, `${name}: ${sample.missing?.reason}`).toBeNull();
    expect(sample.rows, name).not.toBeNull();
  }
  await pool.end();
});
