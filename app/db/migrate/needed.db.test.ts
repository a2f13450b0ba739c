import { expect, it } from "vitest";
import { testDatabase } from "../../../tests/database.ts";
import { refuseOldSchema } from "./needed.server.ts";

const db = testDatabase();

// Breaks when a process begins to work on a schema that lacks what its statements name.
it("a schema that lacks a migration is refused in one line, and one that has more is not", async () => {
  await expect(refuseOldSchema()).resolves.toBeUndefined();
  await db.owner.query(
    `insert into public._prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     values ('later', '', '99991231000000_of_a_newer_version', now(), now(), 1)`,
  );
  await expect(refuseOldSchema()).resolves.toBeUndefined();
  const { rows } = await db.owner.query<{ name: string }>(
    `delete from public._prisma_migrations
     where migration_name = (select max(migration_name) from public._prisma_migrations where migration_name < '9999')
     returning migration_name as name`,
  );
  await expect(refuseOldSchema()).rejects.toThrow(
    `the database lacks 1 migration of this version (${rows[0]!.name}); run npx invigil db migrate, then start again`,
  );
});

it("a migration that failed half-way is one that is lacking", async () => {
  await db.owner.query(
    `update public._prisma_migrations
     set rolled_back_at = now()
     where migration_name = (select min(migration_name) from public._prisma_migrations)`,
  );
  await expect(refuseOldSchema()).rejects.toThrow(/lacks 2 migrations of this version \(20261120000000_init and later\)/);
});
