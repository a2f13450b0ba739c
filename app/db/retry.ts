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
]);

type Said = {
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
export function said(error: unknown): Said {
  const cause = (error as ThroughPrisma | null)?.meta?.driverAdapterError?.cause;
  if (cause?.originalCode)
    return {
      code: cause.originalCode,
      message: cause.originalMessage ?? "",
      table: cause.table,
      constraint: cause.constraint?.index,
    };
  const { code, message = "", table, constraint, detail } = (error ?? {}) as Partial<Said>;
  return { code, message, table, constraint, detail };
}

export const codeOf = (error: unknown): string | undefined => said(error).code;

export function isConnectionLoss(error: unknown): boolean {
  const message = error instanceof Error ? error.message : "";
  return (
    CONNECTION_LOST.has(codeOf(error) ?? "") ||
    /Connection terminated|timeout exceeded when trying to connect|Query read timeout/.test(message)
  );
}

function isTransient(error: unknown, kind: "read" | "write"): boolean {
  return NEVER_HAPPENED.has(codeOf(error) ?? "") || (kind === "read" && isConnectionLoss(error));
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
