import { observes } from "~/platform/depth.ts";
import { NotHere } from "~/platform/errors.ts";

/** Backups, drills and restores are of a server whose files are Invigil's own. */
export function ownClusterOnly(): void {
  if (!observes()) return;
  throw new NotHere(
    "Invigil backs up and restores its own server only. For the watched one, use what backs it up today (pg_basebackup, pgBackRest, Barman, your provider), and test a restore regularly.",
  );
}
