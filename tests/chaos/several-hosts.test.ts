import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clients } from "../../app/db/clients.server.ts";
import { postmasterOf } from "../../app/db/cluster/server.server.ts";
import { forget } from "../../app/platform/singleton.ts";
import { startOwnCluster, type OwnCluster } from "../fixtures/own-cluster.ts";

// A primary that is killed, and its standby promoted. Breaks when writes do not find the new one by themselves.
let own: OwnCluster;

/** What an address with both hosts looks like; the standby stands first, so that the order decides nothing. */
function both(url: string): string {
  const primary = new URL(url);
  const standby = new URL(own.cluster.urls.standby);
  return url.replace(primary.host, `${standby.host},${primary.host}`) + "?target_session_attrs=read-write";
}

beforeAll(async () => {
  own = await startOwnCluster();
  process.env["INVIGIL_URL_APP"] = both(own.cluster.urls.app);
  process.env["INVIGIL_PROCESS"] = "web";
  process.env["DATABASE_REPLICA_URLS"] = own.cluster.urls.standby;
  forget("env");
}, 120_000);
afterAll(async () => {
  delete process.env["INVIGIL_PROCESS"];
  await own.stop();
}, 60_000);

const write = () =>
  clients().primary.query(
    `insert into console.setting (id, key, value)
     values (public.invigil_uuid7(), 'hosts', '1')
     on conflict (key) do update set updated_at = now()`,
  );

describe("an address with several hosts", () => {
  it("leads to the one that takes writes, whichever stands first", async () => {
    await write();
    const { rows } = await clients().primary.query<{ standby: boolean }>("select pg_is_in_recovery() as standby");
    expect(rows).toEqual([{ standby: false }]);
  });

  it("leads to a promoted standby within about a second of its promotion", async () => {
    process.kill(postmasterOf(own.cluster.primary.dir)!, "SIGKILL");
    await sleep(3000);
    await expect(write()).rejects.toThrow();
    const standby = new URL(own.cluster.urls.superuser);
    standby.host = new URL(own.cluster.urls.standby).host;
    const admin = new pg.Client({ connectionString: standby.href });
    await admin.connect();
    await admin.query("select pg_promote(wait => true)");
    const promoted = performance.now();
    await admin.end();
    for (;;) {
      try {
        await write();
        break;
      } catch (error) {
        if (performance.now() - promoted > 10_000) throw error;
        await sleep(25);
      }
    }
    const ms = performance.now() - promoted;
    process.stdout.write(`writes are back ${Math.round(ms)} ms after the promotion\n`);
    expect(ms).toBeLessThan(2000);
  });

  it("tells a wrong password as it is, and does not go on asking for another host", async () => {
    const wrong = new URL(own.cluster.urls.app);
    wrong.password = "wrong";
    const { createPool } = await import("../../app/db/pool.server.ts");
    const { hostsOf } = await import("../../app/db/hosts.server.ts");
    const url = both(wrong.href);
    const hosts = hostsOf(url)!;
    const pool = createPool("wrong", { url: hosts.current, hosts, applicationName: "test", max: 1 });
    await expect(pool.query("select 1")).rejects.toThrow(/password authentication failed/);
    await pool.end();
  });
});
