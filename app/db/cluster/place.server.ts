import path from "node:path";
import { env } from "~/platform/env.server.ts";
import { Unavailable } from "~/platform/errors.ts";
import { binaries, serverAccount, type RunAs } from "./binaries.server.ts";

export type Place = { home: string; archive: string; store: string; native: string; account: RunAs; dataDir: string };

/** Where the embedded cluster's files lie. How another server archives its log is not known here: what is missing is said. */
export function clusterPlace(): Place {
  const home = process.env["INVIGIL_CLUSTER_HOME"];
  if (!home)
    throw new Unavailable(
      "Invigil takes backups and runs drills of its embedded server only. For a server of your own, use what backs it up today (pg_basebackup, pgBackRest, Barman, your provider)",
    );
  const account = serverAccount();
  return {
    home,
    archive: path.join(home, "archive"),
    store: env().backupDir,
    native: binaries(home, account),
    account,
    dataDir: path.join(home, "primary"),
  };
}

export const hasPlace = () => Boolean(process.env["INVIGIL_CLUSTER_HOME"]);
