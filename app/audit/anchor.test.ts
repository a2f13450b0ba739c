import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { appendAnchor } from "./anchor.server.ts";

// Breaks when a collector that is the first to run on a machine can't anchor what it has signed.
it("the first head is anchored where nobody has made the data directory yet, and the next one after it", () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "invigil-anchor-"));
  const file = path.join(home, "data", "not", "there", "audit-anchor.txt");
  try {
    appendAnchor(file, "one");
    appendAnchor(file, "two");
    expect(fs.readFileSync(file, "utf8").split("\n====\n")).toEqual(["one", "two", ""]);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
});
