import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import { clients } from "~/db/clients.server.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { withReadScope, withScope } from "~/db/scope.server.ts";
import { fixedClock } from "~/platform/clock.ts";
import { wholeTransaction } from "~/db/deferred-writes.server.ts";
import { ensureMonths } from "./months.server.ts";
import { record, recordAlone } from "./record.server.ts";

// Breaks when an act could happen without its entry, or an entry stand for an act that did not.
const db = testDatabase();
let ctx: Ctx;
let superuser: pg.Client;
/** No partition is for this year: the entry can't be written. */
const nowhere = fixedClock("1990-01-01T00:00:00Z");

beforeAll(async () => {
  process.env["DATABASE_MAX_CONNECTIONS"] = "1";
  superuser = new pg.Client({ connectionString: db.url("postgres") });
  await superuser.connect();
  ctx = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
});
afterAll(() => superuser.end());
afterAll(() => void delete process.env["DATABASE_MAX_CONNECTIONS"]);

let number = 0;
const key = () => `record test ${++number}`;
const change = (inner: TxCtx, name: string) =>
  inner.tx.query({
    text: "insert into console.setting (id, key, value, updated_at) values (gen_random_uuid(), $1, '1'::jsonb, now())",
    values: [name],
  });
const act = (name: string) => ({ action: "test.change", resource: "setting", resourceId: name });
const happened = async (name: string) =>
  (
    await db.owner.query<{ change: number; entries: number; waiting: number }>(
      `select (select count(*)::int from console.setting where key = $1) as change, (select count(*)::int from audit.entry where resource_id = $1) as entries,
              (select count(*)::int from audit.entry e join audit.pending p on p.entry_id = e.id join audit.content c on c.entry_id = e.id where resource_id = $1) as waiting`,
      [name],
    )
  ).rows[0];

it("an act and its entry stand together", async () => {
  const name = key();
  await withScope(ctx, async (inner) => {
    await change(inner, name);
    await record(inner, act(name));
  });
  expect(await happened(name)).toEqual({ change: 1, entries: 1, waiting: 1 });
});

it("an act whose entry can't be written does not happen, and the connection is as good as before", async () => {
  for (const after of [async () => undefined, (inner: TxCtx) => inner.tx.query({ text: "select 1" })]) {
    const name = key();
    await expect(
      withScope({ ...ctx, clock: nowhere }, async (inner) => {
        await change(inner, name);
        await record(inner, act(name));
        await after(inner);
      }),
    ).rejects.toThrow(/no partition/);
    expect(await happened(name)).toEqual({ change: 0, entries: 0, waiting: 0 });
    await withScope(ctx, (inner) => change(inner, name));
    expect(await happened(name)).toMatchObject({ change: 1 });
  }
});

it("an act does not happen either where the failure of its entry was caught", async () => {
  const name = key();
  await expect(
    withScope({ ...ctx, clock: nowhere }, async (inner) => {
      await inner.tx.query({ text: "savepoint here" });
      await record(inner, act(name));
      await inner.tx.query({ text: "select 1" }).catch(() => undefined);
      await inner.tx.query({ text: "rollback to savepoint here" });
      await change(inner, name);
    }),
  ).rejects.toThrow(/no partition/);
  expect(await happened(name)).toEqual({ change: 0, entries: 0, waiting: 0 });
});

it("an entry is taken back with its savepoint, and the one before it stands", async () => {
  const [kept, gone] = [key(), key()];
  await withScope(ctx, async (inner) => {
    await change(inner, kept);
    await record(inner, act(kept));
    await inner.tx.query({ text: "savepoint here" });
    await change(inner, gone);
    await record(inner, act(gone));
    await inner.tx.query({ text: "rollback to savepoint here" });
  });
  expect(await happened(kept)).toEqual({ change: 1, entries: 1, waiting: 1 });
  expect(await happened(gone)).toEqual({ change: 0, entries: 0, waiting: 0 });
});

it("an entry of a transaction that fails is not written", async () => {
  const name = key();
  await expect(
    withScope(ctx, async (inner) => {
      await record(inner, act(name));
      throw new Error("thought better of it");
    }),
  ).rejects.toThrow("thought better of it");
  expect(await happened(name)).toEqual({ change: 0, entries: 0, waiting: 0 });
});

it("what broke a transaction is told, not that the entry behind it found it broken", async () => {
  const name = key();
  const failing = withScope(ctx, async (inner) => {
    const wrong = inner.tx.query({ text: "select 1 / 0" });
    await record(inner, act(name));
    const behind = inner.tx.query({ text: "select 1" });
    await Promise.allSettled([wrong, behind]);
    await wrong;
  });
  await expect(failing).rejects.toMatchObject({ code: "22012" });
  expect(await happened(name)).toMatchObject({ entries: 0 });
});

it("what is recorded is seen by what the transaction reads next, by SQL and by Prisma", async () => {
  const name = key();
  await withScope(ctx, async (inner) => {
    await record(inner, act(name));
    const found = await inner.tx.query({ text: "select 1 from audit.entry where resource_id = $1", values: [name] });
    expect(found.rowCount).toBe(1);
    await record(inner, act(name));
    await inner.tx.prisma.setting.count();
    await record(inner, act(name));
  });
  expect(await happened(name)).toMatchObject({ entries: 3 });
});

it("a thousand entries of one transaction are written once each, and so are those of changing scopes on one connection", async () => {
  const name = key();
  await withScope(ctx, async (inner) => {
    for (let i = 0; i < 1003; i++) await record(inner, act(name));
  });
  expect(await happened(name)).toMatchObject({ entries: 1003, waiting: 1003 });
  const college = (await makeCollege(db.owner)).id;
  const other = key();
  for (let i = 0; i < 20; i++)
    await withScope(i % 2 ? ctx : { ...ctx, scope: inTenants(college) }, (inner) =>
      record(inner, { ...act(other), collegeId: college }),
    );
  expect(await happened(other)).toMatchObject({ entries: 20, waiting: 20 });
});

it("what is recorded by itself is there once it returns, under each scope, on one connection", async () => {
  const name = key();
  const college = (await makeCollege(db.owner)).id;
  const scopes: Ctx["scope"][] = [everywhere, inTenants(college), { kind: "none" }];
  for (let i = 0; i < 9; i++)
    await recordAlone({ ...ctx, scope: scopes[i % 3]!, tenantTag: i % 2 ? "T1" : undefined }, act(name));
  expect(await happened(name)).toEqual({ change: 0, entries: 9, waiting: 9 });
  // Neither the role nor the tag outlives its transaction.
  const { rows } = await clients().primary.query(
    "select current_user::text as role, current_setting('application_name') as name",
  );
  expect(rows).toEqual([{ role: "invigil_app", name: "cli" }]);
});

it("what can't be recorded by itself is refused, and the connection is as good as before", async () => {
  const name = key();
  for (let i = 0; i < 3; i++) {
    await expect(recordAlone({ ...ctx, clock: nowhere }, act(name))).rejects.toThrow(/no partition/);
    expect(await happened(name)).toEqual({ change: 0, entries: 0, waiting: 0 });
  }
  await recordAlone(ctx, act(name));
  expect(await happened(name)).toMatchObject({ entries: 1, waiting: 1 });
});

it("nothing is done where the beginning of a transaction of one message fails", async () => {
  const name = key();
  const statement = {
    name: "test change",
    text: "insert into console.setting (id, key, value, updated_at) values (gen_random_uuid(), $1, '1'::jsonb, now())",
    values: [name],
  };
  for (const opening of [
    ["begin", "set local role nobody_has_this_name"],
    ["this is no beginning", "set local role invigil_platform"],
  ]) {
    const client = await clients().primary.connect();
    try {
      await expect(wholeTransaction(client, opening, statement)).rejects.toThrow(/does not exist|syntax/);
      await client.query("rollback");
    } finally {
      client.release();
    }
    expect(await happened(name)).toMatchObject({ change: 0 });
  }
  const client = await clients().primary.connect();
  await wholeTransaction(client, ["begin", "set local role invigil_platform"], statement);
  client.release();
  expect(await happened(name)).toMatchObject({ change: 1 });
});

it("a broken transaction is not taken for a commit", async () => {
  const name = key();
  await expect(
    withScope(ctx, async (inner) => {
      await change(inner, name);
      await inner.tx.query({ text: "select 1/0" }).catch(() => undefined);
      await record(inner, act(name));
    }),
  ).rejects.toThrow(/aborted/);
  expect(await happened(name)).toEqual({ change: 0, entries: 0, waiting: 0 });
});

it("a connection that is lost at the commit says so, and reads can't record", async () => {
  const name = key();
  await expect(
    withScope(ctx, async (inner) => {
      const { rows } = await inner.tx.query<{ pid: number }>({ text: "select pg_backend_pid() as pid" });
      await change(inner, name);
      await record(inner, act(name));
      await superuser.query("select pg_terminate_backend($1)", [rows[0]!.pid]);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }),
  ).rejects.toThrow();
  expect(await happened(name)).toEqual({ change: 0, entries: 0, waiting: 0 });
  await expect(withReadScope(ctx, (inner) => record(inner, act(name)))).rejects.toThrow(/read-only/);
  expect(clients().primary.stats().waiting).toBe(0);
});

it("a month that the console slept through has its place before anyone acts in it", async () => {
  const month = new Date().toISOString().slice(0, 7).replace("-", "");
  for (const table of ["words", "content", "entry"]) await superuser.query(`drop table audit.${table}_${month}`);
  const name = key();
  await expect(recordAlone(ctx, act(name))).rejects.toThrow(/no partition/);
  await ensureMonths(db.owner);
  await recordAlone(ctx, act(name));
  expect((await happened(name)).entries).toBe(1);
  // The collector makes them too, with what its role may.
  await ensureMonths(clients().primary);
});
