import path from "node:path";
import { env } from "~/platform/env.server.ts";
import { Unavailable } from "~/platform/errors.ts";
import { binaries, serverAccount, type RunAs } from "./binaries.server.ts";

export type Place = { home: string; archive: string; store: string; native: string; account: RunAs; dataDir: string };

/** Where the embedded cluster's files lie. Another server's files are not ours to read: what is missing is said. */
export function clusterPlace(): Place {
  const home = process.env["INVIGIL_CLUSTER_HOME"];
  if (!home)
    throw new Unavailable(
      "Backups are taken where the database's files can be reached. This server is elsewhere: run Invigil's collector on its machine, or keep the backups of your provider",
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
