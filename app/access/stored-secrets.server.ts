import { z } from "zod";
import { firstRow, type Queryable } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

/**
 * The console's role may write what proves who someone is, and can't read it out of a table: functions of the owner answer
 * for one person at a time.
 */
export async function passwordHashOf(on: Queryable, staffId: string): Promise<string | null> {
  const row = await firstRow(
    on,
    sql`select console.staff_password_hash(${staffId}::uuid) as hash`,
    z.object({ hash: z.string().nullable() }),
  );
  return row!.hash;
}

/** Sealed, as it is stored. */
export async function totpSecretOf(on: Queryable, staffId: string): Promise<string | null> {
  const row = await firstRow(
    on,
    sql`select console.staff_totp_secret(${staffId}::uuid) as secret`,
    z.object({ secret: z.string().nullable() }),
  );
  return row!.secret;
}
