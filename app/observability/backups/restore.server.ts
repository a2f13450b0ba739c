import fs from "node:fs";
import path from "node:path";
import { clusterPlace } from "~/db/cluster/place.server.ts";
import { Invalid } from "~/platform/errors.ts";
import { layOut, recoverySettings } from "./copy.server.ts";
import { inspect, type BackupRow } from "./verify.server.ts";

/** A directory that holds a cluster, or anything at all, is never restored into. */
function checkTarget(target: string): void {
  if (!fs.existsSync(target)) return;
  if (fs.existsSync(path.join(target, "PG_VERSION")))
    throw new Invalid(`--target: ${target} holds a cluster; choose an empty one`);
  if (fs.readdirSync(target).length > 0) throw new Invalid(`--target: ${target} is not empty`);
}

/** Lays a checked backup out in `target`; the server that is started on it replays to the chosen time. */
export async function restoreInto(backup: BackupRow, target: string, toTime: Date | null): Promise<{ bytes: number }> {
  const place = clusterPlace();
  checkTarget(target);
  if (toTime && backup.finished_at && toTime < backup.finished_at)
    throw new Invalid(`--to-time: this backup ends at ${backup.finished_at.toISOString()}; choose an earlier backup`);
  if (toTime && toTime > new Date()) throw new Invalid("--to-time: lies in the future");
  const findings = await inspect(backup, place.archive);
  if (findings.length > 0) throw new Invalid(`the backup does not verify: ${findings[0]!.file} ${findings[0]!.says}`);
  const bytes = await layOut(place, backup.directory, target);
  const lines = Object.entries({ ...recoverySettings(place, toTime), archive_mode: "off" });
  fs.appendFileSync(
    path.join(target, "postgresql.conf"),
    `\n${lines.map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`).join("\n")}\n`,
  );
  return { bytes };
}
