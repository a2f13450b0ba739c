import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { cache } from "~/db/cache.server.ts";
import { env } from "~/platform/env.server.ts";
import { Conflict, messageOf, Unavailable } from "~/platform/errors.ts";
import { clusterAnswer, historyAnswer, readCluster, type FailoverCluster } from "./patroni.ts";

const PATIENCE_MS = 2000;
/** The leader shuts down cleanly first, which writes out all that is in memory. */
const SWITCH_PATIENCE_MS = 120_000;
/** Everyone who looks at the page is shown the same answer for as long. */
const KEEP_MS = 1000;

export type FailoverState =
  { configured: false } | { configured: true; error: string } | ({ configured: true; error: null } & FailoverCluster);

/** A login in an address is sent as a header: fetch takes none in an address. */
function request(node: string, path: string, init: RequestInit & { patienceMs: number }): Promise<Response> {
  const url = new URL(path, `${node}/`);
  const { username, password } = url;
  url.username = url.password = "";
  const headers = new Headers(init.headers);
  if (username)
    headers.set(
      "Authorization",
      `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64")}`,
    );
  return fetch(url, { ...init, headers, signal: AbortSignal.timeout(init.patienceMs) });
}

async function get<T extends z.ZodType>(node: string, path: string, schema: T): Promise<z.infer<T>> {
  const answer = await request(node, path, { patienceMs: PATIENCE_MS });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return schema.parse(await answer.json());
}

type Asked = { node: string; cluster: FailoverCluster };

/** All nodes are asked at once, and the first to answer is believed: each tells of the whole cluster. */
export async function askPatroni(): Promise<Asked> {
  const nodes = env().PATRONI_URL;
  try {
    return await Promise.any(
      nodes.map(async (node): Promise<Asked> => {
        const [cluster, history] = await Promise.all([get(node, "cluster", clusterAnswer), get(node, "history", historyAnswer)]);
        return { node, cluster: readCluster(cluster, history) };
      }),
    );
  } catch (error) {
    const [first] = (error as AggregateError).errors as Error[];
    const cause = first?.cause instanceof Error ? first.cause : first;
    throw new Unavailable(
      first instanceof z.ZodError
        ? "Patroni answers in a way that is not known here"
        : `Patroni does not answer: ${messageOf(cause)}`,
    );
  }
}

export const failoverState = read({
  name: "replication.failover",
  permission: "database.read",
  input: z.object({}),
  async run({ ctx }): Promise<FailoverState> {
    if (env().PATRONI_URL.length === 0) return { configured: false };
    return cache.get(ctx, {
      key: "patroni",
      of: [],
      ttlMs: KEEP_MS,
      read: () =>
        askPatroni().then(
          ({ cluster }): FailoverState => ({ configured: true, error: null, ...cluster }),
          (error: unknown): FailoverState => ({ configured: true, error: messageOf(error) }),
        ),
    });
  },
});

/**
 * Patroni ends the leader cleanly and promotes the candidate. It answers when that is done, and refuses where the leader is
 * another one by now or the candidate may not become it.
 */
export async function switchOver(leader: string, candidate: string): Promise<string> {
  const { node } = await askPatroni();
  const answer = await request(node, "switchover", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ leader, candidate }),
    patienceMs: SWITCH_PATIENCE_MS,
  });
  const said = (await answer.text()).trim().slice(0, 300);
  if (answer.ok) return said;
  if (answer.status === 401)
    throw new Conflict("Patroni wants a login for this: put it into PATRONI_URL (http://user:password@host:8008)");
  throw new Conflict(`Patroni refused: ${said || answer.status}`);
}
