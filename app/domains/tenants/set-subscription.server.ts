import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { Invalid, NotFound } from "~/platform/errors.ts";
import { endSessionsIn } from "../people/end-sessions.server.ts";
import { moveSubscriptions } from "./move-subscription.server.ts";
import { CLOSED_STATES, SUBSCRIPTION_STATES } from "./subscription.ts";
import { reasonField } from "~/platform/reason-field.ts";

/** Moves a subscription: suspend, reactivate, cancel, prolong. Closing a tenant ends its people's sessions at once. */
export const setSubscription = mutation({
  name: "tenants.set_subscription",
  permission: "tenants.manage",
  stepUp: true,
  input: z.object({
    id: z.uuid(),
    state: z.enum(SUBSCRIPTION_STATES),
    reason: reasonField,
    expiry: z.iso.date("Enter a valid date").optional(),
  }),
  async run({ ctx, input }) {
    const before = await ctx.tx.prisma.college.findUnique({ where: { id: input.id } });
    if (!before) throw new NotFound("Tenant not found");
    const closed = CLOSED_STATES.includes(input.state);
    const ends = input.expiry ? new Date(`${input.expiry}T23:59:59Z`) : before.subscriptionExpiry;
    // The clock would close it again within minutes.
    if (["TRIAL", "ACTIVE"].includes(input.state) && ends && ends <= ctx.clock.now())
      throw new Invalid(`Its subscription ended on ${ends.toISOString().slice(0, 10)}: enter its new end`, {
        expiry: ["Enter a future date"],
      });
    await moveSubscriptions(ctx.tx, [input.id], input.state);
    await ctx.tx.prisma.college.update({
      where: { id: input.id },
      data: {
        isActive: !closed,
        suspendedReason: input.state === "SUSPENDED" ? input.reason : null,
        subscriptionExpiry: ends,
      },
    });
    const ended = closed ? await endSessionsIn(ctx, input.id) : 0;
    await record(ctx, {
      action:
        input.state === "SUSPENDED"
          ? "tenant.suspend"
          : closed
            ? "tenant.close"
            : before.isActive
              ? "tenant.set_subscription"
              : "tenant.reactivate",
      resource: "college",
      resourceId: input.id,
      collegeId: input.id,
      reason: input.reason,
      before: { subscriptionStatus: before.subscriptionStatus, subscriptionExpiry: before.subscriptionExpiry },
      after: { subscriptionStatus: input.state, subscriptionExpiry: input.expiry ?? before.subscriptionExpiry },
      details: closed ? { sessionsEnded: ended } : undefined,
    });
    return { ended };
  },
});
