import { observes } from "~/platform/depth.ts";

/**
 * The roles of staff, and all that is particular to one. A new role is a name here, its column in `policy` below, and a
 * migration that lets `console.staff` hold it.
 */
type RoleFacts = {
  label: string;
  /** Which tenants it sees: each one, or those that are assigned to the person. */
  tenants: "all" | "assigned";
  /** Must have a second factor before anything else. */
  needsSecondFactor?: true;
  /** Works in one of several tenants at a time, where ENABLE_AUTO_COLLEGE_FILTER says so. */
  oneTenantAtATime?: true;
};

const ROLES = {
  SUPER_ADMIN: { label: "Super-admin", tenants: "all", needsSecondFactor: true },
  TENANT_MANAGER: { label: "Tenant manager", tenants: "assigned", oneTenantAtATime: true },
  PROCTOR: { label: "Proctor", tenants: "assigned" },
  SRE: { label: "SRE", tenants: "all" },
  AUDITOR: { label: "Auditor", tenants: "all" },
} as const satisfies Record<string, RoleFacts>;

export type Role = keyof typeof ROLES;
export const ROLE_NAMES = Object.keys(ROLES) as [Role, ...Role[]];

/** What a role is, also of one that the database holds and this version does not know: then nothing is particular to it. */
export const factsOf = (role: string): RoleFacts =>
  (ROLES as Record<string, RoleFacts>)[role] ?? { label: role, tenants: "assigned" };

/** Whom one may be made: where a server is only watched there are no tenants, and nothing for those who look after some. */
export const offeredRoles = (): Role[] => ROLE_NAMES.filter((role) => !observes() || ROLES[role].tenants === "all");

/** Who looks after one tenant: whoever creates a tenant gives it its first one. */
export const MANAGER_ROLE: Role = "TENANT_MANAGER";

/**
 * Who may do what: the contract's table as data. Guard, navigation and buttons all read this and nothing else.
 * `all` is every tenant, `assigned` the tenants given to this person, `own` acts of one's own, `load` a tenant's share
 * of the database's load and no more. A machine client has, of what stands here for it, what the scopes of its key name.
 */
export type Reach = "all" | "assigned" | "own" | "load";
export type Permission = keyof typeof policy;

const SUPER = { SUPER_ADMIN: "all" } as const;
const MANAGED = { SUPER_ADMIN: "all", TENANT_MANAGER: "assigned" } as const;
const MANAGED_READ = { ...MANAGED, AUDITOR: "all" } as const;

export const policy = {
  "tenants.read": MANAGED_READ,
  "tenants.manage": SUPER,
  "tenants.edit": MANAGED,
  "staff.read": { SUPER_ADMIN: "all", AUDITOR: "all" },
  "staff.manage": SUPER,
  /** Sign off a review of who has access, which others decided. */
  "access.sign": { AUDITOR: "all" },
  "apikeys.read": MANAGED_READ,
  "apikeys.manage": MANAGED,
  "platform.read": MANAGED_READ,
  "platform.manage": MANAGED,
  "exams.read": { ...MANAGED_READ, PROCTOR: "assigned" },
  "exams.author": MANAGED,
  "exams.live": { ...MANAGED_READ, PROCTOR: "assigned" },
  "exams.operate": { ...MANAGED, PROCTOR: "assigned" },
  "integrity.read": { ...MANAGED_READ, PROCTOR: "assigned" },
  "integrity.review": { SUPER_ADMIN: "all", PROCTOR: "assigned" },
  "appeals.read": { ...MANAGED_READ, PROCTOR: "assigned" },
  "appeals.file": MANAGED,
  "appeals.decide": { SUPER_ADMIN: "all", PROCTOR: "assigned" },
  "database.read": { SUPER_ADMIN: "all", SRE: "all", AUDITOR: "all" },
  "database.load": { SUPER_ADMIN: "all", SRE: "all", AUDITOR: "all", TENANT_MANAGER: "load" },
  "database.act": { SUPER_ADMIN: "all", SRE: "all" },
  "audit.read": {
    SUPER_ADMIN: "all",
    AUDITOR: "all",
    TENANT_MANAGER: "assigned",
    PROCTOR: "own",
    SRE: "own",
    API_KEY: "assigned",
  },
  "audit.verify": { SUPER_ADMIN: "all", AUDITOR: "all", API_KEY: "assigned" },
  "readiness.read": { SUPER_ADMIN: "all", TENANT_MANAGER: "assigned", PROCTOR: "assigned", SRE: "all", AUDITOR: "all" },
  "jobs.read": { SUPER_ADMIN: "all", TENANT_MANAGER: "own", PROCTOR: "own", SRE: "own", AUDITOR: "own" },
  /** Every signed-in person: the overview, one's own sessions and security. */
  self: { SUPER_ADMIN: "own", TENANT_MANAGER: "own", PROCTOR: "own", SRE: "own", AUDITOR: "own" },
} as const satisfies Record<string, Partial<Record<Role | "API_KEY", Reach>>>;

/** What is about tenants, their people and exams. Beside a server that is only watched there is none of it, for anybody. */
const OF_THE_PLATFORM: ReadonlySet<Permission> = new Set<Permission>([
  "tenants.read",
  "tenants.manage",
  "tenants.edit",
  "apikeys.read",
  "apikeys.manage",
  "platform.read",
  "platform.manage",
  "exams.read",
  "exams.author",
  "exams.live",
  "exams.operate",
  "integrity.read",
  "integrity.review",
  "appeals.read",
  "appeals.file",
  "appeals.decide",
  "readiness.read",
]);

/** Whether this installation has what the permission is about. */
export const isHere = (permission: Permission): boolean => !observes() || !OF_THE_PLATFORM.has(permission);

export function reach(role: Role | string, permission: Permission): Reach | null {
  if (!isHere(permission)) return null;
  return (policy[permission] as Partial<Record<string, Reach>>)[role] ?? null;
}

export function may(role: Role | string, permission: Permission): boolean {
  // The collector, jobs and the command line act for the system itself; what they may do is decided by who starts them.
  return role === "SYSTEM" || reach(role, permission) !== null;
}

/** The roles that may do it. */
export const rolesThatMay = (permission: Permission): Role[] => ROLE_NAMES.filter((role) => may(role, permission));

export const ROLE_LABELS = Object.fromEntries(ROLE_NAMES.map((role) => [role, ROLES[role].label])) as Record<Role, string>;

/** Roles that see every tenant; the others see those they are assigned to. */
export const SEES_ALL_TENANTS: ReadonlySet<string> = new Set(ROLE_NAMES.filter((role) => ROLES[role].tenants === "all"));
