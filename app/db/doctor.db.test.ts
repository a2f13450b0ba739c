import pg from "pg";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { TEST_PASSWORD } from "../../tests/setup/cluster.ts";
import { examine } from "./doctor.server.ts";
import { migrate } from "./migrate/migrate.server.ts";

// Breaks when the doctor tells a login without rights what is not so, in two rounds, or lets it migrate into the tables of another
// application.
const LOGIN = "doctor_plain";
const DATABASE = "doctor_foreign";
const url = (login: string, database: string) =>
  `postgresql://${login}:${TEST_PASSWORD}@127.0.0.1:${inject("cluster").port}/${database}`;
const as = async (login: string, database: string, ...statements: string[]) => {
  const client = new pg.Client({ connectionString: url(login, database) });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
};

beforeAll(async () => {
  await as(
    "postgres",
    "postgres",
    `create role ${LOGIN} login createrole password '${TEST_PASSWORD}'`,
    `create database ${DATABASE} owner ${LOGIN}`,
  );
});
afterAll(() => as("postgres", "postgres", `drop database ${DATABASE} with (force)`, `drop role ${LOGIN}`));

it("sees that pg_stat_statements is loaded without the right to see which libraries are", async () => {
  const found = await examine(url(LOGIN, DATABASE));
  expect(found.find((finding) => finding.name === "pg_stat_statements")).toMatchObject({ level: "ok" });
});

it("says plainly that a database with another application's tables can't be used, and leaves it alone", async () => {
  await as(LOGIN, DATABASE, "create table student (id int)", "create table exam (id int)");
  const found = await examine(url(LOGIN, DATABASE));
  expect(found.find((finding) => finding.name === "schema")).toMatchObject({ level: "error" });
  expect(found.find((finding) => finding.name === "schema")!.says).toMatch(
    /another application's tables \(exam, student\).*create an empty/,
  );
  await expect(migrate(url(LOGIN, DATABASE))).rejects.toThrow(/^This database holds another application's tables/);
  await as(
    LOGIN,
    DATABASE,
    "create table _prisma_migrations (migration_name text, finished_at timestamptz, rolled_back_at timestamptz)",
  );
  await as(LOGIN, DATABASE, "insert into _prisma_migrations values ('20200101000000_theirs', now(), null)");
  await expect(migrate(url(LOGIN, DATABASE))).rejects.toThrow(/another application's tables/);
});
