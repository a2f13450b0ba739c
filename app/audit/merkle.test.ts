import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical.ts";
import { minimalDiff } from "./diff.ts";
import {
  checkConsistency,
  checkInclusion,
  consistencyProof,
  emptyRoot,
  Frontier,
  inclusionProof,
  leafHash,
  rangeHash,
  type Nodes,
} from "./merkle.ts";
import { checkpointText, openNote, readCheckpoint, readVerifierKey, signNote, verifierKey } from "./note.ts";

// The eight leaves that RFC 6962's implementations publish.
const LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map((hex) =>
  Buffer.from(hex, "hex"),
);

function tree(leaves: Buffer[]): { nodes: Nodes; frontier: Frontier } {
  const stored = new Map<string, Buffer>();
  const frontier = new Frontier();
  for (const leaf of leaves) frontier.append(leafHash(leaf), (level, index, hash) => stored.set(`${level}/${index}`, hash));
  return { frontier, nodes: (level, index) => stored.get(`${level}/${index}`)! };
}

describe("the tree", () => {
  it.each([
    [1, "6e340b9c"],
    [2, "fac54203"],
    [3, "aeb6bcfe"],
    [7, "ddb89be4"],
    [8, "5dc9da79"],
  ])("of %i leaves has the published root", (size, begins) => {
    expect(tree(LEAVES.slice(0, size)).frontier.root().toString("hex")).toMatch(new RegExp(`^${begins}`));
  });

  it("of nothing is the hash of nothing", () => {
    expect(emptyRoot().toString("hex")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });

  it("proves every leaf of every size, every beginning of every size, and nothing false", async () => {
    const leaves = Array.from({ length: 200 }, (_, index) => Buffer.from(`entry ${index}`));
    const { nodes } = tree(leaves);
    const roots = [emptyRoot()];
    for (let size = 1; size <= leaves.length; size++) roots.push(tree(leaves.slice(0, size)).frontier.root());
    for (let size = 1; size <= leaves.length; size++) {
      expect((await rangeHash(nodes, 0, size)).equals(roots[size]!)).toBe(true);
      for (let index = 0; index < size; index++) {
        const proof = await inclusionProof(nodes, index, size);
        const leaf = leafHash(leaves[index]!);
        if (!checkInclusion(leaf, index, size, proof, roots[size]!)) expect.fail(`leaf ${index} of ${size}`);
        if (checkInclusion(leafHash(Buffer.from("forged")), index, size, proof, roots[size]!))
          expect.fail(`a forged leaf ${index} of ${size} was believed`);
        if (size > 1 && checkInclusion(leaf, (index + 1) % size, size, proof, roots[size]!))
          expect.fail(`leaf ${index} passed for its neighbour in ${size}`);
      }
      for (let first = 1; first <= size; first++) {
        const proof = await consistencyProof(nodes, first, size);
        if (!checkConsistency(first, size, roots[first]!, roots[size]!, proof)) expect.fail(`${first} in ${size}`);
        if (first < size && checkConsistency(first, size, roots[first - 1] ?? emptyRoot(), roots[size]!, proof))
          expect.fail(`a false beginning ${first} in ${size}`);
      }
    }
  }, 60_000);

  it("goes on from what is stored", async () => {
    const leaves = Array.from({ length: 77 }, (_, index) => Buffer.from([index]));
    for (const size of [1, 2, 31, 32, 33, 76]) {
      const { nodes } = tree(leaves.slice(0, size));
      const again = await Frontier.load(size, nodes);
      for (const leaf of leaves.slice(size)) again.append(leafHash(leaf));
      expect(again.root().equals(tree(leaves).frontier.root())).toBe(true);
    }
  });
});

describe("signed heads", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const text = checkpointText({ origin: "test/log", size: 12, root: emptyRoot() });

  it("open with their key only, and only as they were signed", () => {
    const note = signNote(text, "test/log", privateKey);
    expect(openNote(note, "test/log", publicKey)).toBe(text);
    expect(openNote(note.replace("\n12\n", "\n13\n"), "test/log", publicKey)).toBeNull();
    expect(openNote(note, "test/log", generateKeyPairSync("ed25519").publicKey)).toBeNull();
    expect(openNote(note, "other/log", publicKey)).toBeNull();
    expect(readCheckpoint(text)).toMatchObject({ size: 12 });
  });

  it("are checked with the key as C2SP writes it", () => {
    // Many keys: in some of them the base64 has the sign that divides the parts.
    for (let i = 0; i < 50; i++) {
      const pair = generateKeyPairSync("ed25519");
      const read = readVerifierKey(verifierKey("test/log", pair.publicKey))!;
      expect(openNote(signNote(text, "test/log", pair.privateKey), read.name, read.key)).toBe(text);
    }
  });
});

describe("what is recorded", () => {
  it("is only what changed, with secrets named and not shown", () => {
    expect(
      minimalDiff({ name: "a", score: 1, passwordHash: "x", same: 2 }, { name: "b", score: 1, passwordHash: "y", same: 2 }),
    ).toEqual({ name: ["a", "b"], passwordHash: ["[kept out]", "[kept out]"] });
    expect(minimalDiff(null, { correctAnswer: "B" })).toEqual({ correctAnswer: ["[kept out]", "[kept out]"] });
    // However deep they lie: settings of mail, the options of a question.
    expect(
      minimalDiff(
        { mail: { host: "a", password: "x" }, options: [{ text: "1", isCorrect: true }] },
        { mail: { host: "b", password: "y" }, options: [{ text: "1", isCorrect: false }] },
      ),
    ).toEqual({
      mail: [
        { host: "a", password: "[kept out]" },
        { host: "b", password: "[kept out]" },
      ],
      options: [[{ text: "1", isCorrect: "[kept out]" }], [{ text: "1", isCorrect: "[kept out]" }]],
    });
  });

  it("has one form only", () => {
    expect(canonicalJson({ b: 1, a: [new Date(0), null, undefined], c: undefined })).toBe(
      '{"a":["1970-01-01T00:00:00.000Z",null,null],"b":1}',
    );
  });
});
