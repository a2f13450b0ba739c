/** An entry as the tree sees it: docs/audit-log.md specifies these bytes, and they never change for a version. */
export type EntryRow = {
  id: string;
  at: Date;
  actor_kind: string;
  actor_id: string | null;
  session_id: string | null;
  request_id: string;
  action: string;
  resource: string;
  resource_id: string | null;
  college_id: string | null;
  risk: number;
  commitment: Buffer;
};

const VERSION = "invigil-entry-v1";

export function entryBytes(entry: EntryRow): Buffer {
  return Buffer.from(
    JSON.stringify([
      VERSION,
      entry.id,
      entry.at.toISOString(),
      entry.actor_kind,
      entry.actor_id,
      entry.session_id,
      entry.request_id,
      entry.action,
      entry.resource,
      entry.resource_id,
      entry.college_id,
      entry.risk,
      entry.commitment.toString("base64"),
    ]),
    "utf8",
  );
}

export type EntryJson = Omit<EntryRow, "at" | "commitment"> & { at: string; commitment: string };

export const toJson = (entry: EntryRow): EntryJson => ({
  ...entry,
  at: entry.at.toISOString(),
  commitment: entry.commitment.toString("base64"),
});
export const fromJson = (entry: EntryJson): EntryRow => ({
  ...entry,
  at: new Date(entry.at),
  commitment: Buffer.from(entry.commitment, "base64"),
});
