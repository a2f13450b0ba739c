import type { TxCtx } from "~/db/ctx.ts";
import type { Act } from "./record.server.ts";

export type RiskReason = { rule: string; points: number; says: string };

/** Five rules, each with its points and a sentence. Two look at a session's login and hold for every act in it. */
type Rule = { name: string; applies(act: Act): RiskReason | null };

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A tenant more, or an account that is let in again. */
function gives({ action, before, after }: Act): boolean {
  if (action !== "staff.update" || !before || !after) return false;
  const known = new Set(list(before["colleges"]));
  return list(after["colleges"]).some((id) => !known.has(id)) || (after["active"] === true && before["active"] === false);
}

const rules: Rule[] = [
  {
    name: "privilege-change",
    applies: (act) =>
      /^(staff\.(create|change_role|reset_mfa|reset_password)|api_key\.(create|rotate))$/.test(act.action) || gives(act)
        ? { rule: "privilege-change", points: 25, says: "Changes permissions" }
        : null,
  },
  {
    name: "bulk-export",
    applies: (act) => {
      const rows = Number(act.details?.["rows"] ?? 0);
      if (!/export/.test(act.action) || rows < 500) return null;
      return { rule: "bulk-export", points: rows >= 5000 ? 35 : 20, says: `Exports ${rows.toLocaleString("en-GB")} rows` };
    },
  },
  {
    name: "failed-logins",
    applies: (act) => {
      const before = Number(act.details?.["failedBefore"] ?? 0);
      const failures = Number(act.details?.["failures"] ?? 0);
      if ((act.action === "session.login" || act.action === "session.password_accepted") && before >= 3)
        return { rule: "failed-logins", points: 25, says: `After ${before} failed logins` };
      if (act.action === "session.login_failed" && failures >= 3)
        return { rule: "failed-logins", points: 20, says: `Failed login number ${failures} in a row` };
      return null;
    },
  },
];

/** What the past says of a login now. A newcomer has no habits, and nothing about them is unusual. */
export type Habits = { logins: number; fromThisNetwork: number; aroundThisHour: number };

const ENOUGH_FOR_PLACE = 3;
const ENOUGH_FOR_HOURS = 20;

export function judgeLogin(habits: Habits, address: string, hour: number): RiskReason[] {
  const reasons: RiskReason[] = [];
  if (habits.logins >= ENOUGH_FOR_PLACE && habits.fromThisNetwork === 0)
    reasons.push({ rule: "new-address", points: 20, says: `From ${address}, for the first time` });
  if (habits.logins >= ENOUGH_FOR_HOURS && habits.aroundThisHour / habits.logins < 0.02) {
    reasons.push({
      rule: "odd-hour",
      points: 20,
      says: `Logged in around ${String(hour).padStart(2, "0")}:00 UTC, an unusual hour for this person`,
    });
  }
  return reasons;
}

export function assessRisk(ctx: Pick<TxCtx, "session">, act: Act): { score: number; reasons: RiskReason[] } {
  const reasons = [...(ctx.session?.risk ?? []), ...rules.map((rule) => rule.applies(act)).filter((reason) => reason !== null)];
  return {
    score: Math.min(
      100,
      reasons.reduce((sum, reason) => sum + reason.points, 0),
    ),
    reasons,
  };
}
