import { beforeAll, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { withScope } from "~/db/scope.server.ts";
import { loginRisk } from "./login-risk.server.ts";
import { createSession } from "./session.server.ts";

// Breaks when a login from elsewhere passes for one from a known network, because their numbers begin alike.
const db = testDatabase();
let ctx: Ctx;

beforeAll(async () => {
  ctx = ctxFor(await makeStaff(db.owner, "AUDITOR"), everywhere);
  for (let i = 0; i < 4; i++)
    for (const address of ["10.20.15.7", "::ffff:10.20.16.7", "2001:db8:15:1::7"])
      await withScope({ ...ctx, address }, (inner) =>
        createSession(inner, ctx.actor.id!, { secondFactor: true, stepUp: true, risk: [] }),
      );
});

const rules = async (address: string) =>
  (await withScope({ ...ctx, address }, (inner) => loginRisk(inner, ctx.actor.id!)))
    .filter(({ rule }) => rule === "new-address")
    .map(({ says }) => says);

it("a network is known by all of it", async () => {
  for (const known of ["10.20.15.7", "10.20.15.200", "10.20.16.9", "::ffff:10.20.16.9", "::ffff:10.20.15.9", "2001:db8:15:1::9"])
    expect(await rules(known), known).toEqual([]);
  for (const other of ["10.20.1.7", "10.2.15.7", "1.2.3.4", "2001:db8:15:11::7", "2001:db8:1:1::7"])
    expect(await rules(other), other).toEqual([`From ${other}, for the first time`]);
});
