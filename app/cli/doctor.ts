import pg from "pg";
import { totpState } from "~/access/staff/seal-totp.server.ts";
import { runningCluster } from "~/db/cluster/cluster.server.ts";
import { connectError, examine, ownVariable, type Finding } from "~/db/doctor.server.ts";
import { hostsOf, splitHosts } from "~/db/hosts.server.ts";
import { runtimeLogin } from "~/db/runtime-login.server.ts";
import { examineWatched } from "~/db/watched.server.ts";
import { EnvError, readEnv, type Env } from "~/platform/env.server.ts";
import { observes } from "~/platform/depth.ts";
import { plural } from "~/platform/format.ts";
import type { Command } from "./commands.ts";

const MARK = { ok: "ok     ", warning: "warning", error: "ERROR  " } as const;

/** A second factor that no key of this installation opens lets its owner in no more. */
async function totpFinding(url: string): Promise<Finding[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const state = await totpState(client);
    if (!state || state.all === 0) return [];
    const name = "authenticators";
    if (state.lost > 0)
      return [
        {
          name,
          level: "error",
          says: `${state.lost} of ${plural(state.all, "authenticator")} can't be read with this SESSION_SECRET`,
          fix: "set SESSION_SECRET_PREVIOUS to the secret before, or npx invigil staff reset-mfa for each of them",
        },
      ];
    return state.stale > 0
      ? [
          {
            name,
            level: "warning",
            says: `${plural(state.stale, "authenticator secret")} not encrypted with this SESSION_SECRET yet`,
            fix: "npx invigil db migrate",
          },
        ]
      : [{ name, level: "ok", says: `${plural(state.all, "authenticator")} can be read` }];
  } catch {
    // Said already by what looks at the connection.
    return [];
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A server of someone else's: as the login that migrates sees it, and who web and collector come in as. */
async function examineOurs(url: string, whole: boolean): Promise<Finding[]> {
  const named = process.env["INVIGIL_URL_OWNER"] ?? url;
  // Of several hosts the one that takes writes; where none does, the first one's answer says what is the matter.
  const owner =
    (await hostsOf(named)
      ?.choose()
      .catch(() => splitHosts(named)[0]!)) ?? named;
  const found = await examine(owner, named === url ? ownVariable() : "INVIGIL_URL_OWNER");
  // What else there is to see needs an environment that can be read.
  const watched = whole && observes() ? await examineWatched(url) : [];
  if (!whole || found.some((finding) => finding.name === "connection")) return [...found, ...watched];
  // A login that is still to be created, say.
  const login = await runtimeLogin().catch((error: unknown) => connectError(ownVariable(), error));
  return [...found, login, ...(await totpFinding(owner)), ...watched];
}

/** Names that someone may have read of elsewhere: a setting that does nothing is said to do nothing. */
const withoutEffect = (raw: Record<string, string | undefined>): Finding[] =>
  raw["REDIS_URL"]
    ? [
        {
          name: "REDIS_URL",
          level: "warning",
          says: "REDIS_URL has no effect: limits, sessions and cache invalidation are kept in the database",
          fix: "remove REDIS_URL from this environment",
        },
      ]
    : [];

/** The rest is looked at all the same, with what a wrong value would be without. */
function readLeniently(): { env: Env; findings: Finding[] } {
  const raw = { ...process.env };
  const findings: Finding[] = [];
  for (;;) {
    try {
      return { env: readEnv(raw), findings };
    } catch (error) {
      if (!(error instanceof EnvError) || findings.length > 50) throw error;
      const name = error.message.split(":")[0]!;
      findings.push({ name: "environment", level: "error", says: error.message });
      if (raw[name] === undefined)
        raw[name] = name === "INVIGIL_SIGNING_KEY" ? Buffer.alloc(32).toString("base64") : "x".repeat(32);
      else if (name === "DATABASE_SHARD_COUNT")
        for (const key of Object.keys(raw)) {
          if (key.startsWith("DATABASE_SHARD_")) delete raw[key];
        }
      else delete raw[name];
    }
  }
}

function print(findings: readonly Finding[]): void {
  for (const finding of findings) {
    process.stdout.write(`${MARK[finding.level]}  ${finding.says}\n`);
    if (finding.fix && !finding.superuser) process.stdout.write(`         ${finding.fix}\n`);
  }
  const forSuperuser = findings.filter((finding) => finding.fix && finding.superuser);
  if (forSuperuser.length === 0) return;
  process.stdout.write("\nThis login may not do the following. Run it as a superuser, connected to this database:\n");
  for (const { fix } of forSuperuser) process.stdout.write(`  ${fix}\n`);
}

export const doctorCommand: Command = {
  name: "doctor",
  says: "Checks the installation and prints what to grant",
  usage: "[--json]",
  async run({ options }) {
    const { env: e, findings: wrong } = readLeniently();
    const running = e.embedded ? runningCluster(e.dataDir) : null;
    const findings: Finding[] = [
      ...wrong,
      ...withoutEffect(process.env),
      ...(running
        ? [...(await examine(running.superuser, "the embedded cluster")), ...(await totpFinding(running.owner))]
        : e.embedded
          ? [{ name: "cluster", level: "warning" as const, says: "the embedded cluster does not run here", fix: "npm start" }]
          : await examineOurs(e.INVIGIL_DATABASE_URL ?? e.DATABASE_URL!, wrong.length === 0)),
    ];
    const urls = running
      ? {
          owner: running.owner,
          app: running.app,
          platformApp: running.platform_app,
          observer: running.observer,
          standby: running.standby,
        }
      : undefined;
    if (options["json"])
      process.stdout.write(
        `${JSON.stringify({ node: process.version, embedded: e.embedded, dataDir: e.dataDir, checks: findings, urls }, null, 2)}\n`,
      );
    else print(findings);
    const errors = findings.filter((finding) => finding.level === "error");
    if (errors.length > 0) process.stderr.write(`${plural(errors.length, "error")}: ${errors[0]!.says}\n`);
    return errors.length > 0 ? 1 : 0;
  },
};
