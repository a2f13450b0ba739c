import type { Tenant } from "~/access/ctx.server.ts";
import type { Scope } from "~/db/ctx.ts";

/** The names of the tenants that somebody sees. Those of other people's tenants are none of a manager's business. */
export const tenantsInSight = (scope: Scope, tenants: readonly Tenant[]): Record<string, string> =>
  Object.fromEntries(
    tenants
      .filter((tenant) => scope.kind === "all" || (scope.kind === "tenants" && scope.ids.includes(tenant.id)))
      .map((tenant) => [tenant.id, tenant.name]),
  );
