import { describe, expect, it } from "vitest";
import { testDatabase } from "../../../tests/database.ts";
import { driftOf } from "./engine.server.ts";
import { migrationNames } from "./names.server.ts";
import { migrate, migrationStates } from "./migrate.server.ts";

const db = testDatabase();

describe("migrations", () => {
  it("make exactly the schema that the files describe", async () => {
    const drift = await driftOf(db.url("owner"));
    const differences = drift.split("\n").filter((line) => line.trim() && !line.startsWith("--"));
    expect(differences).toEqual([]);
  });

  it("notice a table that no file describes", async () => {
    await db.owner.query("create table public.stray (id uuid primary key)");
    expect(await driftOf(db.url("owner"))).toMatch(/DROP TABLE "(public"\.")?stray"/);
    await db.owner.query("drop table public.stray");
  });

  it("are all applied, and applying again does nothing", async () => {
    const states = await migrationStates(db.url("owner"));
    expect(states.map((state) => state.name)).toEqual(migrationNames());
    expect(states.every((state) => state.applied)).toBe(true);
    expect(await migrate(db.url("owner"))).toEqual([]);
  });

  it("keep audit rows out of reach of every runtime role", async () => {
    const { rows } = await db.owner.query<{ grantee: string; privilege: string; table: string }>(`
      select grantee, privilege_type as privilege, table_name as table from information_schema.role_table_grants
      where table_schema = 'audit' and grantee like 'invigil%' and grantee <> 'invigil_owner' and privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE') and table_name not like 'pending%'`);
    expect(rows).toEqual([]);
  });
});
