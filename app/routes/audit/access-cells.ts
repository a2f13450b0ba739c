import type { accessReview, keyReview } from "~/access/log/review.server.ts";
import { SEES_ALL_TENANTS } from "~/access/policy.ts";

type Person = Awaited<ReturnType<typeof accessReview>>[number];
type Key = Awaited<ReturnType<typeof keyReview>>[number];

export const tenantOf = (row: { role: string; tenant: string | null }) =>
  SEES_ALL_TENANTS.has(row.role) ? "All" : (row.tenant ?? "None");

const COLUMNS = ["Name", "E-mail", "Role", "Tenant", "Active", "Second factor", "Since", "Granted by", "Last act"];

/** Who has access, as lines for a spreadsheet. */
export const accessCells = (people: readonly Person[], keys: readonly Key[]): unknown[][] => [
  COLUMNS,
  ...people.map((row) => [
    row.name,
    row.email,
    row.role,
    tenantOf(row),
    row.is_active,
    row.mfa,
    row.since.toISOString(),
    row.granted_by,
    row.last_act?.toISOString(),
  ]),
  ...keys.map((key) => [
    key.name,
    `${key.prefix}…`,
    `API key: ${key.scopes.join(", ")}`,
    key.tenant,
    key.works,
    "",
    key.since.toISOString(),
    key.granted_by,
    key.last_act?.toISOString(),
  ]),
];
