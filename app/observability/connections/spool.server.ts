import fs from "node:fs";
import path from "node:path";
import { actSpool } from "~/access/act-spool.server.ts";
import { unsign } from "~/access/secrets.server.ts";
import { recordAlone, type Act } from "~/audit/record.server.ts";
import type { Actor } from "~/db/ctx.ts";
import { systemClock } from "~/platform/clock.ts";
import { log } from "~/platform/log.server.ts";

type Spooled = {
  at: string;
  actor: Actor;
  requestId: string;
  session: string | null;
  address: string | null;
  userAgent: string | null;
  act: Act;
};

/** Acts of a time without audit log enter it now, as what they are: with their own time among the details. */
export async function recordSpooledActs(): Promise<number> {
  const dir = actSpool();
  const files = fs.existsSync(dir)
    ? fs
        .readdirSync(dir)
        .filter((name) => name.endsWith(".act"))
        .sort()
    : [];
  let recorded = 0;
  for (const name of files) {
    const file = path.join(dir, name);
    const text = unsign(fs.readFileSync(file, "utf8"));
    if (text === null) {
      log.error({ file: name }, "a spooled action has an invalid signature and is set aside");
      fs.renameSync(file, `${file}.refused`);
      continue;
    }
    const one = JSON.parse(Buffer.from(text, "base64url").toString()) as Spooled;
    await recordAlone(
      {
        actor: one.actor,
        scope: { kind: "all" },
        clock: systemClock,
        requestId: one.requestId,
        ...(one.session ? { session: { id: one.session, stepUpAt: null, secondFactor: false } } : {}),
        ...(one.address ? { address: one.address } : {}),
        ...(one.userAgent ? { userAgent: one.userAgent } : {}),
      },
      { ...one.act, details: { ...one.act.details, happenedAt: one.at, spooled: true } },
    );
    fs.rmSync(file);
    recorded++;
  }
  return recorded;
}
