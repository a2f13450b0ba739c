import fs from "node:fs";
import path from "node:path";
import type { Act } from "~/audit/record.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { env } from "~/platform/env.server.ts";
import { newId } from "~/platform/ids.ts";
import { sign } from "./secrets.server.ts";

export const actSpool = () => path.join(env().dataDir, "spool", "acts");

/** One signed file an act; the collector brings them into the audit log when the primary is back. */
export function spoolAct(ctx: Ctx, act: Act): void {
  const dir = actSpool();
  fs.mkdirSync(dir, { recursive: true });
  const id = newId();
  const body = JSON.stringify({
    at: ctx.clock.now().toISOString(),
    actor: ctx.actor,
    requestId: ctx.requestId,
    session: ctx.session?.id ?? null,
    address: ctx.address ?? null,
    userAgent: ctx.userAgent ?? null,
    act,
  });
  fs.writeFileSync(path.join(dir, `${id}.part`), sign(Buffer.from(body).toString("base64url")), { mode: 0o600 });
  fs.renameSync(path.join(dir, `${id}.part`), path.join(dir, `${id}.act`));
}
