import { beforeAll, describe, expect, it } from "vitest";
import "~/domains/resources.ts";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { withReadScope } from "~/db/scope.server.ts";
import { newId } from "~/platform/ids.ts";
import { exportRows } from "./export.server.ts";
import { keepLayout, layoutOf } from "./layouts.server.ts";
import { filterParams, readQuery } from "./query.ts";
import { resourceNamed } from "./registry.ts";
import { listStatement } from "./sql.server.ts";
import { list } from "./verbs.server.ts";

// Breaks when what a person chose of a list is lost, or another's; or when a filter of every list lets other rows through.
const db = testDatabase();
const user = () => resourceNamed("user");
let a: string;
let b: string;
let boss: Ctx;
let other: Ctx;
let manager: Ctx;

const form = (fields: [string, string][]) => {
  const data = new FormData();
  for (const [name, value] of fields) data.append(name, value);
  return data;
};
const found = async (ctx: Ctx, text: string) =>
  (await list({ ctx, input: { resource: "user", query: readQuery(user(), new URLSearchParams(text)) } })).rows
    .map((row) => String(row.values["name"]))
    .sort();

beforeAll(async () => {
  a = (await makeCollege(db.owner, { name: "A" })).id;
  b = (await makeCollege(db.owner, { name: "B" })).id;
  boss = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
  other = ctxFor(await makeStaff(db.owner, "AUDITOR"), everywhere);
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [a]), inTenants(a));
  for (const [name, college, day] of [
    ["Ada", a, "2026-03-01T23:59:59.999Z"],
    ["Ben", a, "2026-03-02T00:00:00Z"],
    ["Cleo", a, "2026-03-03T12:00:00Z"],
    ["Dan", b, "2026-03-02T12:00:00Z"],
  ] as const) {
    const id = newId(new Date(day).getTime());
    await db.owner.query('insert into public."user" (id, college_id, name, email, created_at) values ($1, $2, $3, $4, $5)', [
      id,
      college,
      name,
      `${name}@t.example`,
      day,
    ]);
  }
});

describe("the columns of a list", () => {
  it("are remembered for the person and the list, in their order, with the height of the rows", async () => {
    expect(await layoutOf(boss, user())).toEqual({ columns: null, dense: false });
    await keepLayout(
      boss,
      user(),
      form([
        ["column", "email"],
        ["column", "name"],
        ["column", "nothing of ours"],
        ["act", "up name"],
        ["dense", "on"],
      ]),
    );
    expect(await layoutOf(boss, user())).toEqual({ columns: ["name", "email"], dense: true });
    expect(await layoutOf(other, user())).toEqual({ columns: null, dense: false });
    expect(await layoutOf(boss, resourceNamed("exam"))).toEqual({ columns: null, dense: false });
  });

  it("are never none, and go back to what they were", async () => {
    await expect(keepLayout(boss, user(), form([["act", "show"]]))).rejects.toMatchObject({ status: 422 });
    await keepLayout(boss, user(), form([["act", "reset"]]));
    expect(await layoutOf(boss, user())).toEqual({ columns: null, dense: false });
  });

  it("can be kept twice at once", async () => {
    const keep = (key: string) =>
      keepLayout(
        other,
        user(),
        form([
          ["column", key],
          ["act", "show"],
        ]),
      );
    await Promise.all([keep("name"), keep("email"), keep("name")]);
    expect((await layoutOf(other, user())).columns).toHaveLength(1);
  });
});

describe("every list", () => {
  it("is filtered by tenant and by the day of creation, both ends within it", async () => {
    expect(await found(boss, "")).toEqual(["Ada", "Ben", "Cleo", "Dan"]);
    expect(await found(boss, `f.tenant=${a}`)).toEqual(["Ada", "Ben", "Cleo"]);
    expect(await found(boss, "f.created.from=2026-03-02&f.created.to=2026-03-02")).toEqual(["Ben", "Dan"]);
    expect(await found(boss, `f.created.to=2026-03-01&f.tenant=${a}`)).toEqual(["Ada"]);
    expect(await found(boss, `f.tenant=${b}&f.role=STUDENT`)).toEqual(["Dan"]);
    await expect(found(boss, "f.tenant=north")).rejects.toMatchObject({ status: 422 });
    await expect(found(boss, "f.created.from=yesterday")).rejects.toMatchObject({ status: 422 });
  });

  it("shows nothing of a tenant that is not one's own, whatever is asked for", async () => {
    expect(await found(manager, `f.tenant=${b}`)).toEqual([]);
    expect(await found(manager, `f.tenant=${a}`)).toEqual(["Ada", "Ben", "Cleo"]);
  });

  it("hands the same rows to its export and its bulk actions", async () => {
    const params = filterParams(new URLSearchParams(`f.tenant=${a}&f.created.from=2026-03-02&sort=newest`));
    const text = await new Response(await exportRows(boss, user(), readQuery(user(), params), "ndjson")).text();
    expect(text.trim().split("\n")).toHaveLength(2);
  });

  it("finds what was created when by its key", async () => {
    const query = readQuery(user(), new URLSearchParams(`f.tenant=${a}&f.created.from=2026-03-02&limit=25`));
    const plan = await withReadScope(boss, async (inner) => {
      await inner.tx.query({ text: "set local enable_seqscan = off" });
      const { statement } = listStatement(user(), inner.scope, query, ["name"]);
      const explained = await inner.tx.query<{ "QUERY PLAN": string }>({
        text: `explain ${statement.text}`,
        values: [...statement.values],
      });
      return explained.rows.map((row) => row["QUERY PLAN"]).join("\n");
    });
    expect(plan).toMatch(/Index Cond: .*\bid\b/);
  });
});
