import net from "node:net";
import path from "node:path";
import { z } from "zod";
import { readServiceAccount } from "./service-account.ts";
import { readSigningKey } from "./signing-key.ts";
import { singleton } from "./singleton.ts";

const TRUE = ["1", "true", "yes", "on"];
const FALSE = ["0", "false", "no", "off", ""];

const flag = (fallback: boolean) =>
  z
    .string()
    .optional()
    .transform((value, ctx) => {
      if (value === undefined) return fallback;
      if (TRUE.includes(value.toLowerCase())) return true;
      if (FALSE.includes(value.toLowerCase())) return false;
      ctx.addIssue({ code: "custom", message: "true or false" });
      return z.NEVER;
    });

const int = (fallback: number, min: number, max: number) =>
  z
    .string()
    .optional()
    .transform((value, ctx) => {
      if (value === undefined || value === "") return fallback;
      const number = Number(value);
      if (Number.isInteger(number) && number >= min && number <= max) return number;
      ctx.addIssue({ code: "custom", message: `a whole number from ${min} to ${max}` });
      return z.NEVER;
    });

const postgresUrl = z
  .string()
  .optional()
  .transform((value) => (value === "" ? undefined : value))
  .refine((value) => value === undefined || /^postgres(ql)?:\/\//.test(value), "a postgresql:// URL")
  .refine(
    (value) => !/[?&]target_session_attrs=(?!(read-write|primary)(&|$))/.test(value ?? ""),
    "target_session_attrs=read-write or primary: the console writes",
  );

const PRIVATE_RANGES = ["loopback", "linklocal", "uniquelocal"];

function isNetwork(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/");
  const version = net.isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

const optional = z
  .string()
  .optional()
  .transform((value) => value || undefined);

/** Where a provider answers: another address for one in your network that speaks as it does. */
const address = (usual: string) =>
  z
    .string()
    .default(usual)
    .refine((value) => /^https?:\/\/[^/\s]+\/?$/.test(value), `an address such as ${usual}`)
    .transform((value) => value.replace(/\/$/, ""));

/** Values that a log or a terminal must not keep. */
const SECRET = new Set([
  "PLATFORM_APP_PASSWORD",
  "SESSION_SECRET",
  "SESSION_SECRET_PREVIOUS",
  "INVIGIL_SIGNING_KEY",
  "METRICS_TOKEN",
  "INVIGIL_DEMO_PASSWORD",
  "WEBHOOK_SECRET",
  "TWILIO_AUTH_TOKEN",
  "FCM_SERVICE_ACCOUNT",
]);

const seconds = (ms: number | undefined) => (ms === undefined ? undefined : String(ms * 1000));

const schema = z.object({
  NODE_ENV: z.string().default("production"),
  PORT: int(3000, 0, 65535),
  HOST: z.string().default("127.0.0.1"),
  COLLECTOR_PORT: int(9187, 0, 65535),
  WEB_PROCESSES: int(1, 1, 64),
  INVIGIL_DATA_DIR: z.string().default(".data"),
  INVIGIL_DEMO: z.string().optional(),
  INVIGIL_SIMULATE: z.string().optional(),
  REFERENCE_CLIENT: z.string().optional(),
  INVIGIL_DEMO_PASSWORD: z.string().min(8, "at least 8 characters").optional(),
  INVIGIL_LARGE_ATTEMPTS: int(10_000_000, 1, 1_000_000_000),
  SESSION_SECRET: z.string().min(16, "at least 16 characters").optional(),
  SESSION_SECRET_PREVIOUS: z.string().min(16, "at least 16 characters").optional(),
  INVIGIL_SIGNING_KEY: optional.refine(
    (value) => value === undefined || readSigningKey(value) !== null,
    "an Ed25519 private key in PEM, or 32 random bytes in base64 (openssl rand -base64 32)",
  ),
  INVIGIL_LOG_KEY: optional.refine(
    (value) => value === undefined || /^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/.test(value),
    "the log's verifier key, as /audit/integrity shows it",
  ),
  PLATFORM_APP_PASSWORD: z.string().min(12, "at least 12 characters").optional(),
  METRICS_TOKEN: z.string().min(8, "at least 8 characters").optional(),
  TRUST_PROXY: optional.refine(
    (value) =>
      value === undefined || value.split(",").every((part) => PRIVATE_RANGES.includes(part.trim()) || isNetwork(part.trim())),
    "addresses of your proxies, comma-separated (loopback, 10.0.0.0/8)",
  ),
  INVIGIL_URL: optional.refine(
    (value) => value === undefined || /^https?:\/\/[^/\s]+\/?$/.test(value),
    "the address of the console, for example https://invigil.example.edu",
  ),
  ALLOWED_HOSTS: z
    .string()
    .default("")
    .transform((value) =>
      value
        .split(",")
        .map((name) => name.trim())
        .filter(Boolean),
    )
    .refine(
      (names) => names.every((name) => /^[a-z0-9._-]+$/i.test(name)),
      "host names under which the console answers besides INVIGIL_URL, comma-separated (app, invigil.internal)",
    ),
  SMTP_URL: optional.refine(
    (value) => value === undefined || /^smtps?:\/\/[^/]/.test(value),
    "smtp://user:password@host:587 or smtps://…:465",
  ),
  MAIL_FROM: optional.refine(
    (value) => value === undefined || /^[^\r\n]*[^\s@<]+@[^\s@>]+>?$/.test(value),
    "an address, for example Invigil <invigil@example.edu>",
  ),
  WEBHOOK_SECRET: optional.refine(
    (value) => value === undefined || value.length >= 16,
    "at least 16 characters, or whsec_ and base64, as Standard Webhooks writes it",
  ),
  TWILIO_ACCOUNT_SID: optional,
  TWILIO_AUTH_TOKEN: optional,
  TWILIO_FROM: optional.refine(
    (value) => value === undefined || /^(\+\d{6,15}|MG[0-9a-f]{32}|[A-Za-z0-9 ]{1,11})$/.test(value),
    "a number such as +4930123456, a sender's name, or a messaging service (MG…)",
  ),
  TWILIO_URL: address("https://api.twilio.com"),
  FCM_SERVICE_ACCOUNT: optional.refine(
    (value) => value === undefined || readServiceAccount(value) !== null,
    "the service account of a Firebase project: its JSON, or the path of the file that holds it",
  ),
  FCM_URL: address("https://fcm.googleapis.com"),
  DATABASE_URL: postgresUrl,
  INVIGIL_DATABASE_URL: postgresUrl,
  SHADOW_DATABASE_URL: postgresUrl,
  PGBOUNCER_URL: postgresUrl,
  PATRONI_URL: z
    .string()
    .default("")
    .transform((value) =>
      value
        .split(",")
        .map((one) => one.trim().replace(/\/$/, ""))
        .filter(Boolean),
    )
    .refine(
      (urls) => urls.every((url) => /^https?:\/\/[^/\s]+$/.test(url) && URL.canParse(url)),
      "the REST API of each Patroni node, comma-separated (http://user:password@db1:8008,http://user:password@db2:8008)",
    ),
  DATABASE_MAX_CONNECTIONS: int(10, 1, 1000),
  DATABASE_MIN_CONNECTIONS: int(2, 0, 1000),
  DATABASE_CONNECTION_TIMEOUT: int(30_000, 1, 3_600_000),
  DATABASE_IDLE_TIMEOUT: int(60_000, 0, 86_400_000),
  DATABASE_MAX_LIFETIME: int(300_000, 0, 86_400_000),
  DATABASE_MAX_USES: int(7500, 1, 10_000_000),
  MAX_QUERY_EXECUTION_TIME: int(30_000, 1, 3_600_000),
  ENABLE_AUTO_COLLEGE_FILTER: flag(true),
  MULTI_TENANT_STRICT_MODE: flag(true),
  DEFAULT_COLLEGE_ID: z.string().optional(),
  ENABLE_DB_METRICS: flag(true),
  DB_METRICS_INTERVAL: int(15_000, 1000, 3_600_000),
  ENABLE_CONNECTION_POOL_METRICS: flag(true),
  BACKUP_DIR: z.string().optional(),
  BACKUP_SCHEDULE: z.string().default("0 2 * * *"),
});

/** Every setting by its name: `.env.example` shows them all. */
export const SETTINGS = Object.keys(schema.shape);

export type Replica = { url: string; weight: number };

export type Env = Omit<z.infer<typeof schema>, "INVIGIL_DEMO" | "INVIGIL_SIMULATE" | "INVIGIL_URL" | "REFERENCE_CLIENT"> & {
  /** Where links in messages lead, without a slash at the end. */
  INVIGIL_URL: string;
  embedded: boolean;
  /** DATABASE_URL is somebody else's server, which is only watched; the console's own data is in INVIGIL_DATABASE_URL. */
  observe: boolean;
  demo: boolean;
  simulate: boolean;
  /** Whether /sit is served: a page on which anyone with a link sits an exam as an invented student. */
  REFERENCE_CLIENT: boolean;
  production: boolean;
  dataDir: string;
  backupDir: string;
  replicas: Replica[];
};

type RawEnv = Record<string, string | undefined>;

export class EnvError extends Error {}

/** The optimization guide's names, in its units (seconds), read where ours are not set. */
function withAliases(raw: RawEnv): RawEnv {
  const number = (name: string) => (raw[name] ? Number(raw[name]) : undefined);
  return {
    ...raw,
    DATABASE_URL: raw["DATABASE_URL"] || raw["DATABASE_PRIMARY_URL"],
    DATABASE_MAX_CONNECTIONS: raw["DATABASE_MAX_CONNECTIONS"] ?? raw["DB_CONNECTION_LIMIT"],
    DATABASE_CONNECTION_TIMEOUT:
      raw["DATABASE_CONNECTION_TIMEOUT"] ?? seconds(number("DB_POOL_TIMEOUT") ?? number("DB_CONNECT_TIMEOUT")),
    MAX_QUERY_EXECUTION_TIME: raw["MAX_QUERY_EXECUTION_TIME"] ?? seconds(number("DB_SOCKET_TIMEOUT")),
  };
}

function readReplicas(raw: RawEnv): Replica[] {
  const listed = (raw["DATABASE_REPLICA_URLS"] ?? "").split(",");
  const numbered = Object.keys(raw)
    .filter((name) => /^DATABASE_REPLICA_\d+_URL$/.test(name))
    .sort()
    .map((name) => raw[name] ?? "");
  return [...listed, ...numbered]
    .map((url) => url.trim())
    .filter(Boolean)
    .map((entry) => {
      const [url = "", hash] = entry.split("#");
      const weight = hash === undefined ? 1 : Number(/^weight=(\d+)$/.exec(hash)?.[1]);
      if (!/^postgres(ql)?:\/\//.test(url) || !Number.isInteger(weight) || weight < 1) {
        throw new EnvError(
          `DATABASE_REPLICA_URLS: "${masked(entry)}" is not accepted; expected a postgresql:// URL, optionally ending in #weight=N`,
        );
      }
      return { url, weight };
    });
}

const masked = (value: string) => value.replace(/(:\/\/[^:/@]+:)[^@]*@/g, "$1***@");

/** What is watched must be named, and must not be where the console writes. */
function refuseInObserveMode(env: { DATABASE_URL?: string | undefined; INVIGIL_DATABASE_URL?: string | undefined }): void {
  if (!env.DATABASE_URL)
    throw new EnvError("DATABASE_URL: is required with INVIGIL_DATABASE_URL; set it to the server that Invigil should watch");
  if (env.DATABASE_URL === env.INVIGIL_DATABASE_URL)
    throw new EnvError(
      "INVIGIL_DATABASE_URL: is the same as DATABASE_URL, and Invigil writes nothing into what it watches; name a database of its own",
    );
}

export function readEnv(raw: RawEnv): Env {
  if (raw["DATABASE_SHARD_COUNT"] || Object.keys(raw).some((name) => /^DATABASE_SHARD_\d+_URL$/.test(name))) {
    throw new EnvError(
      "DATABASE_SHARD_COUNT: sharding by URL is not supported; use npx invigil db distribute on a Citus coordinator (docs/decisions/0006-distribution.md)",
    );
  }
  const parsed = schema.safeParse(withAliases(raw));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const name = String(issue.path[0]);
    const value = SECRET.has(name) ? "the value" : `"${masked(raw[name] ?? "")}"`;
    throw new EnvError(`${name}: ${value} is not accepted; expected ${issue.message}`);
  }
  const env = parsed.data;
  const observe = env.INVIGIL_DATABASE_URL !== undefined;
  if (observe) refuseInObserveMode(env);
  const embedded = !observe && (!env.DATABASE_URL || raw["INVIGIL_EMBEDDED"] === "1");
  const bool = (name: "INVIGIL_DEMO" | "INVIGIL_SIMULATE" | "REFERENCE_CLIENT", fallback: boolean) => {
    const result = flag(fallback).safeParse(raw[name]);
    if (!result.success) throw new EnvError(`${name}: "${raw[name]}" is not accepted; expected true or false`);
    return result.data;
  };
  for (const name of ["INVIGIL_DEMO", "INVIGIL_SIMULATE", "REFERENCE_CLIENT"] as const) {
    if (observe && bool(name, false))
      throw new EnvError(
        `${name}: is not possible with INVIGIL_DATABASE_URL, which watches a server and holds no exams; unset it`,
      );
  }
  const demo = bool("INVIGIL_DEMO", embedded);
  const dataDir = path.resolve(env.INVIGIL_DATA_DIR);
  const production = env.NODE_ENV === "production" && !embedded;
  if (production) {
    for (const name of ["SESSION_SECRET", "INVIGIL_SIGNING_KEY"] as const) {
      if (!env[name] && !(name === "INVIGIL_SIGNING_KEY" && env.INVIGIL_LOG_KEY))
        throw new EnvError(
          `${name}: is required in production; set it to ${name === "SESSION_SECRET" ? "a long random value" : "32 random bytes in base64"} (openssl rand -base64 32)`,
        );
    }
  }
  return {
    ...env,
    INVIGIL_URL: (env.INVIGIL_URL ?? `http://127.0.0.1:${env.PORT}`).replace(/\/$/, ""),
    embedded,
    observe,
    demo,
    simulate: bool("INVIGIL_SIMULATE", demo),
    REFERENCE_CLIENT: bool("REFERENCE_CLIENT", demo),
    production,
    dataDir,
    backupDir: env.BACKUP_DIR ? path.resolve(env.BACKUP_DIR) : path.join(raw["INVIGIL_CLUSTER_HOME"] ?? dataDir, "backups"),
    replicas: readReplicas(raw),
  };
}

export function env(): Env {
  return singleton("env", () => readEnv(process.env));
}
