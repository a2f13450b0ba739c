import { fork, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundled } from "../../tests/fixtures/bundled.ts";
import { makeCollege, testDatabase } from "../../tests/database.ts";

// Two real processes, each with a cache of its own. Breaks when one goes on telling what the other has changed.
const db = testDatabase();
const children: ChildProcess[] = [];
let college: string;

type Told = { answer?: string | null; error?: string };

function say(child: ChildProcess, message: string): Promise<string | null | undefined> {
  return new Promise((resolve, reject) => {
    child.once("message", ({ answer, error }: Told) => (error ? reject(new Error(error)) : resolve(answer)));
    child.send(message);
  });
}

const listening = async () =>
  (
    await db.owner.query<{ n: number }>(
      "select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = 'web changes'",
    )
  ).rows[0]!.n;

async function until(what: string, holds: () => Promise<boolean>, ms = 10_000): Promise<number> {
  const started = performance.now();
  while (!(await holds())) {
    if (performance.now() - started > ms) throw new Error(`not within ${ms} ms: ${what}`);
    await sleep(10);
  }
  return performance.now() - started;
}

/** Whether anyone new gets in; who is in stays. */
async function admit(yes: boolean): Promise<void> {
  const admin = new pg.Client({ connectionString: db.url("postgres").replace(/\/[^/]*$/, "/postgres") });
  await admin.connect();
  await admin.query(`alter database ${db.name} with allow_connections ${yes}`);
  if (!yes)
    await admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name = 'web changes'",
      [db.name],
    );
  await admin.end();
}

let reader: ChildProcess;
let writer: ChildProcess;

beforeAll(async () => {
  college = (await makeCollege(db.owner, { name: "First" })).id;
  const file = await bundled("tests/fixtures/cache-process.ts");
  const launch = async () => {
    const child = fork(file, [], { env: { ...process.env, INVIGIL_PROCESS: "web", LOG_LEVEL: "silent" } });
    children.push(child);
    await new Promise((resolve) => child.once("message", resolve));
    return child;
  };
  [reader, writer] = await Promise.all([launch(), launch()]);
  await until("both processes listen", async () => (await listening()) === 2);
  // They have heard themselves too.
  await sleep(500);
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

const ask = () => say(reader, `ask ${college}`);

/** A change that nobody is told of shows whether an answer was kept. */
const unseen = (name: string) => db.owner.query("update public.college set name = $2 where id = $1", [college, name]);

describe("a write of another process", () => {
  it("ends within a second what this one had kept for minutes", async () => {
    expect(await ask()).toBe("First");
    await unseen("Hidden");
    await sleep(1500);
    expect(await ask(), "the answer was not kept, so nothing is shown here").toBe("First");
    await say(writer, `name ${college} Second`);
    expect(await until("the other process sees it", async () => (await ask()) === "Second", 1000)).toBeLessThan(1000);
  });

  it("is seen within moments while the connection to listen on is lost, and is heard again afterwards", async () => {
    // What was just written is not kept for long in any case.
    await sleep(5500);
    expect(await ask()).toBe("Second");
    await admit(false);
    await until("nobody listens", async () => (await listening()) === 0);
    await unseen("Third");
    expect(await until("it is read anew", async () => (await ask()) === "Third", 3000)).toBeLessThan(2500);
    await admit(true);
    await until("both processes listen again", async () => (await listening()) === 2);
    await sleep(1500);
    await ask();
    await say(writer, `name ${college} Fourth`);
    await until("the other process hears it", async () => (await ask()) === "Fourth", 1000);
  });

  it("is still told by a process that ends right after it", async () => {
    await sleep(5500);
    expect(await ask()).toBe("Fourth");
    await say(writer, `name ${college} Fifth`);
    await say(writer, "leave");
    await until("the last word was heard", async () => (await ask()) === "Fifth", 1000);
  });
});
