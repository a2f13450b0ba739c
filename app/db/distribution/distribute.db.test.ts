import { describe, expect, it } from "vitest";
import { testDatabase } from "../../../tests/database.ts";
import { distribute } from "./distribute.server.ts";
import { distributionPlan, parentsFirst } from "./plan.server.ts";
import { REFERENCE_TABLES } from "./triggers.ts";

const db = testDatabase();

describe("the statements of a distribution", () => {
  it("name every tenant's table once, after all that its keys point to", async () => {
    const steps = await distributionPlan(db.owner);
    const order = steps.flatMap((step) => step.table ?? []);
    const { rows: tables } = await db.owner.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name
       from information_schema.columns
       where table_schema = 'public' and column_name = 'college_id'
         and (select relkind from pg_class where oid = format('%I.%I', table_schema, table_name)::regclass) = 'r'`,
    );
    const expected = new Set([...REFERENCE_TABLES, ...tables.map((row) => row.name)]);
    expect(order.length).toBeGreaterThan(65);
    expect(order.toSorted()).toEqual([...expected].sort());
    const { rows: keys } = await db.owner.query<{ child: string; parent: string }>(
      `select format('%I.%I', c.relnamespace::regnamespace, c.relname) as child,
              format('%I.%I', p.relnamespace::regnamespace, p.relname) as parent
       from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid
       where k.contype = 'f' and k.connamespace = 'public'::regnamespace and k.conrelid <> k.confrelid`,
    );
    const late = keys.filter(({ child, parent }) => order.indexOf(parent) > order.indexOf(child) || !order.includes(parent));
    expect(late).toEqual([]);
  });

  it("put every table beside the first, and hand the scope to the workers only when the tables are there", async () => {
    const statements = (await distributionPlan(db.owner)).map((step) => step.statement);
    const spread = statements.filter((text) => text.includes("create_distributed_table"));
    const first = /'([^']+)', 'college_id', colocate_with => 'none'/.exec(spread[0]!)![1]!;
    expect(spread.slice(1).filter((text) => !text.includes(`colocate_with => '${first}'`))).toEqual([]);
    const at = (part: string) => statements.findIndex((text) => text.includes(part));
    expect(at("citus.enable_unsafe_triggers")).toBeLessThan(at("create_reference_table"));
    expect(at("citus.propagate_set_commands")).toBeGreaterThan(statements.indexOf(spread.at(-1)!));
    expect(statements.every((text) => text.endsWith(";"))).toBe(true);
  });

  it("follow keys of a table to itself, and say which tables stand in a circle", () => {
    expect(
      parentsFirst(
        ["a", "b", "c"],
        [
          { child: "a", parent: "b" },
          { child: "b", parent: "b" },
          { child: "b", parent: "c" },
        ],
      ),
    ).toEqual(["c", "b", "a"]);
    expect(() =>
      parentsFirst(
        ["a", "b"],
        [
          { child: "a", parent: "b" },
          { child: "b", parent: "a" },
        ],
      ),
    ).toThrow("a circle between a, b");
  });

  it("are not carried out without Citus: a sentence says what to do, and nothing has changed", async () => {
    const done: string[] = [];
    await expect(distribute(db.owner, (step) => done.push(step.statement))).rejects.toThrow(
      /^Citus is not installed on this server\. Point DATABASE_URL to a Citus coordinator, or use --dry-run/,
    );
    expect(done).toEqual([]);
  });
});
