import type { Anchored } from "./anchor.server.ts";
import { Frontier } from "./merkle.ts";
import { SealedRow } from "./sealed-row.ts";

/** A power of two: a whole range is one complete node of the tree, whatever stands to its left. */
export const RANGE = 32_768;

export type Add = (index: number | null, entry: string | null, says: string) => void;
/** The heads that were anchored for each size. */
type Sizes = ReadonlyMap<number, readonly Anchored[]>;
type Seen = { index: number; entry: string | null; says: string } | { size: number; root: Buffer };
export type Node = { level: number; index: number; hash: Buffer };

/** One range of the log, made again from its rows as they arrive, by itself: several are read at the same time. */
export class RangeCheck {
  readonly frontier = new Frontier();
  /** What is wrong and which anchored heads fall into this range, in the order of the log. */
  readonly seen: Seen[] = [];
  entries = 0;
  readonly erased: { index: number; entry: string }[] = [];
  /** Every complete node over these leaves, level by level from 1: what the stored tree must hold. */
  readonly nodes: Buffer[] = [];
  /** Nodes that the stored tree holds otherwise. */
  readonly strayNodes: { level: number; index: number }[] = [];
  /** All leaves are there; otherwise the tree to the right can't be made. */
  whole = true;
  private readonly row = new SealedRow();
  private next: number;

  constructor(
    readonly from: number,
    readonly to: number,
    private readonly sizes: Sizes,
  ) {
    this.next = from;
    for (let width = 2; width <= to - from; width *= 2) this.nodes.push(Buffer.alloc(Math.floor((to - from) / width) * 32));
  }

  /** Nothing is wrong with the leaves themselves. */
  get good(): boolean {
    return this.whole && !this.seen.some((seen) => "says" in seen);
  }

  take(bytes: Buffer, at: number): void {
    const { row } = this;
    row.read(bytes, at);
    const { index } = row;
    if (index !== this.next) this.gap(index);
    this.next = index + 1;
    let hash: string | null = null;
    if (!row.hasEntry) this.bad(index, "the entry is gone");
    else {
      this.entries++;
      hash = row.leafHash();
      if (!hash || !row.isLeaf(hash)) this.bad(index, "the entry differs from what was sequenced");
      if (!row.hasContent) this.erased.push({ index, entry: row.entryId });
      else if (!row.contentHolds()) this.bad(index, "its content differs from what the entry commits to");
    }
    this.frontier.append(Buffer.from(hash ?? row.leaf, "latin1"), this.keep);
    if (this.whole && this.sizes.has(this.next)) this.seen.push({ size: this.next, root: this.frontier.root() });
  }

  private readonly keep = (level: number, index: number, hash: Buffer): void => {
    if (level > 0) this.nodes[level - 1]?.set(hash, index * 32);
  };

  /** No more rows come. */
  end(): void {
    if (this.next !== this.to) this.gap(this.to);
  }

  private gap(until: number): void {
    this.whole = false;
    this.seen.push({
      index: this.next,
      entry: null,
      says:
        until <= this.next
          ? `the tree has two leaves ${until}`
          : `entries ${this.next} to ${until - 1} are missing from the tree`,
    });
  }

  private bad(index: number, says: string): void {
    this.seen.push({ index, entry: this.row.entryId, says });
  }
}

/** The log from its beginning, put together from ranges in whichever order they come. */
export class Progression {
  checked = 0;
  entries = 0;
  readonly erased: { index: number; entry: string }[] = [];
  /** The nodes above whole ranges. */
  readonly upper: Node[] = [];
  readonly strayNodes: { level: number; index: number }[] = [];
  /** Anchored heads that are not of this tree and not signed by us either. */
  foreign = 0;
  /** Each of its leaves is the root of a whole range. */
  private readonly ranges = new Frontier();
  private readonly early = new Map<number, RangeCheck>();
  private whole = true;
  private next = 0;
  private lastGood = 0;
  private differs = false;
  private found = 0;

  constructor(
    readonly size: number,
    private readonly width: number,
    private readonly sizes: Sizes,
    private readonly signed: (head: Anchored) => boolean,
    private readonly say: Add,
  ) {}

  add(range: RangeCheck): void {
    this.early.set(range.from, range);
    for (let ready = this.early.get(this.next); ready; ready = this.early.get(this.next)) {
      this.early.delete(this.next);
      this.next += this.width;
      this.join(ready);
    }
  }

  /** Nothing is wrong with any leaf: then the stored tree must be this one. */
  get good(): boolean {
    return this.whole && this.found === 0;
  }

  /** Null where leaves are missing: then there is no tree of this size. */
  root(): Buffer | null {
    return this.whole ? this.ranges.root() : null;
  }

  private join(range: RangeCheck): void {
    range.end();
    for (const seen of range.seen) {
      if ("says" in seen) {
        this.found++;
        this.say(seen.index, seen.entry, seen.says);
      } else if (this.whole) this.compare(seen.size, seen.root);
    }
    this.checked += range.frontier.size;
    this.entries += range.entries;
    this.erased.push(...range.erased);
    this.strayNodes.push(...range.strayNodes);
    this.whole &&= range.whole;
    // The last may be a piece of one: then the tree leans left, as RFC 6962 wants it.
    const full = range.frontier.size === this.width;
    this.ranges.append(range.frontier.root(), (level, index, hash) => {
      if (full && level > 0) this.upper.push({ level: level + Math.log2(this.width), index, hash });
    });
  }

  private compare(size: number, local: Buffer): void {
    if (this.differs) return;
    const root = this.ranges.root(local);
    const others = this.sizes.get(size)!.filter(({ checkpoint }) => !checkpoint.root.equals(root));
    if (others.length < this.sizes.get(size)!.length) this.lastGood = size;
    const ours = others.filter(this.signed);
    this.foreign += others.length - ours.length;
    if (ours.length === 0) return;
    this.differs = true;
    if (this.found > 0 && this.lastGood === 0) return;
    this.say(
      this.lastGood,
      null,
      `the tree differs from the head anchored at ${size}: something between entry ${this.lastGood} and ${size - 1} was changed, and its hashes with it`,
    );
  }
}
