import { createHash } from "node:crypto";
import { may, MANAGER_ROLE, type Role } from "../../app/access/policy.ts";
import { canonicalJson } from "../../app/audit/canonical.ts";
import { Table } from "./copy.ts";
import type { College } from "./platform.ts";
import { Random } from "./random.ts";

const DAY = 86_400_000;
const ENTRIES = 50_000;

/** How long ago the demo's staff were made: before the first of their acts. */
export const STAFF_DAYS = 335;

/** How much of what is recorded each role does; what is not said does little. */
const SHARE: Partial<Record<Role, number>> = { TENANT_MANAGER: 10, SUPER_ADMIN: 7, PROCTOR: 4 };

export type DemoStaff = { id: string; email: string; name: string; role: string };

const ORDINARY = [
  ["user.update", "user", 20],
  ["enrollment.create", "enrollment", 22],
  ["payment.approve", "payment", 14],
  ["attendance.mark", "attendance", 16],
  ["grade.update", "grade", 12],
  ["exam.update", "exam", 6],
  ["review.claim", "review", 4],
  ["review.decide", "review", 3],
  ["session.login", "staff", 8],
  ["session.logout", "staff", 6],
  ["class.update", "class", 3],
] as const;

/** A year of ordinary days, and one session that should stand out: at three in the morning, from far away. */
export function auditTables(random: Random, now: number, colleges: College[], staff: DemoStaff[]): Table[] {
  const entry = new Table("audit.entry", [
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "session_id",
    "request_id",
    "action",
    "resource",
    "resource_id",
    "college_id",
    "risk",
    "commitment",
  ]);
  const content = new Table("audit.content", ["entry_id", "at", "salt", "body"]);
  const pending = new Table("audit.pending", ["entry_id", "at"]);
  type Made = {
    at: number;
    who: DemoStaff;
    session: string;
    address: string;
    action: string;
    resource: string;
    resourceId: string | null;
    collegeId: string | null;
    diff?: unknown;
    details?: unknown;
    reason?: string;
    risk?: { rule: string; points: number; says: string }[];
  };
  const write = (made: Made, chance: Random = random) => {
    const id = chance.id(made.at);
    const risk = made.risk ?? [];
    const salt = Buffer.from(chance.hex(32), "hex");
    const body = canonicalJson({
      actor: { name: made.who.name, email: made.who.email },
      reason: made.reason ?? null,
      diff: made.diff ?? null,
      details: made.details ?? null,
      address: made.address,
      userAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0",
      risk,
    });
    const commitment = createHash("sha256").update(salt).update(body, "utf8").digest();
    const at = new Date(made.at);
    entry.add(
      id,
      at,
      "staff",
      made.who.id,
      made.session,
      chance.hex(16),
      made.action,
      made.resource,
      made.resourceId,
      made.collegeId,
      Math.min(
        100,
        risk.reduce((sum, one) => sum + one.points, 0),
      ),
      commitment,
    );
    content.add(id, at, salt, body);
    pending.add(id, at);
  };
  const homes = new Map(staff.map((staff, index) => [staff.id, `10.20.${index + 1}.${10 + index}`]));
  const weights = staff.map((staff) => [staff, SHARE[staff.role as Role] ?? 1] as const);
  const fields: Record<string, unknown> = {
    "payment.approve": { status: ["PENDING", "COMPLETED"] },
    "grade.update": { score: [610, 640] },
    "user.update": { phone: ["+1 555 1204", "+1 555 8812"] },
  };
  let session = random.id(now);
  const moments = Array.from({ length: ENTRIES - 40 }, () => {
    const day = Math.floor(random.next() ** 1.3 * 330);
    return now - day * DAY - (Math.floor(now / 1000) % 86_400) * 1000 + (7.5 + random.next() * 10.5) * 3_600_000 - DAY;
  }).sort((a, b) => a - b);
  for (const at of moments) {
    const who = random.weighted(weights);
    if (random.chance(0.05)) session = random.id(at);
    const [action, resource] = random.weighted(ORDINARY.map(([name, on, weight]) => [[name, on] as const, weight] as const));
    const college = random.pick(colleges);
    write({
      at,
      who,
      session,
      address: homes.get(who.id)!,
      action,
      resource,
      resourceId: resource === "staff" ? who.id : random.pick(college.students).id,
      collegeId: resource === "staff" ? null : college.id,
      diff: fields[action],
    });
  }
  // The first super-admin was made by whoever installed it; she made the others. By a chance of its own: nothing else moves.
  const first = staff.find((staff) => may(staff.role, "staff.manage"))!;
  const beginning = new Random(1);
  for (const [index, one] of staff.filter((other) => other !== first).entries())
    write(
      {
        at: now - STAFF_DAYS * DAY + (index + 1) * 240_000,
        who: first,
        session: beginning.id(now - STAFF_DAYS * DAY),
        address: homes.get(first.id)!,
        action: "staff.create",
        resource: "staff",
        resourceId: one.id,
        collegeId: null,
        diff: { name: [null, one.name], email: [null, one.email], role: [null, one.role] },
      },
      beginning,
    );
  const manager = staff.find((staff) => staff.role === MANAGER_ROLE)!;
  const bad = random.id(now - 3 * DAY);
  const night = Math.floor((now - 3 * DAY) / DAY) * DAY + 3.2 * 3_600_000;
  const far = "203.0.113.77";
  const north = colleges[0]!;
  const odd = { rule: "odd-hour", points: 20, says: "At 03:12, when this person is never here" };
  const newPlace = { rule: "new-address", points: 20, says: `From ${far}, for the first time` };
  for (let i = 0; i < 5; i++)
    write({
      at: night - (6 - i) * 9000,
      who: manager,
      session: bad,
      address: far,
      action: "session.login_failed",
      resource: "staff",
      resourceId: manager.id,
      collegeId: null,
      details: { failures: i + 1 },
      risk: i >= 2 ? [odd, { rule: "failed-login", points: 20, says: `Failed login number ${i + 1} in a row` }] : [odd],
    });
  write({
    at: night,
    who: manager,
    session: bad,
    address: far,
    action: "session.login",
    resource: "staff",
    resourceId: manager.id,
    collegeId: null,
    details: { failedBefore: 5 },
    risk: [odd, newPlace, { rule: "failed-before", points: 25, says: "After 5 failed logins" }],
  });
  write({
    at: night + 60_000,
    who: manager,
    session: bad,
    address: far,
    action: "user.export",
    resource: "user",
    resourceId: null,
    collegeId: north.id,
    details: { rows: 880, format: "csv" },
    risk: [odd, newPlace, { rule: "bulk-export", points: 35, says: "Exports 880 rows, more than this person ever did" }],
  });
  write({
    at: night + 120_000,
    who: manager,
    session: bad,
    address: far,
    action: "api_key.create",
    resource: "api_key",
    resourceId: random.id(night),
    collegeId: north.id,
    risk: [odd, newPlace, { rule: "privilege-change", points: 25, says: "Changes permissions" }],
  });
  for (let i = 0; i < 32; i++) {
    write({
      at: night + 180_000 + i * 7000,
      who: manager,
      session: bad,
      address: far,
      action: "grade.update",
      resource: "grade",
      resourceId: random.pick(north.students).id,
      collegeId: north.id,
      diff: { score: [random.int(380, 480), random.int(860, 970)] },
      risk: [odd, newPlace],
    });
  }
  write({
    at: night + 420_000,
    who: manager,
    session: bad,
    address: far,
    action: "session.logout",
    resource: "staff",
    resourceId: manager.id,
    collegeId: null,
    risk: [odd],
  });
  return [entry, content, pending];
}
