import pg from "pg";
import { messageOf } from "~/platform/errors.ts";
import { newToken } from "~/platform/ids.ts";
import { log } from "~/platform/log.server.ts";
import { connection, roleName } from "./urls.server.ts";

const PING_EVERY_MS = 10_000;
/** A server that hangs, or a pooler that does not pass notifications on, says nothing: silence is a lost connection. */
const PING_PATIENCE_MS = 5000;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5000;

export type Listener = {
  /** Whether what is notified now would be heard. */
  hears(): boolean;
  stop(): Promise<void>;
};

type Handlers = {
  onNotify(payload: string): void;
  /** Each time it hears again, the first time too: what was said before that was missed. */
  onHears(): void;
  onDeaf?(): void;
};

/** One connection of its own that listens to a channel, for as long as the process lives: it comes back by itself. */
export function listen(channel: string, { onNotify, onHears, onDeaf }: Handlers): Listener {
  let client: pg.Client | null = null;
  let hears = false;
  let stopped = false;
  let wait = FIRST_WAIT_MS;
  let timer: NodeJS.Timeout | undefined;
  let pending: { token: string; deadline: NodeJS.Timeout } | null = null;

  const lost = (of: pg.Client, reason: string) => {
    if (client !== of) return;
    client = null;
    clearTimeout(timer);
    if (pending) clearTimeout(pending.deadline);
    pending = null;
    void of.end().catch(() => undefined);
    (of as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream?.destroy();
    if (hears) onDeaf?.();
    hears = false;
    if (stopped) return;
    log.warn({ channel, reason }, "the listening connection is lost");
    timer = setTimeout(() => void open(), wait);
    timer.unref();
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  };

  const ping = (of: pg.Client) => {
    const token = newToken(9);
    pending = { token, deadline: setTimeout(() => lost(of, "a ping was not heard"), PING_PATIENCE_MS) };
    pending.deadline.unref();
    of.query("select pg_notify($1, $2)", [channel, `ping ${token}`]).catch((error: unknown) => lost(of, messageOf(error)));
  };

  const heard = (of: pg.Client, payload: string) => {
    if (!payload.startsWith("ping ")) return onNotify(payload);
    if (payload !== `ping ${pending?.token}`) return;
    clearTimeout(pending!.deadline);
    pending = null;
    wait = FIRST_WAIT_MS;
    timer = setTimeout(() => ping(of), PING_EVERY_MS);
    timer.unref();
    if (hears) return;
    hears = true;
    onHears();
  };

  const open = async () => {
    const target = connection("app");
    const next = new pg.Client({
      connectionString: target.url,
      application_name: `${process.env["INVIGIL_PROCESS"] ?? "cli"} listen`,
      options: target.role ? `-c role=${roleName("app")}` : undefined,
      connectionTimeoutMillis: 5000,
      keepAlive: true,
    });
    client = next;
    next.on("error", (error) => lost(next, messageOf(error)));
    next.on("end", () => lost(next, "the connection ended"));
    next.on("notification", (message) => heard(next, message.payload ?? ""));
    try {
      await next.connect();
      await next.query(`listen "${channel.replaceAll('"', "")}"`);
      if (client === next) ping(next);
    } catch (error) {
      lost(next, messageOf(error));
    }
  };
  void open();

  return {
    hears: () => hears,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      if (pending) clearTimeout(pending.deadline);
      const last = client;
      client = null;
      await last?.end().catch(() => undefined);
    },
  };
}
