import type { View } from "./family.ts";

/** `left`: series beyond the limit, by server. */
export type Block = { text: string; shown: number; left: ReadonlyMap<string, number> };
type Look = (later: View) => boolean;

const sameTargets = (a: View["targets"], b: View["targets"]) =>
  a.length === b.length &&
  a.every((state, i) => {
    const { name, reachable, error, since, server } = b[i]!;
    return (
      state.name === name &&
      state.reachable === reachable &&
      state.error === error &&
      state.since === since &&
      state.server === server
    );
  });

/** A view that notes what is looked at; null where that is something that changes with every second. */
function watch(view: View): { view: View; looks(): Look[] | null } {
  const looks = new Map<string, Look>();
  let lasting = true;
  const own: Partial<View> = {
    fresh(server, key) {
      const rows = view.fresh(server, key);
      looks.set(`${key} ${server}`, (later) => later.fresh(server, key) === rows);
      return rows;
    },
    at(server, key) {
      const at = view.at(server, key);
      looks.set(`at ${key} ${server}`, (later) => later.at(server, key) === at);
      return at;
    },
    top(server) {
      const chosen = view.top(server);
      looks.set(`top ${server}`, (later) => later.top(server) === chosen);
      return chosen;
    },
  };
  const watched = new Proxy(view, {
    get(_, name: keyof View) {
      if (name === "targets") looks.set(name, (later) => sameTargets(view.targets, later.targets));
      else if (!(name in own)) lasting = false;
      return own[name] ?? view[name];
    },
  });
  return { view: watched, looks: () => (lasting ? [...looks.values()] : null) };
}

/**
 * Blocks of the text, made again only when something that they were made of is another now: most samples come once in a
 * minute, and the text is made every few seconds.
 */
export class BlockCache {
  private readonly kept = new Map<string, { block: Block; looks: Look[] }>();

  of(name: string, view: View, make: (view: View) => Block): Block {
    const known = this.kept.get(name);
    if (known?.looks.every((same) => same(view))) return known.block;
    const watching = watch(view);
    const block = make(watching.view);
    const looks = watching.looks();
    if (looks) this.kept.set(name, { block, looks });
    else this.kept.delete(name);
    return block;
  }
}
