export type ProcessName = "web" | "collector";

/**
 * What a process of ours inherits: the system's own names, and settings by the families that the product reads. Whatever else
 * lies in the environment of whoever started us is none of its business.
 */
const INHERITED =
  /^(PATH|HOME|USER|LOGNAME|SHELL|TERM|TZ|TMPDIR|LANG|LC_\w+|NODE_\w+|SSL_CERT_\w+|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY|UV_\w+|LOG_LEVEL|PORT|HOST|ALLOWED_HOSTS|COLLECTOR_PORT|TRUST_PROXY|SESSION_SECRET\w*|METRICS_TOKEN|WEB_PROCESSES|MAX_QUERY_EXECUTION_TIME|MULTI_TENANT_STRICT_MODE|DEFAULT_COLLEGE_ID|MAIL_FROM|PGBOUNCER_URL|PATRONI_URL|REFERENCE_CLIENT|DB_(METRICS_INTERVAL|CONNECTION_LIMIT|POOL_TIMEOUT|CONNECT_TIMEOUT|SOCKET_TIMEOUT)|(INVIGIL|DATABASE|ENABLE|BACKUP|SMTP|REDIS|OTEL|AWS)_\w+)$/;

/** Credentials, and which of our processes uses each. One of ours that is not named here goes to nobody. */
const CREDENTIALS: Record<string, readonly ProcessName[]> = {
  INVIGIL_URL_APP: ["web", "collector"],
  INVIGIL_URL_OBSERVER: ["web", "collector"],
  INVIGIL_URL_SIGNALLER: ["web"],
  INVIGIL_URL_SEQUENCER: ["collector"],
  // Backups and drills read every table and write the server's files; only the collector makes them, and only embedded.
  INVIGIL_URL_OWNER: ["collector"],
  INVIGIL_URL_BACKUP: ["collector"],
  // The simulated exam day.
  INVIGIL_URL_PLATFORM_APP: ["collector"],
  // Web checks what was signed, by INVIGIL_LOG_KEY; the collector signs.
  INVIGIL_SIGNING_KEY: ["collector"],
  INVIGIL_LOG_KEY: ["web"],
  INVIGIL_DEMO_PASSWORD: [],
  SMTP_URL: ["collector"],
  WEBHOOK_SECRET: ["collector"],
  TWILIO_ACCOUNT_SID: ["collector"],
  TWILIO_AUTH_TOKEN: ["collector"],
  TWILIO_FROM: ["collector"],
  TWILIO_URL: ["collector"],
  FCM_SERVICE_ACCOUNT: ["collector"],
  FCM_URL: ["collector"],
  BACKUP_KEY: ["collector"],
  BACKUP_S3_URL: ["collector"],
};

/** Of no use where the database's files are out of reach. */
const EMBEDDED_ONLY = ["INVIGIL_URL_OWNER", "INVIGIL_URL_BACKUP"];

const mayHave = (name: string, process: ProcessName, embedded: boolean): boolean => {
  const users = CREDENTIALS[name];
  if (users) return users.includes(process) && (embedded || !EMBEDDED_ONLY.includes(name));
  if (name.startsWith("AWS_")) return process === "collector";
  return INHERITED.test(name) && !name.startsWith("INVIGIL_URL_");
};

/** What a process of ours is started with: its own credentials, and nobody else's. */
export function environmentOf(
  process: ProcessName,
  source: Record<string, string | undefined>,
  extra: Record<string, string>,
): NodeJS.ProcessEnv {
  const embedded = source["INVIGIL_EMBEDDED"] === "1";
  const kept = Object.fromEntries(Object.entries(source).filter(([name]) => mayHave(name, process, embedded)));
  // Where the runtime has a login of its own, the one that migrates stays with the supervisor.
  const runtime = source["INVIGIL_URL_APP"];
  const own = !runtime
    ? {}
    : source["INVIGIL_DATABASE_URL"]
      ? { INVIGIL_DATABASE_URL: runtime }
      : { DATABASE_URL: runtime, DATABASE_PRIMARY_URL: undefined };
  const all: Record<string, string | undefined> = { ...kept, ...own, ...extra, INVIGIL_PROCESS: process };
  return all as NodeJS.ProcessEnv;
}
