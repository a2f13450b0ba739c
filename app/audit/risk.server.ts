import type { TxCtx } from "~/db/ctx.ts";
import type { Act } from "./record.server.ts";

export type RiskReason = { rule: string; points: number; says: string };

/** Points with a sentence each; the rules that need no look at history. */
type Rule = { name: string; applies(act: Act, ctx: TxCtx, at: Date): RiskReason | null };

const rules: Rule[] = [
  {
    name: "privilege-change",
    applies: (act) =>
      /^(staff\.(create|change_role|assign|reset_mfa|reset_password)|api_key\.create)$/.test(act.action)
        ? { rule: "privilege-change", points: 25, says: "Changes who may do what" }
        : null,
  },
  {
    name: "bulk-export",
    applies: (act) => {
      const rows = Number(act.details?.["rows"] ?? 0);
      if (!/export/.test(act.action) || rows < 1000) return null;
      return { rule: "bulk-export", points: rows >= 10_000 ? 35 : 20, says: `Exports ${rows.toLocaleString("en")} rows` };
    },
  },
  {
    name: "failed-login",
    applies: (act) =>
      act.action === "session.login_failed" && Number(act.details?.["failures"] ?? 0) >= 3
        ? { rule: "failed-login", points: 20, says: `Failed login number ${act.details?.["failures"] as number} in a row` }
        : null,
  },
];

export async function assessRisk(ctx: TxCtx, act: Act, at: Date): Promise<{ score: number; reasons: RiskReason[] }> {
  const reasons = rules.map((rule) => rule.applies(act, ctx, at)).filter((reason) => reason !== null);
  return {
    score: Math.min(
      100,
      reasons.reduce((sum, reason) => sum + reason.points, 0),
    ),
    reasons,
  };
}
