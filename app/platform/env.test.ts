import { generateKeyPairSync, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import fs from "node:fs";
import { readEnv, SETTINGS } from "./env.server.ts";

const refusal = (raw: Record<string, string>): string => {
  try {
    readEnv(raw);
  } catch (error) {
    return (error as Error).message;
  }
  return "accepted";
};

describe("the environment", () => {
  // DATABASE_REPLICA_URLS is a list with weights, read apart.
  it("is shown as a whole by .env.example", () => {
    const shown = [...fs.readFileSync(".env.example", "utf8").matchAll(/^# ([A-Z_]+)=/gm)].map((match) => match[1]!);
    expect(shown.sort()).toEqual([...SETTINGS, "DATABASE_REPLICA_URLS"].sort());
  });

  it("takes a signing key in PEM or 32 bytes in base64, and says so about anything else, without repeating it", () => {
    const pem = (type: "ed25519" | "ed448") => {
      const { privateKey } = generateKeyPairSync(type as "ed25519");
      return privateKey.export({ format: "pem", type: "pkcs8" }) as string;
    };
    const accepted = [
      pem("ed25519"),
      pem("ed25519").replaceAll("\n", "\\n"),
      randomBytes(32).toString("base64"),
      randomBytes(32).toString("base64url"),
    ];
    for (const key of accepted) expect(refusal({ INVIGIL_SIGNING_KEY: key })).toBe("accepted");
    const refused = ["short-secret", randomBytes(31).toString("base64"), randomBytes(64).toString("hex"), pem("ed448"), "BEGIN"];
    for (const key of refused) {
      const says = refusal({ INVIGIL_SIGNING_KEY: key });
      expect(says).toMatch(/^INVIGIL_SIGNING_KEY: .*PEM, or 32 random bytes in base64/);
      expect(says).not.toContain(key);
      expect(says.split("\n")).toHaveLength(1);
    }
  });

  it("takes proxies as addresses and networks only", () => {
    for (const proxies of ["loopback", "10.0.0.0/8, 192.168.1.1", "2001:db8::/32", ""])
      expect(refusal({ TRUST_PROXY: proxies })).toBe("accepted");
    for (const proxies of ["true", "1", "example.org", "10.0.0.0/33", "10.0.0.1,"])
      expect(refusal({ TRUST_PROXY: proxies })).toMatch(/^TRUST_PROXY: ".*" is not accepted; expected addresses/);
  });

  it("keeps backups beside the cluster's files, wherever those had to go", () => {
    expect(readEnv({ INVIGIL_DATA_DIR: "/srv/x" }).backupDir).toBe("/srv/x/backups");
    expect(readEnv({ INVIGIL_DATA_DIR: "/root/x", INVIGIL_CLUSTER_HOME: "/var/lib/invigil/1" }).backupDir).toBe(
      "/var/lib/invigil/1/backups",
    );
    expect(readEnv({ BACKUP_DIR: "/mnt/b", INVIGIL_CLUSTER_HOME: "/var/lib/invigil/1" }).backupDir).toBe("/mnt/b");
  });

  it("watches a server only beside a database of its own, and without a demo", () => {
    const watching = {
      NODE_ENV: "test",
      DATABASE_URL: "postgresql://watch@db.example/shop",
      INVIGIL_DATABASE_URL: "postgresql://console@console.example/invigil",
    };
    expect(readEnv(watching)).toMatchObject({ observe: true, embedded: false, demo: false, simulate: false });
    expect(readEnv({ ...watching, INVIGIL_EMBEDDED: "1" }).embedded, "left over from an own cluster").toBe(false);
    expect(readEnv({ ...watching, INVIGIL_DATABASE_URL: "" }).observe).toBe(false);
    expect(refusal({ ...watching, DATABASE_URL: "" })).toMatch(/^DATABASE_URL: is required with INVIGIL_DATABASE_URL/);
    expect(refusal({ ...watching, INVIGIL_DATABASE_URL: watching.DATABASE_URL })).toMatch(
      /^INVIGIL_DATABASE_URL: is the same as/,
    );
    expect(refusal({ ...watching, INVIGIL_DEMO: "1" })).toMatch(/^INVIGIL_DEMO: is not possible with INVIGIL_DATABASE_URL/);
  });

  it("does not show passwords of addresses it refuses", () => {
    expect(refusal({ SMTP_URL: "http://mail:secret@host" })).toBe(
      'SMTP_URL: "http://mail:***@host" is not accepted; expected smtp://user:password@host:587 or smtps://…:465',
    );
    expect(refusal({ SESSION_SECRET: "tooshort" })).not.toContain("tooshort");
  });
});
