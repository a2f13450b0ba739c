import { runningCluster } from "~/db/cluster/cluster.server.ts";
import { examine } from "~/db/doctor.server.ts";
import { env } from "~/platform/env.server.ts";
import type { Command } from "./commands.ts";

const MARK = { ok: "ok     ", warning: "warning", error: "ERROR  " } as const;

export const doctorCommand: Command = {
  name: "doctor",
  says: "Checks the installation and says what to grant",
  usage: "[--json]",
  async run({ options }) {
    const e = env();
    const running = e.embedded ? runningCluster(e.dataDir) : null;
    const findings = running
      ? await examine(running.superuser, "the embedded cluster")
      : e.embedded
        ? [{ name: "cluster", level: "warning" as const, says: "the embedded cluster does not run here", fix: "npm start" }]
        : await examine(e.DATABASE_URL!);
    const urls = running
      ? { owner: running.owner, app: running.app, observer: running.observer, standby: running.standby }
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
