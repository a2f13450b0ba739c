import { from } from "pg-copy-streams";
import { createPool } from "~/db/pool.server.ts";
import { connectionAt } from "~/db/urls.server.ts";
import { env } from "~/platform/env.server.ts";
import { between, pick, sleep, type Stage } from "./stage.server.ts";

/** Events uploaded over a slow line: the server waits for the client, which costs nobody anything. */
export async function slowUpload(stage: Stage, signal: AbortSignal): Promise<void> {
  const tenant = pick(stage.tenants);
  if (!tenant) return;
  await stage.run({ collegeId: tenant.id, code: tenant.code }, async (client) => {
    await client.query("create temporary table if not exists upload (line text) on commit delete rows");
    const stream = client.query(from("copy upload (line) from stdin"));
    const done = new Promise<void>((resolve, reject) => {
      stream.on("finish", resolve);
      stream.on("error", reject);
    });
    // The server may go away between two lines: nobody waits for the end yet, and an error nobody hears ends the process.
    let lost = false;
    done.catch(() => (lost = true));
    for (let i = 0; i < 3 && !signal.aborted && !lost; i++) {
      stream.write(`event ${i}\n`);
      await sleep(between(120, 380), signal);
    }
    if (!lost) stream.end();
    await done;
  });
}

/**
 * The standby falls behind for some seconds, as it does in life: someone reads there what the primary wants to lock,
 * so replay waits for the reader.
 */
export async function lagBehind(stage: Stage, signal: AbortSignal): Promise<void> {
  const replica = env().replicas[0];
  if (!replica) return;
  const pool = createPool("simulator standby", {
    ...connectionAt("platform_app", replica.url),
    applicationName: "exam-app reports",
    max: 1,
    connectTimeoutMs: 2000,
  });
  try {
    const client = await pool.connect();
    try {
      await client.query("begin read only; select count(*) from public.story");
      await stage.run(null, (primary) =>
        primary.query("set local lock_timeout = 200; lock table public.story in access exclusive mode"),
      );
      await sleep(between(5000, 11_000), signal);
      await client.query("commit");
    } finally {
      client.release();
    }
  } finally {
    await pool.end();
  }
}
