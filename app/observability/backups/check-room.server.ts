import fs from "node:fs";
import { z } from "zod";
import { rolePool } from "~/db/clients.server.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Unavailable } from "~/platform/errors.ts";
import { bytes } from "~/platform/format.ts";
import { ROOM_LEFT } from "./take.server.ts";

/** A copy fills the disk that the database writes to: what does not fit is not begun. */
export async function checkRoom(dir: string): Promise<void> {
  const size = await firstRow(
    rolePool("backup"),
    sql`select sum(pg_database_size(oid))::bigint as n from pg_database`,
    z.object({ n: z.number() }),
  );
  const disk = fs.statfsSync(dir);
  const free = disk.bavail * disk.bsize;
  if (free < size!.n * 1.2 + ROOM_LEFT)
    throw new Unavailable(
      `There is not enough room for a copy: the database has ${bytes(size!.n)}, the disk of ${dir} has ${bytes(free)} free`,
    );
}
