import pg from "pg";
import { messageOf } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { log } from "~/platform/log.server.ts";
import { cache } from "./cache.server.ts";
import type { Connection } from "./urls.server.ts";

const CHANNEL = "invigil_changed";
/** Tables written meanwhile go in one message. */
const GATHER_MS = 20;
const EVERY_MS = 2000;
const PATIENCE_MS = 1500;
const AGAIN_MS = 500;

type ChangeBus = { stop(): Promise<void> };

/**
 * Tells the other processes which tables a commit of this one wrote, and hears it from them: LISTEN and NOTIFY on a connection of
 * its own. It must hear itself every few seconds; while it does not (the connection is lost, or a pooler is in between), answers are
 * kept only for a moment.
 */
export function startChangeBus(where: () => Connection, process: string): ChangeBus {
  const me = newId();
  const unsent = new Set<string>();
  let client: pg.Client | null = null;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let gathering: NodeJS.Timeout | undefined;
  let heardMyself: () => void = () => undefined;

  const notify = (tables: readonly string[]) => client!.query("select pg_notify($1, $2)", [CHANNEL, `${me} ${tables.join(",")}`]);

  const send = () => {
    gathering = undefined;
    if (!client || unsent.size === 0) return;
    const tables = [...unsent];
    unsent.clear();
    // What could not be sent is sent when there is a connection again.
    notify(tables).catch(() => tables.forEach((table) => unsent.add(table)));
  };

  const hear = (payload = "") => {
    const [sender, tables = ""] = payload.split(" ");
    if (sender === me) return void (tables === "" && heardMyself());
    cache.changedElsewhere(tables.split(",").filter(Boolean));
  };

  const connect = async () => {
    const target = where();
    const made = new pg.Client({
      connectionString: target.url,
      application_name: `${process} changes`,
      connectionTimeoutMillis: PATIENCE_MS,
      query_timeout: PATIENCE_MS,
      keepAlive: true,
      // A message that is lost with the server is about what was lost with it.
      options: `${target.role ? `-c role=${target.role} ` : ""}-c synchronous_commit=off`,
    });
    made.on("error", () => lost(made));
    made.on("end", () => lost(made));
    made.on("notification", (message) => hear(message.payload));
    await made.connect();
    await made.query(`listen ${CHANNEL}`);
    client = made;
  };

  const lost = (which: pg.Client) => {
    if (client !== which) return;
    client = null;
    if (cache.hears(false) && !stopped) log.warn("changes of other processes are not heard");
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void look(), AGAIN_MS);
  };

  /** Sends a word to itself, and waits until it comes back. */
  const echo = async () => {
    let late: NodeJS.Timeout | undefined;
    const back = new Promise<void>((resolve, reject) => {
      heardMyself = resolve;
      late = setTimeout(() => reject(new Error("no notification arrives on this connection")), PATIENCE_MS);
    });
    try {
      await Promise.all([notify([]), back]);
    } finally {
      clearTimeout(late);
    }
  };

  const look = async () => {
    const before = client;
    try {
      if (!client) await connect();
      await echo();
      if (cache.hears(true)) log.info("changes of other processes are heard");
      send();
      if (!stopped) timer = setTimeout(() => void look(), EVERY_MS);
    } catch (error) {
      const failed = client ?? before;
      client = null;
      if (cache.hears(false) && !stopped) log.warn({ reason: messageOf(error) }, "changes of other processes are not heard");
      void failed?.end().catch(() => undefined);
      clearTimeout(timer);
      if (!stopped) timer = setTimeout(() => void look(), AGAIN_MS);
    }
    timer?.unref();
  };

  cache.hears(false);
  cache.publish((tables) => {
    for (const table of tables) unsent.add(table);
    gathering ??= setTimeout(send, GATHER_MS);
  });
  void look();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      clearTimeout(gathering);
      // What was just committed is still told.
      send();
      const last = client;
      client = null;
      cache.publish(null);
      await last?.end().catch(() => undefined);
    },
  };
}
