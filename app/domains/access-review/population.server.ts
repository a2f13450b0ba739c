import { accessReview, keyReview } from "~/access/log/review.server.ts";
import { ROLE_LABELS, SEES_ALL_TENANTS, type Role } from "~/access/policy.ts";
import type { Ctx } from "~/db/ctx.ts";

export type Subject = {
  kind: "STAFF" | "API_KEY";
  id: string;
  name: string;
  address: string;
  role: string;
  tenants: string;
  secondFactor: boolean | null;
  since: Date;
  grantedBy: string | null;
  lastAct: Date | null;
};

const latest = (dates: readonly Date[]) => new Date(Math.max(...dates.map((date) => date.getTime())));

/** Everybody and every key that has access now: a person once, whatever number of tenants they see. */
export async function population(ctx: Ctx): Promise<Subject[]> {
  const people = new Map<string, Awaited<ReturnType<typeof accessReview>>>();
  for (const row of await accessReview({ ctx, input: {} }))
    if (row.is_active) people.set(row.id, [...(people.get(row.id) ?? []), row]);
  const keys = await keyReview({ ctx, input: {} });
  return [
    ...[...people.values()].map((rows): Subject => {
      const [row] = rows;
      const { id, name, email, role, mfa } = row!;
      const tenants = SEES_ALL_TENANTS.has(role) ? ["All"] : rows.map(({ tenant }) => tenant).filter((tenant) => tenant !== null);
      return {
        kind: "STAFF",
        id,
        name,
        address: email,
        role: ROLE_LABELS[role as Role] ?? role,
        tenants: tenants.join(", ") || "None",
        secondFactor: mfa,
        since: latest(rows.map(({ since }) => since)),
        grantedBy: [...new Set(rows.map((one) => one.granted_by).filter((by) => by !== null))].join(", ") || null,
        lastAct: row!.last_act,
      };
    }),
    ...keys
      .filter((key) => key.works)
      .map((key): Subject => ({
        kind: "API_KEY",
        id: key.id,
        name: key.name,
        address: `${key.prefix}…`,
        role: key.scopes.join(", "),
        tenants: key.tenant,
        secondFactor: null,
        since: key.since,
        grantedBy: key.granted_by,
        lastAct: key.last_act,
      })),
  ];
}
