import pg from "pg";
import { totpState } from "~/access/staff/seal-totp.server.ts";
import { runningCluster } from "~/db/cluster/cluster.server.ts";
import { examine, type Finding } from "~/db/doctor.server.ts";
import { runtimeLogin } from "~/db/runtime-login.server.ts";
import { connection } from "~/db/urls.server.ts";
import { plural } from "~/platform/format.ts";
import { env } from "~/platform/env.server.ts";
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

/** A server of somebody else's: as the login that migrates sees it, and who web and collector come in as. */
async function examineOurs(url: string): Promise<Finding[]> {
  const owner = connection("owner").url;
  const found = await examine(owner, owner === url ? "DATABASE_URL" : "INVIGIL_URL_OWNER");
  return found.some((finding) => finding.name === "connection")
    ? found
    : [...found, await runtimeLogin(), ...(await totpFinding(owner))];
}

export const doctorCommand: Command = {
  name: "doctor",
  says: "Checks the installation and says what to grant",
  usage: "[--json]",
  async run({ options }) {
    const e = env();
    const running = e.embedded ? runningCluster(e.dataDir) : null;
    const findings = running
      ? [...(await examine(running.superuser, "the embedded cluster")), ...(await totpFinding(running.owner))]
      : e.embedded
        ? [{ name: "cluster", level: "warning" as const, says: "the embedded cluster does not run here", fix: "npm start" }]
        : await examineOurs(e.DATABASE_URL!);
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
    else {
      for (const finding of findings) {
        process.stdout.write(`${MARK[finding.level]}  ${finding.says}\n`);
        if (finding.fix) process.stdout.write(`         ${finding.fix}\n`);
      }
    }
    return findings.some((finding) => finding.level === "error") ? 1 : 0;
  },
};
