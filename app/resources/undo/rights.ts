import type { Permission } from "~/access/policy.ts";
import type { Resource } from "../define.ts";
import { IMPORTED } from "./keep.server.ts";

/** Who may take it back: whoever may do the opposite. Null where nobody may. */
export function undoPermission(resource: Resource, act: string): Permission | null {
  if ([IMPORTED, "trash", "restore"].includes(act)) return resource.remove;
  return resource.bulk.find((one) => one.key === act)?.permission ?? resource.write;
}
