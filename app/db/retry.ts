/** SQLSTATEs after which the statement certainly did not happen, so that trying again is safe for a write too. */
const NEVER_HAPPENED = new Set(["40001", "40P01", "55P03", "53300", "57P03"]);
/** Losses of a connection: a read may be repeated, a write may have happened. */
const CONNECTION_LOST = new Set([
  "57P01",
  "57P02",
  "08000",
  "08003",
  "08006",
  "08001",
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
  // Prisma's own names of the same.
  "P1001",
  "P1008",
  "P1017",
]);
const LOST_IN_WORDS = new RegExp(
  [
    "Connection terminated",
    "timeout exceeded when trying to connect",
    "Query read timeout",
    "Client has encountered a connection error and is not queryable",
    "Client was closed and is not queryable",
  ].join("|"),
);
const NOT_READY = /the database system is (shutting down|starting up|in recovery mode|not yet accepting connections)/;

type PgErrorFields = {
  code?: string | undefined;
  message: string;
  table?: string | undefined;
  constraint?: string | undefined;
  detail?: string | undefined;
};
type Cause = { originalCode?: string; originalMessage?: string; table?: string; constraint?: { index?: string } };
type ThroughPrisma = {
  meta?: { driverAdapterError?: { cause?: Cause } };
};

/** What the database itself said, also where Prisma stood in between and said it in words of its own. */
export function pgErrorOf(error: unknown): PgErrorFields {
  const cause = (error as ThroughPrisma | null)?.meta?.driverAdapterError?.cause;
  if (cause?.originalCode)
    return {
      code: cause.originalCode,
      message: cause.originalMessage ?? "",
      table: cause.table,
      constraint: cause.constraint?.index,
    };
  const { code, message = "", table, constraint, detail } = (error ?? {}) as Partial<PgErrorFields>;
  return { code, message, table, constraint, detail };
}

export const codeOf = (error: unknown): string | undefined => pgErrorOf(error).code;

export function isConnectionLoss(error: unknown): boolean {
  const message = error instanceof Error ? error.message : "";
  return CONNECTION_LOST.has(codeOf(error) ?? "") || LOST_IN_WORDS.test(message);
}

/** It answers, and takes nobody in yet or no more: a start, a shutdown, a recovery. */
export function isNotReady(error: unknown): boolean {
  return codeOf(error) === "57P03" || (error instanceof Error && NOT_READY.test(error.message));
}

/** Another server may serve a read: this one is gone, not ready, or has no connection left. */
export const isUnavailable = (error: unknown): boolean =>
  isConnectionLoss(error) || isNotReady(error) || codeOf(error) === "53300";

function isTransient(error: unknown, kind: "read" | "write"): boolean {
  return NEVER_HAPPENED.has(codeOf(error) ?? "") || isNotReady(error) || (kind === "read" && isConnectionLoss(error));
}

/** Tries again with back-off and full jitter, for transient errors only and never for a write that may have happened. */
export async function withRetry<T>(kind: "read" | "write", run: () => Promise<T>, attempts = 3): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (attempt >= attempts || !isTransient(error, kind)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 50 * 2 ** attempt));
    }
  }
}
