import type { RowOf } from "../probe.ts";
import type { activity } from "../probes/activity.ts";
import { readTag, waitClass, type WaitClass } from "./tags.ts";

export type ActivityRow = RowOf<typeof activity>;

/** A kind of work that `n` sessions were doing in one second. */
export type LoadGroup = {
  wait_class: WaitClass;
  wait_event: string;
  query_id: string | null;
  tenant: string | null;
  username: string | null;
  app: string | null;
  n: number;
};

/**
 * At work: running a statement or waiting within one. Open transactions that do nothing are not load, nor is a background
 * process that sleeps on purpose (a spread-out checkpoint, a throttled vacuum).
 */
function isActive(row: ActivityRow): boolean {
  if (row.state !== "active" || row.backend_type === "walsender") return false;
  return row.wait_class !== "Activity" && !(row.wait_class === "Timeout" && row.backend_type !== "client backend");
}

export function loadGroups(rows: readonly ActivityRow[]): LoadGroup[] {
  const groups = new Map<string, LoadGroup>();
  for (const row of rows) {
    if (!isActive(row)) continue;
    const tag = readTag(row.app);
    const group: LoadGroup = {
      wait_class: waitClass(row.wait_class),
      wait_event: row.wait_class === null ? "" : `${row.wait_class}:${row.wait_event ?? ""}`,
      query_id: row.query_id === "0" ? null : row.query_id,
      tenant: tag.tenant,
      username: row.username,
      app: tag.app ?? row.backend_type,
      n: 1,
    };
    const key = [group.wait_event, group.query_id, group.tenant, group.username, group.app].join("\u0001");
    const known = groups.get(key);
    if (known) known.n++;
    else groups.set(key, group);
  }
  return [...groups.values()];
}
