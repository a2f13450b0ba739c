import { expect, it } from "vitest";
import { databaseUnavailable } from "./database-unavailable.server.ts";

const coded = (code: string) => Object.assign(new Error("refused"), { code });

it("says what the database's state made impossible, and leaves our own faults alone", () => {
  expect(databaseUnavailable(coded("57P03"))?.message).toMatch(/starting/);
  expect(databaseUnavailable(coded("53300"))?.message).toMatch(/connection/);
  expect(databaseUnavailable(coded("57014"))?.message).toMatch(/in time/);
  expect(databaseUnavailable(coded("ECONNREFUSED"))?.message).toMatch(/can't be reached/);
  expect(databaseUnavailable(new Error("Connection terminated unexpectedly"))?.status).toBe(503);
  for (const message of [
    "Client has encountered a connection error and is not queryable",
    "Client was closed and is not queryable",
    "the database system is shutting down",
    "Invalid `prisma.staff.findUnique()` invocation:\n\nthe database system is starting up",
  ])
    expect(databaseUnavailable(new Error(message)), message).toMatchObject({ status: 503 });
  expect(databaseUnavailable(Object.assign(new Error("Can't reach database server"), { code: "P1001" }))?.status).toBe(503);
  expect(databaseUnavailable(new Error("the database system is shutting down"))?.message).toMatch(/shutting down/);
  expect(databaseUnavailable(coded("42P01"))).toBeNull();
  expect(databaseUnavailable(new TypeError("x is not a function"))).toBeNull();
});
