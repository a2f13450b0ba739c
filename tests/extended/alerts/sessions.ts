import { lowered, type Condition } from "./condition.ts";
import { until, wait, type World } from "./world.ts";

export const blocker: Condition = {
  says: "someone changes a row, goes idle in the transaction, and three others want that row",
  alerts: {
    InvigilLockWait: true,
    InvigilQueryRunning: true,
    InvigilIdleInTransaction: lowered(8, 3, "five minutes"),
    InvigilLongTransaction: lowered(10, 4, "half an hour"),
  },
  async make(world) {
    await world.run("create table planted.lock (id int primary key, n int)");
    await world.run("insert into planted.lock values (1, 0)");
    const holder = await world.session();
    await holder.query("begin");
    await holder.query("update planted.lock set n = 1");
    // Three statements, each once: together they would be one that is slow on average.
    const wanted = ["delete from planted.lock", "select n from planted.lock for update", "update planted.lock set n = 2"];
    const waiting = wanted.map(async (text) => (await world.session()).query(text));
    return async () => {
      await holder.query("commit");
      await Promise.all(waiting);
    };
  },
};

export const slowStatement: Condition = {
  says: "a statement takes 1.6 seconds each time, and is fast again afterwards",
  alerts: { InvigilQueryMean: true },
  async make(world) {
    const client = await world.session();
    const text = "select pg_sleep($1), 'planted'";
    for (let i = 0; i < 4; i++) await client.query(text, [1.6]);
    return async () => {
      for (let i = 0; i < 100; i++) await client.query(text, [0]);
    };
  },
};

const SPENT = 30_000;

export const transactionIds: Condition = {
  says: "many transactions, and nobody freezes",
  alerts: {
    InvigilWraparound: ({ xidAge }) => ({
      threshold: xidAge + SPENT / 2,
      clearAt: xidAge + SPENT / 4,
      because: "a billion transactions",
    }),
  },
  async make(world) {
    await world.run(`do $$ begin for i in 1..${SPENT} loop perform pg_current_xact_id(); commit; end loop; end $$`);
    const age = async () => Number((await world.run("select max(age(datfrozenxid))::int as age from pg_database"))[0]!["age"]);
    // A database that takes no connections counts as well, and only whoever opens it can freeze it.
    const closed = (await world.run("select datname as name from pg_database where not datallowconn")).map(({ name }) =>
      String(name),
    );
    const open = async (yes: boolean) => {
      for (const name of closed) await world.run(`alter database ${name} allow_connections ${yes}`);
    };
    return async () => {
      // An open transaction keeps its ids from being frozen, so it may take more than one go; and a temporary table keeps
      // its own for as long as its session lives, for nobody else can vacuum it.
      await open(true);
      await until(
        "every database is frozen",
        async () => {
          await world.run(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'exam-app%' and usename <> 'postgres'",
          );
          for (const { name } of await world.run("select datname as name from pg_database where datallowconn")) {
            const client = await world.session(String(name), "operator");
            await client.query("vacuum (freeze)");
            await client.end();
          }
          return (await age()) < SPENT / 4;
        },
        120_000,
      );
      await open(false);
    };
  },
};

export const pool: Condition = {
  says: "forty people log in at once while a table that a login needs is locked",
  alerts: { InvigilPoolUsed: true, InvigilPoolWaiting: true },
  async make(world) {
    const holder = await world.session("invigil", "operator");
    await holder.query("begin");
    await holder.query("lock table console.login_throttle in access exclusive mode");
    let over = false;
    const login = async () => {
      while (!over) {
        const body = new URLSearchParams({ email: "nobody@invigil.local", password: "wrong" });
        const asked = fetch(`${world.demo.base}/login`, {
          method: "POST",
          redirect: "manual",
          headers: { origin: world.demo.base },
          body,
        });
        await asked.then((response) => response.arrayBuffer()).catch(() => undefined);
        await wait(100);
      }
    };
    const people = Array.from({ length: 40 }, login);
    return async () => {
      over = true;
      await holder.query("commit");
      await Promise.all(people);
    };
  },
};

export const crowd: Condition = {
  says: "every ordinary connection is taken",
  alerts: { InvigilConnectionsUsed: true, InvigilConnectionsFull: true },
  async make(world) {
    const taken: NonNullable<Awaited<ReturnType<World["guest"]>>>[] = [];
    for (let one = await world.guest(); one; one = await world.guest()) taken.push(one);
    return () => Promise.all(taken.map((client) => client.end()));
  },
};
