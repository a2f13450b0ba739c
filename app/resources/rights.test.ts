import { describe, expect, it } from "vitest";
import "~/domains/resources.ts";
import type { Ctx } from "~/db/ctx.ts";
import { Forbidden, NotFound } from "~/platform/errors.ts";
import { readQuery } from "./query.ts";
import { resourceNamed } from "./registry.ts";
import { history } from "./history.server.ts";
import { relationLists } from "./relations.server.ts";
import { consequences, create, get, list, meant, remove, restore, suggest, update } from "./verbs.server.ts";

const id = "0198c0de-0000-7000-8000-000000000001";
const as = (role: "SRE" | "AUDITOR"): Ctx => ({
  actor: { kind: "staff", id, name: "S", email: "s@t.example", role },
  scope: { kind: "all" },
  clock: { now: () => new Date() },
  requestId: "rights",
  session: { id, stepUpAt: new Date(), secondFactor: true },
});

// No database runs beside this: whoever is refused has taken no connection.
describe("a verb of any resource", () => {
  it.each([
    ["get", (ctx: Ctx) => get({ ctx, input: { resource: "user", id } })],
    [
      "list",
      (ctx: Ctx) => list({ ctx, input: { resource: "user", query: readQuery(resourceNamed("user"), new URLSearchParams()) } }),
    ],
    ["history", (ctx: Ctx) => history({ ctx, input: { resource: "user", id } })],
    ["relations", (ctx: Ctx) => relationLists({ ctx, input: { resource: "user", id } })],
    ["consequences", (ctx: Ctx) => consequences({ ctx, input: { resource: "user", id } })],
    ["suggest", (ctx: Ctx) => suggest({ ctx, input: { resource: "user", q: "a" } })],
    ["meant", (ctx: Ctx) => meant({ ctx, input: { resource: "user", q: "a" } })],
  ])("asks for what the resource asks of its readers: %s", async (_name, run) => {
    await expect(run(as("SRE"))).rejects.toThrow(new Forbidden("People are not part of your role"));
  });

  it.each([
    ["create", (ctx: Ctx) => create({ ctx, input: { resource: "class", values: {} } })],
    ["update", (ctx: Ctx) => update({ ctx, input: { resource: "class", id, version: "1", values: {} } })],
    ["remove", (ctx: Ctx) => remove({ ctx, input: { resource: "class", id, reason: "because" } })],
    ["restore", (ctx: Ctx) => restore({ ctx, input: { resource: "class", id } })],
  ])("asks for what the resource asks of whoever changes it: %s", async (_name, run) => {
    await expect(run(as("AUDITOR"))).rejects.toThrow(new Forbidden("Classes are not changed here by your role"));
  });

  it("knows no resource that is not there", async () => {
    await expect(get({ ctx: as("AUDITOR"), input: { resource: "nothing", id } })).rejects.toThrow(NotFound);
  });
});
