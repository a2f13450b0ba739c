import { spawn, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { openNote, readVerifierKey, signNote, verifierKey } from "../../app/audit/note.ts";
import { hashKey } from "../../app/domains/integrity/keys/api-keys.server.ts";
import { newId, newToken } from "../../app/platform/ids.ts";
import { demoOwner } from "../demo-database.ts";

// The verifier of docs/, beside a running console. Breaks when an outsider can't verify the log from the document alone, or when
// the verifier believes an answer that someone changed on its way.
const has = spawnSync("python3", ["--version"]).status === 0;
if (!has) process.stderr.write("python3 is not installed here (Debian: python3); the verifier's tests fail without it\n");

const { base } = inject("demo");
let owner: pg.Client;
let key: string;
let college: string;
let verifier: string;

async function makeKey(scopes: string[]): Promise<string> {
  const prefix = `ivg_${newToken(6)}`;
  const token = `${prefix}.${newToken(32)}`;
  await owner.query(
    `insert into public.api_key (id, college_id, name, prefix, key_hash, scopes, rate_per_minute)
     values ($1, $2, 'Verifier', $3, $4, $5, 600)`,
    [newId(), college, prefix, hashKey(token), scopes],
  );
  return token;
}

const read = (path: string, token: string) => fetch(base + path, { headers: { Authorization: `Bearer ${token}` } });

async function verify(address: string, ...more: string[]): Promise<{ status: number | null; output: string }> {
  const child = spawn("python3", ["docs/verify-audit-log.py", address, key, ...more]);
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (output += String(chunk)));
  const status = await new Promise<number | null>((resolve) => child.on("exit", resolve));
  return { status, output };
}

/** The console, with its answers changed on their way. */
async function between<T>(change: (path: string, body: string) => string, run: (address: string) => Promise<T>): Promise<T> {
  const proxy = http.createServer((request, response) => {
    void read(request.url!, key)
      .then(async (answer) => response.writeHead(answer.status).end(change(request.url!, await answer.text())))
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  try {
    return await run(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  } finally {
    proxy.close();
  }
}

const changedLines = (change: (rows: Record<string, unknown>[]) => unknown[]) => (path: string, body: string) =>
  path.startsWith("/api/v1/audit/entries")
    ? change(
        body
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line) as Record<string, unknown>),
      )
        .map((row) => `${JSON.stringify(row)}\n`)
        .join("")
    : body;

beforeAll(async () => {
  owner = await demoOwner();
  const { rows } = await owner.query<{ id: string }>(
    "select college_id as id from audit.entry where college_id is not null group by 1 order by count(*) desc limit 1",
  );
  college = rows[0]!.id;
  key = await makeKey(["audit:read"]);
  verifier = (await (await fetch(`${base}/.well-known/invigil-log-key`)).text()).trim();
});
afterAll(() => owner.end());

describe("the log, verified from outside", () => {
  it("serves its key to everybody, and the log to a key with the scope", async () => {
    expect(readVerifierKey(verifier)).not.toBeNull();
    expect((await read("/api/v1/audit/checkpoint", key)).status).toBe(200);
    expect((await read("/api/v1/audit/proof/inclusion?index=0", key)).status).toBe(200);
    const sending = await makeKey(["integrity:write"]);
    for (const path of ["checkpoint", "entries?from=0&to=1", "proof/inclusion?index=0", "proof/consistency?from=1&to=1"]) {
      expect((await read(`/api/v1/audit/${path}`, sending)).status, path).toBe(403);
      expect((await read(`/api/v1/audit/${path}`, "ivg_none.aaaaaaaaaaaaaaaaaaaaaaaa")).status, path).toBe(401);
    }
    expect((await read("/api/v1/audit/entries?from=0&to=10001", key)).status).toBe(422);
  });

  it("shows of other tenants' entries the leaf and nothing else", async () => {
    const rows = (await (await read("/api/v1/audit/entries?from=0&to=5000", key)).text()).trimEnd().split("\n");
    const entries = rows.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries.some((entry) => entry["college_id"] === college)).toBe(true);
    for (const entry of entries) {
      if (entry["college_id"] !== college) expect(Object.keys(entry)).toEqual(["index", "leaf"]);
    }
  });

  it("is verified by the Python program in docs/", async () => {
    const done = await verify(base, verifier);
    expect(done.output).toMatch(/nothing was changed/);
    expect(done.status).toBe(0);
  });

  const own = (rows: Record<string, unknown>[]) => rows.find((row) => row["college_id"] === college)!;
  const forger = generateKeyPairSync("ed25519");

  it.each<[string, (path: string, body: string) => string, RegExp]>([
    ["an entry changed", changedLines((rows) => (Object.assign(own(rows), { action: "nothing.happened" }), rows)), /was changed/],
    [
      "a content changed",
      changedLines((rows) => (Object.assign(own(rows), { body: "{}" }), rows)),
      /content of entry \d+ was changed/,
    ],
    ["a leaf exchanged", changedLines(([a, b, ...rows]) => [{ ...a!, leaf: b!["leaf"], id: undefined }, b, ...rows]), /root/],
    ["an entry left out", changedLines((rows) => rows.slice(1)), /is missing/],
    [
      "a head signed by another key",
      (path, body) => {
        const { name, key: publicKey } = readVerifierKey(verifier)!;
        return path.endsWith("/checkpoint") ? signNote(openNote(body, name, publicKey)!, name, forger.privateKey) : body;
      },
      /not signed by this key/,
    ],
    ["no entries at all", changedLines(() => []), /is missing/],
  ])("is not verified with %s", async (_name, change, says) => {
    const done = await between(change, (address) => verify(address, verifier));
    expect(done.output).toMatch(says);
    expect(done.status).toBe(1);
  });

  it("is not verified with a key of someone else", async () => {
    const { name } = readVerifierKey(verifier)!;
    expect((await verify(base, verifierKey(name, forger.publicKey))).status).toBe(1);
  });
});
