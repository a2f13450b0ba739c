import type { Form } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import type { Ctx } from "~/db/ctx.ts";
import { agreeToSwitchover } from "~/examday/switchover/agree.server.ts";
import { askForSwitchover } from "~/examday/switchover/ask.server.ts";
import { switchovers } from "~/examday/switchover/list.server.ts";
import { withdrawSwitchover } from "~/examday/switchover/withdraw.server.ts";
import { failoverState } from "~/observability/replication/patroni.server.ts";

/** What Patroni says, what was asked of it from here, and what this person may ask. */
export async function failoverOf(ctx: Ctx) {
  const state = await failoverState({ ctx, input: {} });
  const asked = state.configured ? await switchovers({ ctx, input: {} }) : [];
  return { state, asked, me: ctx.actor.id, mayAct: may(ctx.actor.role, "database.act") };
}
export type Failover = Awaited<ReturnType<typeof failoverOf>>;

export async function actFailover(ctx: Ctx, form: Form): Promise<{ message: string }> {
  const input = { id: form.get("id") };
  switch (form.intent("switchover", "agree", "withdraw")) {
    case "switchover":
      return {
        message: await askForSwitchover({
          ctx,
          input: { leader: form.get("leader"), candidate: form.get("candidate"), reason: form.get("reason") },
        }),
      };
    case "agree":
      return { message: await agreeToSwitchover({ ctx, input }) };
    case "withdraw":
      return { message: await withdrawSwitchover({ ctx, input }) };
  }
}
