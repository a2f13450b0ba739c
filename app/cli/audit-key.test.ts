import { generateKeyPairSync } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signingKey } from "~/audit/keys.server.ts";
import { verifierKey } from "~/audit/note.ts";
import { env } from "~/platform/env.server.ts";
import { pinnedKey } from "./audit-key.ts";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "audit-key-"));
const text = verifierKey("test/log", generateKeyPairSync("ed25519").publicKey);
const keyOf = (options: Record<string, string>) => pinnedKey({ options, positionals: [] } as never);

beforeAll(() => void (env().dataDir = dir));
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

// Breaks when a file is checked with a key that nobody named: whoever forged the file would have chosen it.
describe("the key that an export is checked with", () => {
  it("is refused where there is none, and none is made", async () => {
    await expect(keyOf({})).rejects.toThrow(/no key to check with: pass --key/);
    expect(fs.readdirSync(dir)).toEqual([]);
  });

  it("is the one that was given, or that its file holds", async () => {
    const file = path.join(dir, "key.txt");
    fs.writeFileSync(file, `${text}\n`);
    expect(await keyOf({ key: text })).toMatchObject({ text, from: "--key" });
    expect(await keyOf({ key: file })).toMatchObject({ text, from: file });
    await expect(keyOf({ key: "none" })).rejects.toThrow(/--key: not a verifier key/);
  });

  it("comes from a console that is asked by name, over TLS or on this machine", async () => {
    const server = http.createServer((request, response) =>
      response.writeHead(request.url === "/.well-known/invigil-log-key" ? 200 : 404).end(`${text}\n`),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await keyOf({ "key-from": base })).toMatchObject({ text, from: `${base}/.well-known/invigil-log-key` });
    server.close();
    await expect(keyOf({ "key-from": base })).rejects.toThrow(/does not answer/);
    await expect(keyOf({ "key-from": "http://invigil.example.edu" })).rejects.toThrow(/not the https/);
  });

  it("is the installation's own where nobody names another", async () => {
    signingKey();
    expect(await keyOf({})).toMatchObject({ from: path.join(dir, "audit-signing-key.pem") });
  });
});
