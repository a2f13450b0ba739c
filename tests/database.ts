import { AsyncLocalStorage } from "node:async_hooks";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";
import type { Role } from "../app/access/policy.ts";
import { clients } from "../app/db/clients.server.ts";
import { LOGIN_ROLES } from "../app/db/cluster/roles.server.ts";
import type { Actor, Ctx, Scope } from "../app/db/ctx.ts";
import { takeNestedPlaces } from "../app/db/held.server.ts";
import { systemClock, type Clock } from "../app/platform/clock.ts";
import { newId } from "../app/platform/ids.ts";
import { TEMPLATE, TEST_PASSWORD } from "./setup/cluster.ts";

/** What someone else does while this test is in the middle of a transaction: none of its context is theirs. */
export const bySomebodyElse = AsyncLocalStorage.snapshot();

/** One database per test file, cloned from the migrated template. `owner` is its maintenance door. */
export type TestDatabase = { name: string; owner: pg.Client; url(role: (typeof LOGIN_ROLES)[number] | "postgres"): string };

export function testDatabase(): TestDatabase {
  const name = `t_${newId().replaceAll("-", "")}`;
  const { port } = inject("cluster");
  const url: TestDatabase["url"] = (role) =>
    `postgresql://${role === "postgres" ? "postgres" : `invigil_${role}`}:${TEST_PASSWORD}@127.0.0.1:${port}/${name}`;
  const database: TestDatabase = { name, url, owner: new pg.Client({ connectionString: url("owner") }) };
  const admin = async (statement: string) => {
    const client = new pg.Client({ connectionString: `postgresql://postgres:${TEST_PASSWORD}@127.0.0.1:${port}/postgres` });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  beforeAll(async () => {
    await admin(`create database ${name} template ${TEMPLATE} owner invigil_owner strategy file_copy`);
    for (const role of LOGIN_ROLES) process.env[`INVIGIL_URL_${role.toUpperCase()}`] = url(role);
    process.env["DATABASE_URL"] = url("app");
    process.env["INVIGIL_EMBEDDED"] = "1";
    process.env["DATABASE_MIN_CONNECTIONS"] = "0";
    process.env["INVIGIL_DATA_DIR"] ??= `/tmp/${name}`;
    await database.owner.connect();
  });
  // A refusal that the code caught is a fault all the same.
  afterEach(() => expect(takeNestedPlaces(), "a second connection was asked for while one was held").toEqual([]));
  afterAll(async () => {
    await clients().close();
    await database.owner.end();
    await admin(`drop database if exists ${name} with (force)`);
  });
  return database;
}

let collegeNumber = 0;

/** A tenant, made by the owner: tests of row security need some that nobody's scope made. */
export async function makeCollege(
  owner: pg.Client,
  fields: { name?: string; status?: string } = {},
): Promise<{ id: string; code: string }> {
  const id = newId();
  const code = `T${++collegeNumber}${id.slice(-6).toUpperCase()}`;
  await owner.query("insert into public.college (id, name, username, code, subscription_status) values ($1, $2, $3, $4, $5)", [
    id,
    fields.name ?? `College ${code}`,
    code.toLowerCase(),
    code,
    fields.status ?? "ACTIVE",
  ]);
  return { id, code };
}

export async function makeStaff(owner: pg.Client, role: Role, collegeIds: string[] = []): Promise<Actor & { kind: "staff" }> {
  const id = newId();
  const email = `${role.toLowerCase()}.${id.slice(-8)}@test.example`;
  await owner.query("insert into console.staff (id, email, name, role) values ($1, $2, $3, $4)", [
    id,
    email,
    `Test ${role}`,
    role,
  ]);
  for (const college of collegeIds)
    await owner.query("insert into console.staff_assignment (id, staff_id, college_id) values ($1, $2, $3)", [
      newId(),
      id,
      college,
    ]);
  return { kind: "staff", id, name: `Test ${role}`, email, role };
}

/** A context as guard would make it, with a fresh step-up. */
export function ctxFor(actor: Actor, scope: Scope, clock: Clock = systemClock): Ctx {
  return {
    actor,
    scope,
    clock,
    requestId: `test-${newId()}`,
    session: { id: newId(), stepUpAt: clock.now(), secondFactor: true },
    address: "127.0.0.1",
    userAgent: "vitest",
  };
}

export const inTenants = (...ids: string[]): Scope => ({ kind: "tenants", ids });
export const everywhere: Scope = { kind: "all" };
