import type { World } from "./world.ts";

/** Where the shipped line lies hours away or costs too much, the line that is tried instead, and why. */
export type Lowered = { threshold: number; clearAt: number; because: string };

/** How it is with the demo before anything is brought about. */
export type Start = { diskUsed: number; xidAge: number };

/** Something that happens to a database, the alerts that must tell of it, and how it ends. */
export type Condition = {
  says: string;
  /** By the rule's key in Prometheus; true: as shipped. */
  alerts: Record<string, true | ((start: Start) => Lowered)>;
  /** The condition of a fresh demo: they may fire before anything is done. */
  fromTheStart?: true;
  /** Brings it about; the answer ends it. */
  make(world: World): Promise<() => Promise<unknown>>;
};

export const lowered = (threshold: number, clearAt: number, because: string) => (): Lowered => ({ threshold, clearAt, because });
