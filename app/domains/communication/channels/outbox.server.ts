import fs from "node:fs";
import path from "node:path";
import { env } from "~/platform/env.server.ts";
import type { Outgoing, Provider } from "./provider.ts";

/** Where a channel is not configured, its messages are files: nothing is lost, and nothing is said to be sent. */
export function keepInOutbox(provider: Provider, message: Outgoing): string {
  const dir = path.join(env().dataDir, "outbox");
  fs.mkdirSync(dir, { recursive: true });
  const file = path.join(dir, `${message.id}.json`);
  fs.writeFileSync(`${file}.part`, JSON.stringify({ channel: provider.channel, ...message }, null, 2), { mode: 0o600 });
  fs.renameSync(`${file}.part`, file);
  return `${provider.channel} is not configured: kept in the outbox. Set ${provider.missing().join(", ")}, then retry`;
}
