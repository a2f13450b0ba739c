import { z } from "zod";
import { mutation, read, record } from "~/access/verb.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Forbidden, NotFound } from "~/platform/errors.ts";
import { may } from "../policy.ts";
import { ABSOLUTE_HOURS, IDLE_MINUTES } from "../session.server.ts";

const idleSince = (ctx: Ctx) => new Date(ctx.clock.now().getTime() - IDLE_MINUTES * 60_000);

/** One's own sessions; who manages the staff sees everybody's. */
export const listSessions = read({
  name: "sessions.list",
  permission: "self",
  on: "primary",
  input: z.object({ everybody: z.boolean().default(false) }),
  async run({ ctx, input }) {
    const everybody = input.everybody && may(ctx.actor.role, "staff.manage");
    const idle = idleSince(ctx);
    return rows(
      ctx.tx,
      sql`select s.id, st.name, st.email, s.created_at, s.last_seen_at, s.ip_address, s.user_agent, s.second_factor
          from console.staff_session s join console.staff st on st.id = s.staff_id
          where s.revoked_at is null and s.expires_at > ${ctx.clock.now()} and s.last_seen_at > ${idle}
            and (${everybody} or s.staff_id = ${ctx.actor.id}::uuid)
          order by s.last_seen_at desc limit 200`,
      z.object({
        id: z.string(),
        name: z.string(),
        email: z.string(),
        created_at: z.date(),
        last_seen_at: z.date(),
        ip_address: z.string().nullable(),
        user_agent: z.string().nullable(),
        second_factor: z.boolean(),
      }),
    );
  },
});

export const SESSION_LIMITS = { idleMinutes: IDLE_MINUTES, absoluteHours: ABSOLUTE_HOURS };

export const revokeSession = mutation({
  name: "sessions.revoke",
  permission: "self",
  input: z.object({ id: z.uuid(), action: z.enum(["session.revoke", "session.logout"]).default("session.revoke") }),
  async run({ ctx, input }) {
    const session = await ctx.tx.prisma.staffSession.findUnique({ where: { id: input.id }, include: { staff: true } });
    if (!session) throw new NotFound("This session has already ended");
    if (session.staffId !== ctx.actor.id && !may(ctx.actor.role, "staff.manage"))
      throw new Forbidden("This session belongs to someone else");
    await ctx.tx.prisma.staffSession.update({ where: { id: session.id }, data: { revokedAt: ctx.clock.now() } });
    await record(ctx, {
      action: input.action,
      resource: "staff_session",
      resourceId: session.id,
      details: { of: session.staff.email },
    });
  },
});

export const revokeOtherSessions = mutation({
  name: "sessions.revoke_others",
  permission: "self",
  input: z.object({}),
  async run({ ctx }) {
    const ended = await ctx.tx.prisma.staffSession.updateMany({
      where: {
        staffId: ctx.actor.id ?? "",
        revokedAt: null,
        expiresAt: { gt: ctx.clock.now() },
        lastSeenAt: { gt: idleSince(ctx) },
        NOT: { id: ctx.session?.id ?? "" },
      },
      data: { revokedAt: ctx.clock.now() },
    });
    await record(ctx, {
      action: "session.revoke_others",
      resource: "staff",
      resourceId: ctx.actor.id,
      details: { ended: ended.count },
    });
    return ended.count;
  },
});
