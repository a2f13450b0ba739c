import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { sealTotpSecrets } from "~/access/staff/seal-totp.server.ts";
import { ensureMonths } from "~/audit/months.server.ts";
import { runningCluster, startCluster, type Cluster, type Progress, type Urls } from "~/db/cluster/cluster.server.ts";
import { serverAccount, serverHome } from "~/db/cluster/binaries.server.ts";
import { ClusterError } from "~/db/cluster/errors.ts";
import { admitPlatformApp, LOGIN_ROLES } from "~/db/cluster/roles.server.ts";
import { migrate } from "~/db/migrate/migrate.server.ts";
import { refuseWatched } from "~/db/watched.server.ts";
import { prepare } from "~/db/prepare.server.ts";
import { connection, settledConnection } from "~/db/urls.server.ts";
import { installQueue } from "~/jobs/boss.server.ts";
import { env } from "~/platform/env.server.ts";
import { plural } from "~/platform/format.ts";
import { forget } from "~/platform/singleton.ts";

/** Puts the cluster's logins where db/urls looks for them, for this process and its children. */
export function adopt(urls: Urls): void {
  for (const role of LOGIN_ROLES) process.env[`INVIGIL_URL_${role.toUpperCase()}`] = urls[role];
  process.env["INVIGIL_EMBEDDED"] = "1";
  process.env["INVIGIL_CLUSTER_HOME"] = serverHome(env().dataDir, serverAccount());
  process.env["DATABASE_URL"] = urls.app;
  process.env["DATABASE_REPLICA_URLS"] ??= urls.standby;
  forget("env");
}

export const printProgress: Progress = async (label, run) => {
  const started = Date.now();
  if (process.stderr.isTTY) process.stderr.write(`  ${label} …`);
  const result = await run();
  process.stderr.write(`${process.stderr.isTTY ? "\r" : ""}  ${label} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
  return result;
};

/**
 * The database that a command works on: DATABASE_URL, or the embedded cluster, which is started for the command's
 * duration where it does not run.
 */
export async function withDatabase<T>(run: () => Promise<T>): Promise<T> {
  const e = env();
  if (!e.embedded) {
    await settledConnection("owner");
    return run();
  }
  const running = runningCluster(e.dataDir);
  if (running) {
    adopt(running);
    return run();
  }
  if (!fs.existsSync(path.join(e.dataDir, "credentials.json"))) {
    throw new ClusterError("there is no embedded cluster yet: run npm start once, or set DATABASE_URL");
  }
  const cluster: Cluster = await startCluster(e.dataDir, async (_label, work) => work());
  adopt(cluster.urls);
  try {
    return await run();
  } finally {
    await cluster.stop();
  }
}

/** Roles, extensions, migrations and the job queue, in whichever database the console works on; the migrations applied. */
export async function bringUpToDate(note: (text: string) => void): Promise<string[]> {
  const owner = connection("owner").url;
  if (env().observe) await refuseWatched(owner);
  // The embedded cluster was made whole when it was made.
  if (!env().embedded)
    for (const finding of await prepare(owner))
      note(
        `${finding.says}${finding.fix ? `; ${finding.superuser ? "run as a superuser of that database: " : ""}${finding.fix}` : ""}`,
      );
  const applied = await migrate(owner);
  const client = new pg.Client({ connectionString: owner });
  await client.connect();
  try {
    await admitPlatformApp(client, env().embedded ? undefined : env().PLATFORM_APP_PASSWORD);
    const sealed = await sealTotpSecrets(client);
    if (sealed > 0) note(`${plural(sealed, "authenticator secret")} encrypted`);
    await installQueue(client);
    await ensureMonths(client);
  } finally {
    await client.end();
  }
  return applied;
}
