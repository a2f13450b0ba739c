import { beforeAll, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import { withNames } from "~/audit/names.server.ts";
import { parseQuery } from "~/audit/query-language.ts";
import { record } from "~/audit/record.server.ts";
import { conditionsOf, searchEntries } from "~/audit/search.server.ts";
import type { Actor, Ctx } from "~/db/ctx.ts";
import { withScope } from "~/db/scope.server.ts";
import { fixedClock } from "~/platform/clock.ts";
import { newId } from "~/platform/ids.ts";
import { getEntry, reachOf, searchLog } from "./search.server.ts";

// Breaks when a question is answered with something else than what was asked, or one broken entry hides all others.
const db = testDatabase();
let auditor: Ctx;
let ana: Actor & { kind: "staff" };
let north: { id: string; code: string };
let south: { id: string; code: string };
const NOW = Date.now();
const DAY = 86_400_000;

const say = (by: Actor, resourceId: string, daysAgo = 0, collegeId: string | null = null, reason = "a word") =>
  withScope({ ...ctxFor(by, everywhere), clock: fixedClock(new Date(NOW - daysAgo * DAY).toISOString()) }, (inner) =>
    record(inner, { action: "test.ask", resource: "question", resourceId, collegeId, reason }),
  );
const look = (q: string, more: { from?: Date; to?: Date; until?: Date; as?: Ctx } = {}) =>
  searchLog({
    ctx: more.as ?? auditor,
    input: {
      q: `resource:question ${q}`,
      from: more.from ?? new Date(NOW - DAY),
      to: more.to ?? new Date(NOW + DAY),
      until: more.until,
      limit: 200,
    },
  });
const ids = async (q: string, more: Parameters<typeof look>[1] = {}) =>
  (await look(q, more)).entries.map((entry) => entry.resource_id).toSorted();

beforeAll(async () => {
  auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), everywhere);
  north = await makeCollege(db.owner, { name: "North College" });
  south = await makeCollege(db.owner, { name: "South College" });
  ana = { ...(await makeStaff(db.owner, "TENANT_MANAGER", [north.id])), name: "Ana Lopez" };
  await db.owner.query("update console.staff set name = 'Ana Lopez' where id = $1", [ana.id]);
  const key = { kind: "api-key", id: newId(), name: "Exam hall key", email: null, role: "API_KEY" } as const;
  await db.owner.query(
    "insert into public.api_key (id, college_id, name, prefix, key_hash, updated_at) values ($1, $2, $3, 'x', 'y', now())",
    [key.id, north.id, key.name],
  );
  await say(ana, "ana north", 0, north.id);
  await say(ana, "ana nowhere");
  await say(key, "key", 0, north.id);
  await say({ kind: "system", id: null, name: "clock", email: null, role: "SYSTEM" }, "system", 0, south.id);
});

it("a name stands for whom it means, and its negation for everyone else, whoever they are", async () => {
  expect(await ids("actor:ana")).toEqual(["ana north", "ana nowhere"]);
  expect(await ids("-actor:ana")).toEqual(["key", "system"]);
  expect(await ids('actor:"hall key"')).toEqual(["key"]);
  expect(await ids("actor:system")).toEqual(["system"]);
  expect(await ids("actor:nobody")).toEqual([]);
  expect(await ids("-actor:nobody")).toHaveLength(4);
  expect(await ids("tenant:north")).toEqual(["ana north", "key"]);
  expect(await ids("-tenant:north")).toEqual(["ana nowhere", "system"]);
  expect(await ids("tenant:college")).toEqual(["ana north", "key", "system"]);
  expect(await ids("resource:quest*")).toHaveLength(4);
});

/** What the database is asked for a page. */
async function asked(ctx: Ctx, q: string): Promise<string> {
  const texts: string[] = [];
  await withScope(ctx, async (inner) => {
    const search = conditionsOf(await withNames(inner.tx, parseQuery(q)), reachOf(ctx), new Date());
    const query = (question: { text: string }) => {
      texts.push(question.text);
      return inner.tx.query(question);
    };
    const tx = new Proxy(inner.tx, { get: (target, name) => (name === "query" ? query : Reflect.get(target, name)) });
    await searchEntries({ ...inner, tx }, search, null, 10);
  });
  return texts.join();
}

it("a name, and the one tenant that someone sees, are found by their index, not by reading the log", async () => {
  expect(await asked(auditor, "actor:ana")).toMatch(/e\.actor_id = \$\d+::uuid/);
  expect(await asked(auditor, "actor:ana")).not.toMatch(/console\.staff|e\.college_id = /);
  expect(await asked(ctxFor(ana, inTenants(north.id)), "action:test.ask")).toMatch(/e\.college_id = \$\d+::uuid/);
});

it("a range that is past lists what is in it, as its histogram counts it", async () => {
  for (const days of [3, 4, 5]) await say(ana, "past", days);
  const [from, to] = [new Date(NOW - 6 * DAY), new Date(NOW - 2 * DAY)];
  const found = await look("", { from, to, until: to });
  expect(found.entries.map((entry) => entry.resource_id)).toEqual(["past", "past", "past"]);
  expect(found.bars.reduce((sum, bar) => sum + bar.n, 0)).toBe(3);
});

it("what is excluded is looked for before the day that is asked for, and the page is told how far", async () => {
  await say(ana, "old", 200, null, "kept");
  await say(ana, "old too", 200, null, "left out");
  const day = new Date(NOW - 199 * DAY).toISOString().slice(0, 10);
  expect(await ids(`before:${day} -"left out"`)).toEqual(["old"]);
  expect((await look('-"left out"')).since).toEqual(expect.any(Date));
  expect((await look("left")).since).toBeNull();
  expect(await ids(`after:${new Date(NOW - 300 * DAY).toISOString().slice(0, 10)} -"left out" before:${day}`)).toEqual(["old"]);
});

it("a content that someone broke is shown as broken, beside all others", async () => {
  const id = await say(ana, "broken");
  for (const body of ["", "no json", '{"actor":1}', "null"]) {
    await db.owner.query("update audit.content set body = $1 where entry_id = $2", [body, id]);
    const { entries } = await look("id:broken");
    expect(entries, body).toMatchObject([{ actor: "unreadable", erased: false, unreadable: true }]);
    expect(await getEntry({ ctx: auditor, input: { id } }), body).toMatchObject({ unreadable: true });
  }
});

it("names of tenants are told only of those that are in sight", async () => {
  expect((await look("tenant:north")).tenants).toEqual([{ id: north.id, name: "North College" }]);
  const manager = ctxFor(ana, inTenants(north.id));
  expect((await look("", { as: manager })).tenants).toEqual([{ id: north.id, name: "North College" }]);
  expect(await ids("tenant:south", { as: manager })).toEqual([]);
  expect(south.id).not.toBe(north.id);
});
