import { spawn } from "node:child_process";

export type Load = { rate(seconds: number): Promise<number>; count(): number; stop(): Promise<void> };

/** Small transactions on a few connections, in a process of their own: what is measured must not slow its own yardstick. */
const WORK = `
import pg from "pg";
const [url, n] = process.argv.slice(1);
let done = 0;
const one = async () => {
  const client = new pg.Client({ connectionString: url, application_name: "bench load" });
  await client.connect();
  for (;;) {
    const id = 1 + Math.floor(Math.random() * 20000);
    await client.query("begin");
    await client.query("update public.bench_account set balance = balance + 1 where id = $1", [id]);
    await client.query("select balance from public.bench_account where id = $1", [id]);
    await client.query("insert into public.bench_history (account) values ($1)", [id]);
    await client.query("commit");
    done++;
  }
};
for (let i = 0; i < Number(n); i++) void one();
setInterval(() => process.stdout.write(done + "\\n"), 50);
`;

type Runs = { query(text: string): Promise<unknown> };

export async function startLoad(owner: Runs, url: string, connections = 4): Promise<Load> {
  await owner.query(
    "create table if not exists public.bench_account (id int primary key, balance int); create table if not exists public.bench_history (account int, at timestamptz default now()); grant all on public.bench_account, public.bench_history to invigil_owner",
  );
  await owner.query("insert into public.bench_account select i, 0 from generate_series(1, 20000) i on conflict do nothing");
  const child = spawn(process.execPath, ["--input-type=module", "-e", WORK, url, String(connections)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let count = 0;
  child.stdout.on("data", (chunk: Buffer) => (count = Number(String(chunk).trim().split("\n").at(-1))));
  while (count < 50) await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    count: () => count,
    async rate(seconds) {
      const [from, started] = [count, performance.now()];
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      return (count - from) / ((performance.now() - started) / 1000);
    },
    async stop() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** Transactions a second while `work` runs, and how long it took. */
export async function during(load: Load, work: () => Promise<unknown>): Promise<{ rate: number; seconds: number }> {
  const [from, started] = [load.count(), performance.now()];
  await work();
  const seconds = (performance.now() - started) / 1000;
  return { rate: (load.count() - from) / seconds, seconds };
}
