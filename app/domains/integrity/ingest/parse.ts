import { parseEvents, readDetails, readMoment, type Batch } from "~/platform/event-batch.ts";
import { isUuid } from "~/platform/ids.ts";

const MAX_DURATION = 24 * 3_600_000;

export type IntegrityEvent = {
  id: string;
  attemptId: string;
  type: string;
  at: Date;
  seq: number;
  durationMs: number | null;
  details: string | null;
};

export const parseBatch = (text: string, contentType: string, now: Date): Batch<IntegrityEvent> =>
  parseEvents(text, contentType, (value) => readEvent(value, now));

/** Written out rather than declared as a schema: five thousand of these pass in a few milliseconds. */
function readEvent(value: Record<string, unknown>, now: Date): IntegrityEvent | string {
  const { id, attemptId, type, seq, durationMs } = value;
  if (typeof id !== "string" || !isUuid(id)) return "id must be a UUID";
  if (typeof attemptId !== "string" || !isUuid(attemptId)) return "attemptId must be a UUID";
  if (typeof type !== "string" || !/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(type))
    return "type must be a name of at most 64 characters";
  const at = readMoment(value["at"], now);
  if (typeof at === "string") return at;
  if (seq !== undefined && !(Number.isInteger(seq) && (seq as number) >= 0 && (seq as number) <= 2_147_483_647))
    return "seq must be a whole number from 0";
  if (durationMs !== undefined && durationMs !== null) {
    if (typeof durationMs !== "number" || !Number.isFinite(durationMs)) return "durationMs must be a number";
    if (durationMs < 0) return "durationMs must not be negative";
    if (durationMs > MAX_DURATION) return "durationMs must be at most a day";
  }
  const details = readDetails(value["details"]);
  if (typeof details === "string") return details;
  return {
    id: id.toLowerCase(),
    attemptId: attemptId.toLowerCase(),
    type: type.toUpperCase().replaceAll(/[.-]/g, "_"),
    at,
    seq: (seq as number | undefined) ?? 0,
    durationMs: durationMs === undefined || durationMs === null ? null : Math.round(durationMs as number),
    details: details.json,
  };
}
