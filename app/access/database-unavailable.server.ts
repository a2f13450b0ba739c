import { codeOf, isConnectionLoss, isNotReady, pgErrorOf } from "~/db/retry.ts";
import { Unavailable } from "~/platform/errors.ts";

const AWAY = "The database can't be reached right now";
const IN_WORDS: Record<string, string> = {
  "53300": "The database has no free connection. Try again in a moment",
  "25006": "The database is read-only at the moment",
  "57014": "The database did not answer in time; nothing was changed. A lock may be in the way",
  "55P03": "Another transaction holds a lock on this. Nothing was changed. Try again in a moment",
};

/** What the database's state made impossible, in words; null where it is not to blame. */
export function databaseUnavailable(error: unknown): Unavailable | null {
  if (isNotReady(error))
    return new Unavailable(
      /shutting down/.test(pgErrorOf(error).message)
        ? "The database is shutting down. Try again when it is back"
        : "The database is starting. Try again in a moment",
    );
  const words = IN_WORDS[codeOf(error) ?? ""];
  if (words) return new Unavailable(words);
  return isConnectionLoss(error) ? new Unavailable(AWAY) : null;
}
