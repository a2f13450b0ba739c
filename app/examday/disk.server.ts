import fs from "node:fs";
import { env } from "~/platform/env.server.ts";

/** Free bytes where the embedded cluster and its archive lie; null where the server is someone else's machine. */
export async function freeDisk(): Promise<number | null> {
  if (!env().embedded) return null;
  const { bavail, bsize } = await fs.promises.statfs(env().dataDir);
  return bavail * bsize;
}
