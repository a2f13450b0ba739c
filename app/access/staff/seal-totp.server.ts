import { z } from "zod";
import { execute, firstRow, rows, type Queryable } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { openTotp, sealTotp } from "../totp-secret.server.ts";

const stored = z.object({ id: z.string(), totp_secret: z.string() });

const secrets = (on: Queryable) =>
  rows(
    on,
    sql`select id, totp_secret
        from console.staff
        where totp_secret is not null`,
    stored,
  );

/** By the start and `db migrate`: what an earlier version left plain, or an earlier key sealed, is sealed with today's key. */
export async function sealTotpSecrets(owner: Queryable): Promise<number> {
  let sealed = 0;
  for (const { id, totp_secret: before } of await secrets(owner)) {
    const opened = openTotp(id, before);
    if (!opened?.stale) continue;
    // Whoever sets up a new authenticator meanwhile wins.
    sealed += await execute(
      owner,
      sql`update console.staff
          set totp_secret = ${sealTotp(id, opened.secret)}
          where id = ${id}::uuid and totp_secret = ${before}`,
    );
  }
  return sealed;
}

/** For the doctor: how many authenticators there are, and how many no key of this installation opens. */
export async function totpState(on: Queryable): Promise<{ all: number; lost: number; stale: number } | null> {
  const there = await firstRow(on, sql`select to_regclass('console.staff') is not null as yes`, z.object({ yes: z.boolean() }));
  if (!there?.yes) return null;
  const opened = (await secrets(on)).map((row) => openTotp(row.id, row.totp_secret));
  return {
    all: opened.length,
    lost: opened.filter((one) => one === null).length,
    stale: opened.filter((one) => one?.stale).length,
  };
}
