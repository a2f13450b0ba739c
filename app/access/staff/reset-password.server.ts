import { z } from "zod";
import { record } from "~/audit/record.server.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import { queueMail } from "~/mail/queue.server.ts";
import { env } from "~/platform/env.server.ts";
import { Invalid, NotFound } from "~/platform/errors.ts";
import { newId, newToken } from "~/platform/ids.ts";
import { guardSecret, resetLinkBudgets, type Guess } from "../credential-guard.server.ts";
import { checkNewPassword } from "../new-password.server.ts";
import { hashPassword } from "../password.server.ts";
import { tokenHash } from "../secrets.server.ts";

const LINK_HOURS = 24;

/**
 * A link that works once, for a day; older ones of the same person stop working. It is mailed to the person, and returned to
 * whoever asked for it.
 */
export async function resetLink(ctx: TxCtx, staffId: string, why: "invitation" | "password" = "password"): Promise<string> {
  const person = await ctx.tx.prisma.staff.findUnique({ where: { id: staffId } });
  if (!person) throw new NotFound("Staff member not found");
  const token = newToken();
  await ctx.tx.prisma.staffToken.deleteMany({ where: { staffId, purpose: "RESET" } });
  await ctx.tx.prisma.staffToken.create({
    data: {
      id: newId(),
      staffId,
      purpose: "RESET",
      tokenHash: tokenHash(token),
      expiresAt: new Date(ctx.clock.now().getTime() + LINK_HOURS * 3_600_000),
    },
  });
  const link = `/login/reset/${token}`;
  await queueMail(ctx.tx, {
    id: newId(),
    purpose: why,
    to: person.email,
    subject: why === "invitation" ? "Your account with Invigil" : "Choose a new password for Invigil",
    text: [
      `${person.name},`,
      "",
      why === "invitation"
        ? "an account was created for you. Choose your password here:"
        : "someone asked for a link to choose a new password for your account. If it was not you, tell your administrator. Choose your new password here:",
      "",
      `${env().INVIGIL_URL}${link}`,
      "",
      `The link works once, for ${LINK_HOURS} hours.`,
    ].join("\n"),
  });
  return link;
}

/** Used by whoever holds the link. It is spent in the same statement that checks it. */
export async function resetPassword(ctx: Ctx, input: { token: string; password: string; again: string }): Promise<void> {
  const guess: Guess = {
    budgets: resetLinkBudgets(ctx.address),
    failed: () => ({ action: "staff.reset_link_refused", resource: "staff" }),
  };
  const set = await guardSecret(ctx, guess, async () => {
    const staff = await withScope(ctx, ({ tx }) =>
      firstRow(
        tx,
        sql`select st.email, st.name
            from console.staff_token t
            join console.staff st on st.id = t.staff_id
            where t.id = console.reset_link_of(${tokenHash(input.token)})`,
        z.object({ email: z.string(), name: z.string() }),
      ),
    );
    if (!staff) return null;
    checkNewPassword(input.password, input.again, staff);
    return spendLink(ctx, input.token, await hashPassword(input.password));
  });
  if (!set) throw new Invalid("This link was already used or has expired. Ask for a new one.");
}

async function spendLink(ctx: Ctx, token: string, passwordHash: string): Promise<true | null> {
  return withScope(ctx, async (inner) => {
    const now = ctx.clock.now();
    const used = await firstRow(
      inner.tx,
      sql`update console.staff_token set used_at = ${now}
          where id = console.reset_link_of(${tokenHash(token)}) and used_at is null and expires_at > ${now}
          returning staff_id`,
      z.object({ staff_id: z.string() }),
    );
    if (!used) return null;
    await inner.tx.prisma.staff.update({ where: { id: used.staff_id }, data: { passwordHash } });
    await inner.tx.prisma.staffSession.updateMany({
      where: { staffId: used.staff_id, revokedAt: null },
      data: { revokedAt: now },
    });
    await record(inner, { action: "staff.set_password", resource: "staff", resourceId: used.staff_id });
    return true;
  });
}
