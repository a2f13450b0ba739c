import { beforeAll, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { rolePool } from "~/db/clients.server.ts";
import { withScope } from "~/db/scope.server.ts";
import { recordAlone } from "./record.server.ts";
import { taking } from "./sequence.server.ts";

// Breaks when an index that leaves out what is absent is no longer used to find what is there, by whom it is asked for.
const db = testDatabase();
let auditor: Ctx;
let manager: Ctx;

beforeAll(async () => {
  const college = (await makeCollege(db.owner)).id;
  auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), everywhere);
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
});

const plan = (ctx: Ctx, where: string) =>
  withScope(ctx, async (inner) => {
    await inner.tx.query({ text: "set local enable_seqscan = off" });
    const { rows } = await inner.tx.query<{ "QUERY PLAN": string }>({
      text: `explain select at, risk from audit.entry where ${where} and at >= date_trunc('month', now()) order by at desc, id desc limit 50`,
    });
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  });

const ID = "'00000000-0000-0000-0000-000000000001'::uuid";

it.each(["actor_id", "session_id", "college_id"])(
  "%s is found by its index, as an auditor and within a scope",
  async (column) => {
    for (const [who, ctx] of Object.entries({ auditor, manager })) {
      const text = await plan(ctx, `${column} = ${ID}`);
      expect(text, who).toMatch(
        new RegExp(`Index.*\\n(.*\\n)*?.*Index Cond:.*\\(${column} = ${ID.replaceAll(/[()]/g, "\\$&")}\\)`),
      );
    }
  },
);

it("a histogram of an action reads its index alone", async () => {
  expect(await plan(auditor, "action = 'session.login'")).toMatch(/Index Only Scan using entry_\d+_action/);
  expect(await plan(manager, "action = 'session.login'")).toMatch(/Index Only Scan using entry_\d+_(action|college)/);
});

it("the sequencer looks up each entry by its key, and does not read the log for a few that are new", async () => {
  for (let i = 0; i < 300; i++) await recordAlone(auditor, { action: "test.plan", resource: "test" });
  const { text, values } = taking(5000);
  const { rows } = await rolePool("sequencer").query<{ "QUERY PLAN": string }>({
    text: `explain ${text}`,
    values: [...values],
  });
  const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
  expect(plan).toMatch(/Index Scan using entry_\d+_pkey/);
  expect(plan).not.toMatch(/Seq Scan on entry/);
});
