import { clients } from "../clients.server.ts";
import { ClusterError } from "../cluster/errors.ts";
import { codeOf } from "../retry.ts";
import { log } from "~/platform/log.server.ts";
import { messageOf } from "~/platform/errors.ts";
import { migrationNames } from "./names.server.ts";

/** A start does not wait longer than this for a primary that can't be asked: what needs it says so page by page. */
const PATIENCE_MS = 3000;
/** No such table or schema, no right to read it: the grant came with a migration too. */
const BEFORE_OURS = new Set(["42P01", "3F000", "42501"]);

async function missing(): Promise<string[]> {
  const needed = migrationNames();
  try {
    const { rows } = await clients().primary.query<{ migration_name: string }>(
      `select migration_name
       from public._prisma_migrations
       where finished_at is not null and rolled_back_at is null`,
    );
    const applied = new Set(rows.map((row) => row.migration_name));
    return needed.filter((name) => !applied.has(name));
  } catch (error) {
    if (BEFORE_OURS.has(codeOf(error) ?? "")) return needed;
    throw error;
  }
}

/** This version needs all of its migrations. A newer schema is fine: during an upgrade the old version goes on beside it. */
export async function refuseOldSchema(): Promise<void> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS).unref();
  });
  const lacking = await Promise.race([missing(), late]).catch((error: unknown) => {
    log.warn({ reason: messageOf(error) }, "the schema's version can't be checked now");
    return [];
  });
  if (lacking.length === 0) return;
  throw new ClusterError(
    `the database lacks ${lacking.length === 1 ? "1 migration" : `${lacking.length} migrations`} of this version (${lacking[0]}${lacking.length > 1 ? " and later" : ""}); run npx invigil db migrate, then start again`,
  );
}
