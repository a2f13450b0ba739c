import type { ProbeRow } from "../probes/all.ts";

export type Headroom = {
  max: number;
  reserved: number;
  superuserReserved: number;
  /** Slots that any role may have; the ones beyond them are for superusers and roles that may use reserved ones. */
  ordinary: number;
  used: number;
  usedOrdinary: number;
  usedReserved: number;
  free: number;
};

export function headroomOf(list: readonly ProbeRow<"backends">[]): Headroom | null {
  const first = list[0];
  if (!first) return null;
  const used = list.filter((row) => row.backend_type === "client backend").reduce((sum, row) => sum + row.n, 0);
  const ordinary = first.max_connections - first.superuser_reserved - first.reserved;
  return {
    max: first.max_connections,
    reserved: first.reserved,
    superuserReserved: first.superuser_reserved,
    ordinary,
    used,
    // The first slots are anyone's: only with those used up do privileged roles get one of the others.
    usedOrdinary: Math.min(used, ordinary),
    usedReserved: Math.max(0, used - ordinary),
    free: Math.max(0, ordinary - used),
  };
}
