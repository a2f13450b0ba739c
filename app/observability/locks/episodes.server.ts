import { clients } from "~/db/clients.server.ts";
import { newId } from "~/platform/ids.ts";
import { contested, waitersOf, type LockNode } from "./tree.ts";

type Episode = {
  id: string;
  target: string;
  startedAt: Date;
  endedAt: Date | null;
  root: LockNode;
  most: number;
  tree: LockNode;
  dirty: boolean;
  seen: number;
};

/** A blip is not an episode: someone must have waited in two seconds running. */
const SHORTEST_SECONDS = 2;

/** Blocking as history: one row per root, from the first second someone waited for it to the last. */
export class LockEpisodes {
  private readonly open = new Map<string, Episode>();
  private waiting: Episode[] = [];

  see(target: string, at: Date, trees: readonly LockNode[]): void {
    const present = new Set<string>();
    for (const tree of trees) {
      const key = `${target} ${tree.pid} ${tree.backendStart?.getTime() ?? 0}`;
      present.add(key);
      const waiting = waitersOf(tree);
      const known = this.open.get(key);
      if (!known) {
        const began = Math.max(0, ...tree.waiters.map((waiter) => waiter.waitingMs ?? 0));
        this.open.set(key, {
          id: newId(),
          target,
          startedAt: new Date(at.getTime() - began),
          endedAt: null,
          root: tree,
          most: waiting,
          tree,
          dirty: true,
          seen: 1,
        });
        continue;
      }
      known.seen++;
      if (waiting > known.most) Object.assign(known, { most: waiting, tree, dirty: true });
    }
    for (const [key, episode] of this.open) {
      if (episode.target !== target || present.has(key)) continue;
      this.open.delete(key);
      if (episode.seen >= SHORTEST_SECONDS) this.waiting.push({ ...episode, endedAt: at, dirty: true });
    }
  }

  /** What another collector saw begin, and can't see end any more. */
  async endThoseOfOthers(): Promise<void> {
    await clients().primary.query({
      text: "update telemetry.lock_episode set ended_at = now() where ended_at is null and id <> all($1::uuid[])",
      values: [[...this.open.values()].map((episode) => episode.id)],
    });
  }

  async persist(): Promise<void> {
    const due = [
      ...this.waiting,
      ...[...this.open.values()].filter((episode) => episode.dirty && episode.seen >= SHORTEST_SECONDS),
    ];
    for (const episode of due) {
      await clients().primary.query({
        text: `insert into telemetry.lock_episode (id, target, started_at, ended_at, root_pid, root_backend_start, root_app, root_tenant, root_username, root_state, root_query, relation, mode, most_waiting, tree)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
               on conflict (id) do update set ended_at = excluded.ended_at, most_waiting = excluded.most_waiting, tree = excluded.tree, relation = coalesce(excluded.relation, telemetry.lock_episode.relation)`,
        values: [
          episode.id,
          episode.target,
          episode.startedAt,
          episode.endedAt,
          episode.root.pid,
          episode.root.backendStart ?? episode.startedAt,
          episode.root.app,
          episode.root.tenant,
          episode.root.username,
          episode.root.state,
          episode.root.query,
          contested(episode.tree),
          episode.tree.waiters[0]?.wants ?? null,
          episode.most,
          JSON.stringify(episode.tree),
        ],
      });
      episode.dirty = false;
      this.waiting = this.waiting.filter((other) => other.id !== episode.id);
    }
  }
}
