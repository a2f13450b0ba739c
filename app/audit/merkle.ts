import { sha256 } from "./sha256.ts";

/** RFC 6962's tree: a leaf is SHA-256(00 ‖ entry), a node SHA-256(01 ‖ left ‖ right), an unbalanced tree leans left. */
const LEAF = Buffer.from([0]);

export const leafHash = (entry: Uint8Array): Buffer => sha256(Buffer.concat([LEAF, entry]));
/** Written over for every node: nothing waits between filling and hashing it. */
const both = Buffer.from([1, ...Buffer.alloc(64)]);
function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  // A proof from a file may hold anything.
  if (left.length !== 32 || right.length !== 32) return sha256(Buffer.concat([both.subarray(0, 1), left, right]));
  both.set(left, 1);
  both.set(right, 33);
  return sha256(both);
}
export const emptyRoot = (): Buffer => sha256(Buffer.alloc(0));

/** The largest power of two smaller than n. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** Complete subtrees, as they are known: `level` 0 are leaves, node (l, i) covers leaves i·2^l to (i+1)·2^l. */
export type Nodes = (level: number, index: number) => Buffer | Promise<Buffer>;

/** The hash over leaves [from, to), put together from complete nodes. */
export async function rangeHash(nodes: Nodes, from: number, to: number): Promise<Buffer> {
  const n = to - from;
  if (n === 0) return emptyRoot();
  const level = Math.log2(n);
  if (Number.isInteger(level) && from % n === 0) return nodes(level, from / n);
  const k = split(n);
  return nodeHash(await rangeHash(nodes, from, from + k), await rangeHash(nodes, from + k, to));
}

/** RFC 6962, 2.1.1: the path from leaf `index` to the root of the tree of `size`. */
export async function inclusionProof(nodes: Nodes, index: number, size: number): Promise<Buffer[]> {
  const path = async (m: number, from: number, to: number): Promise<Buffer[]> => {
    const n = to - from;
    if (n === 1) return [];
    const k = split(n);
    if (m < k) return [...(await path(m, from, from + k)), await rangeHash(nodes, from + k, to)];
    return [...(await path(m - k, from + k, to)), await rangeHash(nodes, from, from + k)];
  };
  if (index < 0 || index >= size) throw new RangeError(`there is no leaf ${index} in a tree of ${size}`);
  return path(index, 0, size);
}

/** RFC 6962, 2.1.2: that the tree of `first` leaves is a beginning of the tree of `second`. */
export async function consistencyProof(nodes: Nodes, first: number, second: number): Promise<Buffer[]> {
  const sub = async (m: number, from: number, to: number, whole: boolean): Promise<Buffer[]> => {
    const n = to - from;
    if (m === n) return whole ? [] : [await rangeHash(nodes, from, to)];
    const k = split(n);
    if (m <= k) return [...(await sub(m, from, from + k, whole)), await rangeHash(nodes, from + k, to)];
    return [...(await sub(m - k, from + k, to, false)), await rangeHash(nodes, from, from + k)];
  };
  if (first < 1 || first > second) throw new RangeError(`${first} is not a beginning of ${second}`);
  return sub(first, 0, second, true);
}

/** RFC 9162, 2.1.3.2. */
export function checkInclusion(leaf: Buffer, index: number, size: number, proof: readonly Buffer[], root: Buffer): boolean {
  if (index < 0 || index >= size) return false;
  let fn = index;
  let sn = size - 1;
  let r = leaf;
  for (const p of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      r = nodeHash(p, r);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else r = nodeHash(r, p);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && r.equals(root);
}

/** RFC 9162, 2.1.4.2. */
export function checkConsistency(
  first: number,
  second: number,
  firstRoot: Buffer,
  secondRoot: Buffer,
  proof: readonly Buffer[],
): boolean {
  if (first === second) return proof.length === 0 && firstRoot.equals(secondRoot);
  if (first < 1 || first > second) return false;
  const path = Number.isInteger(Math.log2(first)) ? [firstRoot, ...proof] : [...proof];
  if (path.length === 0) return false;
  let fn = first - 1;
  let sn = second - 1;
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  let fr = path[0]!;
  let sr = path[0]!;
  for (const c of path.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeHash(c, fr);
      sr = nodeHash(c, sr);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else sr = nodeHash(sr, c);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && fr.equals(firstRoot) && sr.equals(secondRoot);
}

/** A tree that grows: the right edge of complete nodes is all that it needs to go on. */
export class Frontier {
  size = 0;
  /** edge[l] is the complete node of level l that ends at the right, where size has that bit. */
  private readonly edge: (Buffer | undefined)[] = [];

  /** Takes a leaf and reports every node that it completed, level by level. */
  append(leaf: Buffer, completed?: (level: number, index: number, hash: Buffer) => void): void {
    let hash = leaf;
    let level = 0;
    let index = this.size;
    completed?.(0, index, hash);
    while (this.edge[level] !== undefined && index % 2 === 1) {
      hash = nodeHash(this.edge[level]!, hash);
      this.edge[level] = undefined;
      level++;
      index = Math.floor(index / 2);
      completed?.(level, index, hash);
    }
    this.edge[level] = hash;
    this.size++;
  }

  /** The root, with `tail` as what follows to the right: the root of fewer leaves than any node here covers. */
  root(tail?: Buffer): Buffer {
    let root = tail;
    for (const hash of this.edge) if (hash) root = root ? nodeHash(hash, root) : hash;
    return root ?? emptyRoot();
  }

  /** The frontier of a stored tree, from its complete nodes. */
  static async load(size: number, nodes: Nodes): Promise<Frontier> {
    const frontier = new Frontier();
    frontier.size = size;
    let from = 0;
    for (let level = Math.floor(Math.log2(Math.max(size, 1))); level >= 0; level--) {
      const width = 2 ** level;
      if (Math.floor(size / width) % 2 === 1) {
        frontier.edge[level] = await nodes(level, from / width);
        from += width;
      }
    }
    return frontier;
  }
}
