import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { env } from "~/platform/env.server.ts";
import { newToken } from "~/platform/ids.ts";
import { singleton } from "~/platform/singleton.ts";

/** Generated once into the data directory; in production it must be given. */
export function sessionSecret(): string {
  return singleton("access.secret", () => {
    const { SESSION_SECRET, dataDir } = env();
    if (SESSION_SECRET) return SESSION_SECRET;
    const file = path.join(dataDir, "session-secret");
    fs.mkdirSync(dataDir, { recursive: true });
    try {
      fs.writeFileSync(file, newToken(), { mode: 0o600, flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    return fs.readFileSync(file, "utf8").trim();
  });
}

/** What is kept of a token: enough to recognise it, useless to whoever reads the table. */
export const tokenHash = (token: string) => createHash("sha256").update(token).digest("hex");

export function sign(text: string): string {
  return `${text}.${createHmac("sha256", sessionSecret()).update(text).digest("base64url")}`;
}

export function unsign(signed: string): string | null {
  const dot = signed.lastIndexOf(".");
  if (dot < 0) return null;
  const expected = Buffer.from(sign(signed.slice(0, dot)));
  const given = Buffer.from(signed);
  return expected.length === given.length && timingSafeEqual(expected, given) ? signed.slice(0, dot) : null;
}
