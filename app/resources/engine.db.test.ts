import { parse } from "csv-parse/sync";
import pg from "pg";
import { beforeAll, describe, expect, it, vi } from "vitest";
import "~/domains/creators.server.ts";
import "~/domains/resources.ts";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { withReadScope } from "~/db/scope.server.ts";
import { Conflict, Forbidden, Invalid, NotFound } from "~/platform/errors.ts";
import { previewBulk, runBulk, startBulk } from "./bulk.server.ts";
import { csvCell } from "./csv.ts";
import { exportRows } from "./export.server.ts";
import { parseCsv } from "./import-file.ts";
import { importRows } from "./import-rows.server.ts";
import { LIMITS, operatorsOf, readQuery, type ListQuery } from "./query.ts";
import { allResources, resourceNamed } from "./registry.ts";
import { conditions, listStatement } from "./sql.server.ts";
import { create, get, list, remove, restore, update } from "./verbs.server.ts";
import { fieldOf, type Resource } from "./define.ts";
import { viewOf } from "./view.ts";
import { and, raw, sql } from "~/db/sql.ts";

const db = testDatabase();
let a: string;
let b: string;
let boss: Ctx;
let managerA: Ctx;

beforeAll(async () => {
  a = (await makeCollege(db.owner, { name: "A" })).id;
  b = (await makeCollege(db.owner, { name: "B" })).id;
  boss = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
  managerA = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [a]), inTenants(a));
});

const user = () => resourceNamed("user");
const query = (text = "") => readQuery(user(), new URLSearchParams(text));

async function makePeople(collegeId: string, n: number, mark: string): Promise<void> {
  await db.owner.query(
    `insert into public."user" (id, college_id, name, email, roll_no) select public.invigil_uuid7(), $1, 'P ' || lpad((i * 7919 % 1000)::text, 4, '0'), $2 || i || '@t.example', $2 || i from generate_series(1, $3) i`,
    [collegeId, mark, n],
  );
}

async function walk(ctx: Ctx, first: ListQuery, between?: (page: number) => Promise<void>): Promise<string[]> {
  const seen: string[] = [];
  let after: string | null = null;
  for (let page = 0; page < 200; page++) {
    const found: Awaited<ReturnType<typeof list>> = await list({ ctx, input: { resource: "user", query: { ...first, after } } });
    seen.push(...found.rows.map((row) => row.id));
    if (!found.next) return seen;
    after = found.next;
    await between?.(page);
  }
  throw new Error("the walk does not end");
}

describe("lists", () => {
  it("visit every row exactly once, in every order and scope, while rows are inserted and deleted", async () => {
    await makePeople(a, 130, "w");
    await makePeople(b, 90, "x");
    const before = (await db.owner.query<{ id: string; college_id: string }>(`select id, college_id from public."user"`)).rows;
    for (const ctx of [boss, managerA, ctxFor(boss.actor, inTenants(a, b))]) {
      for (const sort of ["newest", "oldest", "name"]) {
        let n = 0;
        const seen = await walk(ctx, { ...query(`sort=${sort}&limit=25`) }, async () => {
          n++;
          await makePeople(a, 1, `n${sort}${n}${ctx.requestId.slice(-6)}`);
          await db.owner.query(`delete from public."user" where roll_no = $1`, [`n${sort}${n}${ctx.requestId.slice(-6)}1`]);
        });
        const expected = before.filter((row) => ctx !== managerA || row.college_id === a).map((row) => row.id);
        expect(new Set(seen).size, "a row came twice").toBe(seen.length);
        expect(
          expected.filter((id) => !seen.includes(id)),
          "a row was left out",
        ).toEqual([]);
      }
    }
  });

  it("merge more tenants than a page has rows, and leave nobody out", async () => {
    const crowd = await Promise.all(Array.from({ length: 40 }, () => makeCollege(db.owner)));
    for (const [at, { id }] of crowd.entries()) await makePeople(id, 1 + (at % 4), `crowd${at}-`);
    const ids = crowd.map((one) => one.id);
    const expected = await db.owner.query<{ id: string }>(
      `select id from public."user" where college_id = any ($1) order by name, id`,
      [ids],
    );
    const seen = await walk(ctxFor(boss.actor, inTenants(...ids)), { ...query("sort=name&limit=25") });
    expect(seen).toEqual(expected.rows.map((row) => row.id));
    await db.owner.query(`delete from public."user" where college_id = any ($1)`, [ids]);
  });

  it("go back to the page they came from", async () => {
    const first = await list({ ctx: managerA, input: { resource: "user", query: query("sort=name&limit=25") } });
    const second = await list({
      ctx: managerA,
      input: { resource: "user", query: { ...query("sort=name&limit=25"), after: first.next } },
    });
    const back = await list({
      ctx: managerA,
      input: { resource: "user", query: { ...query("sort=name&limit=25"), before: second.previous } },
    });
    expect(back.rows.map((row) => row.id)).toEqual(first.rows.map((row) => row.id));
    expect(back.previous).toBeNull();
  });

  it("never show another tenant, whatever the URL says", async () => {
    const theirs = await list({ ctx: managerA, input: { resource: "user", query: query("q=x1@t") } });
    expect(theirs.rows).toEqual([]);
    const found = await list({ ctx: boss, input: { resource: "user", query: query("q=x1@t") } });
    expect(found.rows.length).toBe(1);
  });

  it("find a person inside a name or an e-mail, and take % as a letter", async () => {
    expect((await list({ ctx: managerA, input: { resource: "user", query: query("q=w77@t") } })).rows.length).toBe(1);
    expect((await list({ ctx: managerA, input: { resource: "user", query: query("q=%25") } })).rows).toEqual([]);
  });

  it("refuse a broken page link and a filter value that can't be", async () => {
    await expect(list({ ctx: managerA, input: { resource: "user", query: { ...query(), after: "nonsense" } } })).rejects.toThrow(
      Invalid,
    );
    await expect(list({ ctx: managerA, input: { resource: "user", query: query("f.isActive=perhaps") } })).rejects.toThrow(
      /yes or no/,
    );
  });

  it("are closed to roles without the permission", async () => {
    const sre = ctxFor(await makeStaff(db.owner, "SRE"), everywhere);
    await expect(list({ ctx: sre, input: { resource: "user", query: query() } })).rejects.toThrow(Forbidden);
  });
});

/** Six thousand rows of a table, without parents: enough for the planner to prefer the index that was made for a filter. */
async function fill(resource: Resource, collegeId: string): Promise<void> {
  const columns = await db.owner.query<{ name: string; type: string; needed: boolean }>(
    "select column_name as name, udt_name as type, is_nullable = 'NO' and column_default is null as needed from information_schema.columns where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER'",
    [resource.name],
  );
  const filtered = new Set(
    [...resource.filters, ...resource.sorts.map((sort) => sort.field)].map((key) =>
      key ? fieldOf(resource, key)?.column : undefined,
    ),
  );
  const chosen = columns.rows.filter(
    (column) => column.needed || filtered.has(column.name) || ["id", "drop_date", "occurs_at"].includes(column.name),
  );
  const made: Record<string, string> = {
    uuid: "gen_random_uuid()",
    int4: "i % 400",
    int8: "i",
    bool: "i % 20 = 0",
    timestamptz: "now() - i * interval '1 hour'",
    date: "current_date - i % 300",
    jsonb: "'{}'",
    _text: "'{}'",
  };
  const cells = chosen.map((column) => {
    const field = resource.fields.find((field) => field.column === column.name);
    if (column.name === "college_id") return `'${collegeId}'::uuid`;
    if (column.name === "end_time") return "now() + interval '1 day'";
    // What belongs to a series takes place at a moment of it, and is no series.
    if (column.name === "series_id") return "case when i % 20 > 0 then gen_random_uuid() end";
    if (column.name === "occurs_at") return "case when i % 20 > 0 then now() - i * interval '1 hour' end";
    if (column.name === "round") return "1 + i % 3";
    if (column.name === "total_marks") return "100";
    if (column.name === "passing_marks" || column.name === "percent") return "50";
    if (column.name === "first_attempt_id") return "('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid";
    if (column.name === "second_attempt_id") return "('10000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid";
    if (column.name === "drop_date" || column.name === "duration_minutes" || column.name === "amount_minor")
      return column.type === "date" ? "current_date" : "1 + i % 90";
    if (field?.options) return `('{${field.options.join(",")}}'::text[])[1 + i % ${field.options.length}]`;
    return made[column.type] ?? "'t' || i";
  });
  await db.owner.query(
    `insert into ${resource.table} (${chosen.map((column) => `"${column.name}"`).join(", ")}) select ${cells.join(", ")} from generate_series(1, 6000) i`,
  );
  await db.owner.query(`analyze ${resource.table}`);
}

describe("plans", () => {
  it("answer every declared filter and order from an index, under the runtime role", async () => {
    const wrong: string[] = [];
    const full = (await makeCollege(db.owner)).id;
    const resources = allResources().filter((resource) => resource.tenantColumn !== "id");
    await db.owner.query("set session_replication_role = replica");
    for (const resource of resources) await fill(resource, full);
    await db.owner.query("set session_replication_role = origin");
    const ctx = ctxFor(boss.actor, inTenants(full));
    await withReadScope(ctx, async (inner) => {
      // Six thousand rows are few enough to read them all; what is asked is whether an index answers.
      await inner.tx.query({ text: "set local enable_seqscan = off" });
      const explain = async (text: string, values: readonly unknown[]) =>
        (await inner.tx.query<{ "QUERY PLAN": string }>({ text: `explain ${text}`, values: [...values] })).rows
          .map((row) => row["QUERY PLAN"])
          .join("\n");
      for (const resource of resources) {
        for (const key of resource.filters) {
          const field = fieldOf(resource, key)!;
          const op = operatorsOf(field)[0]!;
          const value =
            field.kind === "ref" || field.kind === "id"
              ? crypto.randomUUID()
              : field.kind === "bool"
                ? "true"
                : field.kind === "choice"
                  ? field.options!.at(-1)!
                  : field.kind === "date"
                    ? "2020-01-01"
                    : field.kind === "moment"
                      ? "2020-01-01T00:00"
                      : field.kind === "text" || field.kind === "longtext"
                        ? "t77"
                        : "5";
          const where = conditions(resource, readQuery(resource, new URLSearchParams({ [`f.${key}.${op}`]: value })));
          const statement = sql`select t.id from ${raw(resource.table)} t where t.college_id = ${full}::uuid and ${and(where)}`;
          const plan = await explain(statement.text, statement.values);
          const used = plan
            .split("\n")
            .some((line) => line.includes("Index Cond") && new RegExp(`\\b${field.column}\\b`).test(line));
          // A partial index whose condition is the filter answers it as well: nothing of it is left to be filtered.
          const partial = plan.includes("part_idx") && !new RegExp(`Filter: .*\\b${field.column}\\b`).test(plan);
          if (!used && !partial) wrong.push(`${resource.name}: filter ${key}\n${plan}`);
        }
        for (const sort of resource.sorts) {
          const { statement } = listStatement(
            resource,
            inner.scope,
            readQuery(resource, new URLSearchParams({ sort: sort.key, limit: "25" })),
            [resource.title],
          );
          const plan = await explain(statement.text, statement.values);
          // The rows come in order from an index: no sort of the table, and no walk through it.
          if (!/Index (Only )?Scan/.test(plan) || /Seq Scan/.test(plan) || /Sort[^]*Sort/.test(plan))
            wrong.push(`${resource.name}: order ${sort.key}\n${plan}`);
        }
      }
    });
    expect(wrong.map((text) => text.split("\n").slice(0, 8).join("\n"))).toEqual([]);
  });
});

describe("forms", () => {
  const values = { name: "Ana Abe", email: "ana@t.example", rollNo: "R-1", role: "STUDENT", isActive: "on" };

  it("say per field what is wrong, all at once", async () => {
    const refused = await create({
      ctx: managerA,
      input: { resource: "user", values: { name: "", email: "not an address", role: "KING" } },
    }).catch((error: unknown) => error as Invalid);
    expect(refused).toBeInstanceOf(Invalid);
    expect(Object.keys((refused as Invalid).fields).sort()).toEqual(["email", "name", "role"]);
  });

  it("create once, and say who has the e-mail already", async () => {
    const { id } = await create({ ctx: managerA, input: { resource: "user", values } });
    await expect(create({ ctx: managerA, input: { resource: "user", values } })).rejects.toThrow(Conflict);
    const entry = await db.owner.query(
      "select 1 from audit.entry where resource = 'user' and resource_id = $1 and action = 'user.create'",
      [id],
    );
    expect(entry.rowCount).toBe(1);
  });

  it("let the second of two editors choose", async () => {
    const { id } = await create({
      ctx: managerA,
      input: { resource: "user", values: { ...values, email: "two@t.example", rollNo: "R-2" } },
    });
    const seen = await get({ ctx: managerA, input: { resource: "user", id } });
    await update({ ctx: managerA, input: { resource: "user", id, version: seen.row.version, values: { name: "First Editor" } } });
    const clash = await update({
      ctx: managerA,
      input: { resource: "user", id, version: seen.row.version, values: { name: "Second Editor" } },
    }).catch((error: unknown) => error as Conflict);
    expect(clash).toBeInstanceOf(Conflict);
    const { version, theirs } = (clash as Conflict).details as { version: string; theirs: Record<string, unknown> };
    expect(theirs["name"]).toBe("First Editor");
    await update({ ctx: managerA, input: { resource: "user", id, version, values: { name: "Second Editor" } } });
    expect((await get({ ctx: managerA, input: { resource: "user", id } })).row.values["name"]).toBe("Second Editor");
  });

  it("do not reach into another tenant", async () => {
    const { rows } = await db.owner.query<{ id: string }>(`select id from public."user" where college_id = $1 limit 1`, [b]);
    const id = rows[0]!.id;
    await expect(get({ ctx: managerA, input: { resource: "user", id } })).rejects.toThrow(NotFound);
    await expect(
      update({ ctx: managerA, input: { resource: "user", id, version: "1", values: { name: "Mine now" } } }),
    ).rejects.toThrow(NotFound);
    await expect(
      create({
        ctx: managerA,
        input: { resource: "user", collegeId: b, values: { ...values, email: "x@b.example", rollNo: "" } },
      }),
    ).rejects.toThrow(Forbidden);
  });

  it("trash, restore and purge, in that order only", async () => {
    const { id } = await create({
      ctx: managerA,
      input: { resource: "user", values: { ...values, email: "gone@t.example", rollNo: "R-9" } },
    });
    const input = { resource: "user", id, reason: "left the school" };
    await expect(remove({ ctx: managerA, input: { ...input, purge: true } })).rejects.toThrow(/Only records in the trash/);
    await remove({ ctx: managerA, input });
    // A deleted e-mail can be used again.
    const { id: second } = await create({
      ctx: managerA,
      input: { resource: "user", values: { ...values, email: "gone@t.example", rollNo: "R-10" } },
    });
    await expect(restore({ ctx: managerA, input: { resource: "user", id } })).rejects.toThrow(Conflict);
    await remove({ ctx: managerA, input: { ...input, id: second } });
    await restore({ ctx: managerA, input: { resource: "user", id } });
    await remove({ ctx: managerA, input: { ...input, id: second, purge: true } });
    await expect(get({ ctx: managerA, input: { resource: "user", id: second } })).rejects.toThrow(NotFound);
  });
});

describe("bulk acts", () => {
  it("preview what they then do, on the rows of the filter when they run", async () => {
    await makePeople(a, 40, "bulk");
    const selection = { filter: "q=bulk" };
    const work = { resource: "user", act: "trash", value: "", reason: "end of term", selection };
    const preview = await previewBulk(managerA, work);
    expect(preview).toMatchObject({ n: 40, exact: true, tried: 40, refusals: [] });
    expect((await list({ ctx: managerA, input: { resource: "user", query: query("q=bulk") } })).rows.length).toBe(40);
    await makePeople(a, 1, "bulkX");
    const result = await runBulk({ id: crypto.randomUUID(), ctx: managerA, input: work, progress: async () => undefined });
    expect(result).toEqual({ changed: 41, failed: 0 });
    expect((await list({ ctx: managerA, input: { resource: "user", query: query("q=bulk") } })).rows).toEqual([]);
    const entries = await db.owner.query(
      "select count(*)::int as n from audit.entry where action = 'user.delete' and college_id = $1 and at > now() - interval '1 minute'",
      [a],
    );
    expect(entries.rows[0].n).toBeGreaterThanOrEqual(41);
  });

  it("are re-authorized when they run", async () => {
    const auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), everywhere);
    await expect(
      startBulk({ ctx: auditor, input: { resource: "user", act: "trash", reason: "because", selection: { filter: "" } } }),
    ).rejects.toThrow(Forbidden);
    await expect(
      runBulk({
        id: crypto.randomUUID(),
        ctx: auditor,
        input: { resource: "user", act: "trash", value: "", reason: "because", selection: { filter: "" } },
        progress: async () => undefined,
      }),
    ).rejects.toThrow(Forbidden);
  });
});

describe("exports", () => {
  it("hold exactly the filter's rows, with formulas disarmed, and are in the log before they start", async () => {
    await create({
      ctx: managerA,
      input: { resource: "user", values: { name: '=HYPERLINK("http://x")', email: "formula@t.example", rollNo: "F-1" } },
    });
    const stream = await exportRows(managerA, user(), query("q=formula@"), "csv");
    const text = await new Response(stream).text();
    const lines = text.trim().split("\r\n");
    expect(lines.length).toBe(2);
    expect(lines[1]).toContain(`"'=HYPERLINK(""http://x"")"`);
    const entry = await db.owner.query<{ body: string }>(
      "select c.body from audit.entry e join audit.content c on c.entry_id = e.id where e.action = 'user.export' order by e.at desc limit 1",
    );
    expect(JSON.parse(entry.rows[0]!.body)).toMatchObject({ details: { rows: 1, format: "csv" } });
  });

  it("write every cell as the other files of the console do", async () => {
    const bodies = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", 'a "b", c', "two\nlines", "two\rlines", "-a, b", "plain", "1-1"];
    await db.owner.query(
      "insert into public.announcement (id, college_id, title, body) select gen_random_uuid(), $1, 'Cell', b from unnest($2::text[]) b",
      [a, bodies],
    );
    const announcements = resourceNamed("announcement");
    const stream = await exportRows(managerA, announcements, readQuery(announcements, new URLSearchParams()), "csv");
    const text = await new Response(stream).text();
    for (const body of bodies) expect(text).toContain(`,Cell,${csvCell(body)},`);
  });

  it("of every resource can be read in both formats, as the lists read them", async () => {
    for (const resource of allResources()) {
      const all = readQuery(resource, new URLSearchParams());
      const csv = parse(await new Response(await exportRows(boss, resource, all, "csv")).text()) as string[][];
      expect(csv[0], resource.name).toEqual(["Id", "Tenant", ...resource.fields.map((field) => field.label)]);
      if (csv.length === 1 || resource.tenantColumn === "id") continue;
      const lines = (await new Response(await exportRows(boss, resource, all, "ndjson")).text()).split("\n").filter(Boolean);
      expect(lines.length, resource.name).toBe(csv.length - 1);
      for (const text of lines.slice(0, 1)) {
        const found = JSON.parse(text) as Record<string, unknown>;
        const { row } = await get({ ctx: boss, input: { resource: resource.name, id: String(found["id"]) } });
        expect(found, resource.name).toEqual({ id: row.id, collegeId: row.collegeId, ...row.values });
      }
    }
  }, 240_000);

  it("name what a row refers to, and stay a batch or two ahead of whoever reads them", async () => {
    const klass = await db.owner.query<{ id: string }>(
      `insert into public."class" (id, college_id, name, academic_year) values (gen_random_uuid(), $1, '=Physics', '2026') returning id`,
      [b],
    );
    await makePeople(b, 20_000, "flow");
    await db.owner.query(
      `insert into public.enrollment (id, college_id, user_id, class_id, status) select public.invigil_uuid7(), college_id, id, $1, 'ACTIVE' from public."user" where email like 'flow%'`,
      [klass.rows[0]!.id],
    );
    const enrollments = resourceNamed("enrollment");
    const sent = vi.spyOn(pg.Client.prototype, "query");
    const fetched = () =>
      sent.mock.calls.filter(([config]) => ((config as { text?: string } | undefined)?.text ?? "").startsWith("fetch")).length;
    try {
      const all = readQuery(enrollments, new URLSearchParams());
      const stream = await exportRows(ctxFor(boss.actor, inTenants(b)), enrollments, all, "csv");
      const reader = stream.getReader();
      let read = 0;
      let text = "";
      for (;;) {
        // A reader who takes their time: whatever is not waited for runs ahead meanwhile, and is kept in memory.
        if (read < 8) await new Promise((resolve) => setTimeout(resolve, 60));
        expect(fetched()).toBeLessThanOrEqual(read + 2);
        const { done, value } = await reader.read();
        if (done) break;
        read++;
        expect(value.length).toBeLessThan(131_072);
        text += new TextDecoder().decode(value);
      }
      expect(read).toBeGreaterThan(20);
      const { header, lines } = await parseCsv(Buffer.from(text));
      expect(lines.length).toBe(20_000);
      const at = header.indexOf("Class");
      expect(new Set(lines.map((line) => line.cells[at]))).toEqual(new Set(["'=Physics"]));
    } finally {
      sent.mockRestore();
    }
  });
});

describe("the trash of a list", () => {
  it("offers to restore and to delete for good, and nothing that is for what is not in it", async () => {
    expect(viewOf(user(), "TENANT_MANAGER").trashActs.map((act) => act.key)).toEqual(["restore", "purge"]);
    expect(viewOf(resourceNamed("college"), "SUPER_ADMIN").trashActs.map((act) => act.key)).toEqual(["restore"]);
    expect(viewOf(user(), "AUDITOR").trashActs).toEqual([]);
    await makePeople(a, 3, "bin");
    const { rows } = await db.owner.query<{ id: string }>(
      `update public."user" set deleted_at = now() where roll_no like 'bin%' returning id`,
    );
    const [first, second, third] = rows.map((row) => row.id);
    const run = (act: string, selection: { ids?: string[]; filter?: string }) =>
      runBulk({
        id: crypto.randomUUID(),
        ctx: managerA,
        input: { resource: "user", act, value: "", reason: "end of term", selection },
        progress: async () => undefined,
      });
    const work = { resource: "user", act: "restore", value: "", reason: "", selection: { ids: [first!, second!] } };
    expect((await previewBulk(managerA, work)).refusals).toEqual([]);
    expect(await run("restore", { ids: [first!, second!] })).toEqual({ changed: 2, failed: 0 });
    const purge = { ...work, act: "purge", selection: { ids: [first!, third!] } };
    expect((await previewBulk(managerA, purge)).refusals.map((refusal) => refusal.reason)).toEqual([
      "Only records in the trash can be purged",
    ]);
    expect(await run("purge", { ids: [third!] })).toEqual({ changed: 1, failed: 0 });
    const left = await db.owner.query<{ id: string }>(
      `select id from public."user" where roll_no like 'bin%' and deleted_at is null`,
    );
    expect(left.rows.map((row) => row.id).sort()).toEqual([first, second].sort());
  });
});

describe("imports", () => {
  const mapping = { name: "Name", email: "E-mail", rollNo: "Number" };
  const quiet = async () => undefined;
  const count = async () =>
    (await db.owner.query<{ n: number }>(`select count(*)::int as n from public."user" where college_id = $1`, [a])).rows[0]!.n;

  it("agree between the check and the real thing, and write nothing unless every line is right", async () => {
    const before = await count();
    const bad = await parseCsv(
      Buffer.from(
        "Name,E-mail,Number\nOne Good,one@i.example,I-1\nX,two@i.example,I-2\nThree,nobody,I-3\nFour Fine,one@i.example,I-4\nFive,five@i.example,I-1\n",
      ),
    );
    const dry = await importRows(managerA, user(), a, bad, mapping, { dry: true }, quiet);
    const real = await importRows(managerA, user(), a, bad, mapping, { dry: false }, quiet);
    expect(real).toEqual(dry);
    expect(real.errors.map((error) => error.line)).toEqual([3, 4, 5, 6]);
    expect(await count()).toBe(before);
    const good = await parseCsv(
      Buffer.from("\uFEFFName;E-mail;Number\nOne Good;one@i.example;I-1\nTwo Good;two@i.example;I-2\n"),
    );
    const done = await importRows(managerA, user(), a, good, mapping, { dry: false }, quiet);
    expect(done).toMatchObject({ inserted: 2, errors: [] });
    expect(await count()).toBe(before + 2);
  });

  it("find references by what people call them, in this tenant only", async () => {
    await db.owner.query(
      `insert into public."class" (id, college_id, name, academic_year) values (gen_random_uuid(), $1, 'Chem', '2026'), (gen_random_uuid(), $2, 'Law', '2026')`,
      [a, b],
    );
    const parsed = await parseCsv(Buffer.from("Student,Class\none@i.example,Chem\nI-2,Chem\ntwo@i.example,Law\n"));
    const outcome = await importRows(
      managerA,
      resourceNamed("enrollment"),
      a,
      parsed,
      { user: "Student", class: "Class" },
      { dry: true },
      quiet,
    );
    expect(outcome.errors).toEqual([{ line: 4, field: "Class", message: "There is no class “Law” in this tenant" }]);
    expect(outcome.inserted).toBe(2);
  });

  it("leave statistics behind, so that the next page is not planned for an empty table", async () => {
    await db.owner.query('alter table public."user" set (autovacuum_enabled = false)');
    const known = async () => {
      const { rows } = await db.owner.query<{ n: number }>(
        "select reltuples::int as n from pg_class where oid = 'public.user'::regclass",
      );
      return rows[0]!.n;
    };
    const people = (n: number, mark: string) =>
      parseCsv(
        Buffer.from(
          `Name,E-mail,Number\n${Array.from({ length: n }, (_, i) => `Many ${i},${mark}${i}@i.example,${mark}-${i}`).join("\n")}\n`,
        ),
      );
    const before = await known();
    await importRows(managerA, user(), a, await people(20, "few"), mapping, { dry: false }, quiet);
    expect(await known()).toBe(before);
    await importRows(managerA, user(), a, await people(1000, "dry"), mapping, { dry: true }, quiet);
    expect(await known()).toBe(before);
    await importRows(managerA, user(), a, await people(1000, "many"), mapping, { dry: false }, quiet);
    expect(await known()).toBeGreaterThanOrEqual(1000);
  });

  it.each([
    ["binary", Buffer.from([0x50, 0x4b, 0, 0, 1]), /binary/],
    ["another encoding", Buffer.from([0x4e, 0x61, 0x6d, 0x65, 0x0a, 0xe9, 0x0a]), /UTF-8/],
    ["empty", Buffer.from(""), /empty/],
    ["only a header", Buffer.from("Name,E-mail\n"), /nothing below/],
    ["one column twice", Buffer.from("Name,Name\na,b\n"), /Two columns/],
    ["an open quote", Buffer.from('Name\n"never closed\n'), /can't be read as CSV/],
  ])("refuse a file that is %s", async (_label, content, says) => {
    await expect(parseCsv(content)).rejects.toThrow(says);
  });
});

it("offers page sizes up to five hundred", () => {
  expect(Math.max(...LIMITS)).toBe(500);
});
