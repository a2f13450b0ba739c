import fs from "node:fs";
import path from "node:path";
import type pg from "pg";
import { clusterPlace } from "~/db/cluster/place.server.ts";
import { privateDir } from "~/db/cluster/server.server.ts";
import { connection } from "~/db/urls.server.ts";
import { NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { plantCanaries } from "../canaries.server.ts";
import { checkRoom } from "../check-room.server.ts";
import { layOut, startCopy, type Copy } from "../copy.server.ts";
import { cleanUpDrills, drillsDir, exclusive } from "../exclusive.server.ts";
import { findBackup } from "../verify.server.ts";

/** `app`: a client of the copy under row security, as the application's role. */
export type CopyAt = { app: pg.Client; backupId: string; signal: AbortSignal };

/** Runs `run` on a real server that holds the database as it was at `moment`, as a drill starts one, and removes it again. */
export function withCopyAt<T>(
  moment: Date,
  progress: (phase: string) => Promise<void>,
  run: (copy: CopyAt) => Promise<T>,
): Promise<T> {
  return exclusive("drill", async () => {
    const place = clusterPlace();
    await cleanUpDrills(place);
    const backup = await findBackup(null, moment).catch((error: unknown) => {
      if (error instanceof NotFound) throw new NotFound("No backup reaches back that far. Choose a later moment.");
      throw error;
    });
    privateDir(drillsDir(place), place.account);
    await checkRoom(drillsDir(place));
    const scratch = path.join(drillsDir(place), newId());
    const stopped = new AbortController();
    let current = "writing the WAL out";
    let copy: Copy | null = null;
    stopped.signal.addEventListener("abort", () => void copy?.stop());
    const step = (phase: string) => progress((current = phase));
    // Someone may ask it to stop in the middle of a long phase.
    const asking = setInterval(() => {
      progress(current).catch((error: unknown) => {
        if (error instanceof Error && error.name === "JobCancelled") stopped.abort(error);
      });
    }, 400);
    let app: pg.Client | null = null;
    try {
      await step(current);
      // Recovery to a moment ends at the first transaction after it, and that must have reached the archive.
      await plantCanaries(place);
      await step("laying out the files");
      await layOut(place, backup.directory, scratch, stopped.signal);
      await step("replaying and starting");
      copy = await startCopy(place, scratch, moment, new URL(connection("owner").url).pathname.slice(1), stopped.signal);
      app = await copy.app();
      await step("comparing");
      return await run({ app, backupId: backup.id, signal: stopped.signal });
    } catch (error) {
      throw stopped.signal.aborted ? stopped.signal.reason : error;
    } finally {
      clearInterval(asking);
      await app?.end().catch(() => undefined);
      await copy?.stop();
      fs.rmSync(scratch, { recursive: true, force: true });
    }
  });
}
