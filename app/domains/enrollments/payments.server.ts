import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { nextInvoiceNumber } from "~/domains/tenants/next-invoice-number.server.ts";
import { Conflict, Forbidden, Invalid, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { PAYMENT_METHODS } from "./states.ts";
import { reasonField } from "~/platform/reason-field.ts";

const paymentRow = z.object({
  id: z.string(),
  college_id: z.string(),
  user_id: z.string(),
  enrollment_id: z.string().nullable(),
  amount_minor: z.number(),
  currency: z.string(),
  status: z.string(),
  recorded_by: z.string().nullable(),
});

async function locked(ctx: TxCtx, id: string) {
  const found = await firstRow(
    ctx.tx,
    sql`select id, college_id, user_id, enrollment_id, amount_minor, currency, status, recorded_by
        from public.payment
        where id = ${id}::uuid
        for update`,
    paymentRow,
  );
  if (!found) throw new NotFound("Payment not found");
  return found;
}

/** A payment as it came in. Its transaction id is unique on the whole platform, decided by the database. */
export const recordPayment = mutation({
  name: "payments.record",
  permission: "platform.manage",
  input: z.object({
    enrollmentId: z.uuid("Choose an enrollment"),
    amountMinor: z.number("Enter an amount").int().min(1, "More than 0").max(1e12, "Amount too large"),
    method: z.enum(PAYMENT_METHODS),
    transactionId: z.string().trim().max(120, "At most 120 characters"),
  }),
  async run({ ctx, input }) {
    const enrollment = await firstRow(
      ctx.tx,
      sql`select e.user_id, e.college_id, c.currency
          from public.enrollment e
            join public.college c on c.id = e.college_id
          where e.id = ${input.enrollmentId}::uuid`,
      z.object({ user_id: z.string(), college_id: z.string(), currency: z.string() }),
    );
    if (!enrollment) throw new Invalid("Enrollment not found", { enrollmentId: ["Choose an enrollment"] });
    const id = newId(ctx.clock.now().getTime());
    try {
      await execute(
        ctx.tx,
        sql`insert into public.payment (
              id, college_id, user_id, enrollment_id, amount_minor, currency, method, transaction_id, recorded_by,
              paid_at
            )
            values (
              ${id}, ${enrollment.college_id}::uuid, ${enrollment.user_id}::uuid, ${input.enrollmentId}::uuid,
              ${input.amountMinor}, ${enrollment.currency}, ${input.method}, ${input.transactionId || null},
              ${ctx.actor.id}::uuid, ${ctx.clock.now()}
            )`,
      );
    } catch (error) {
      if ((error as { constraint?: string }).constraint === "platform_identifier_pkey")
        throw new Conflict("A payment with this transaction ID already exists");
      throw error;
    }
    await record(ctx, {
      action: "payment.record",
      resource: "payment",
      resourceId: id,
      collegeId: enrollment.college_id,
      after: {
        amountMinor: input.amountMinor,
        currency: enrollment.currency,
        method: input.method,
        transactionId: input.transactionId,
      },
    });
    return { id };
  },
});

async function issueInvoice(ctx: TxCtx, payment: z.infer<typeof paymentRow>): Promise<number> {
  const number = await nextInvoiceNumber(ctx, payment.college_id);
  await execute(
    ctx.tx,
    sql`insert into public.invoice (
          id, college_id, user_id, payment_id, number, amount_minor, currency, status, issued_at
        )
        values (
          ${newId(ctx.clock.now().getTime())}, ${payment.college_id}::uuid, ${payment.user_id}::uuid,
          ${payment.id}::uuid, ${number}, ${payment.amount_minor}, ${payment.currency}, 'PAID', ${ctx.clock.now()}
        )`,
  );
  return number;
}

/** Two people: who recorded a payment does not approve it, always or from the amount that the college sets. */
export const approvePayment = mutation({
  name: "payments.approve",
  permission: "platform.manage",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const payment = await locked(ctx, input.id);
    const college = await firstRow(
      ctx.tx,
      sql`select payment_approval_limit from public.college where id = ${payment.college_id}::uuid`,
      z.object({ payment_approval_limit: z.number() }),
    );
    const needsTwo = payment.amount_minor >= college!.payment_approval_limit;
    const same = payment.recorded_by !== null && payment.recorded_by === ctx.actor.id;
    if (needsTwo && same) throw new Forbidden("You recorded this payment. Someone else must approve it");
    if (payment.status !== "PENDING") throw new Conflict(`This payment is already ${payment.status.toLowerCase()}`);
    await execute(
      ctx.tx,
      sql`update public.payment
          set status = 'COMPLETED', approved_by = ${same ? null : ctx.actor.id}::uuid,
              approved_at = ${ctx.clock.now()}, updated_at = ${ctx.clock.now()}
          where id = ${input.id}::uuid`,
    );
    if (payment.enrollment_id)
      await execute(
        ctx.tx,
        sql`update public.enrollment
            set payment_status = 'COMPLETED', updated_at = ${ctx.clock.now()}
            where id = ${payment.enrollment_id}::uuid`,
      );
    const invoice = await issueInvoice(ctx, payment);
    await record(ctx, {
      action: "payment.approve",
      resource: "payment",
      resourceId: input.id,
      collegeId: payment.college_id,
      before: { status: "PENDING" },
      after: { status: "COMPLETED" },
      details: { invoice },
    });
    return { invoice };
  },
});

export const settlePayment = mutation({
  name: "payments.settle",
  permission: "platform.manage",
  stepUp: true,
  input: z.object({
    id: z.uuid(),
    state: z.enum(["FAILED", "REFUNDED"]),
    reason: reasonField,
  }),
  async run({ ctx, input }) {
    const payment = await locked(ctx, input.id);
    await execute(
      ctx.tx,
      sql`update public.payment
          set status = ${input.state}, failure_reason = ${input.reason}, updated_at = ${ctx.clock.now()}
          where id = ${input.id}::uuid`,
    );
    if (payment.enrollment_id)
      await execute(
        ctx.tx,
        // Another payment of the same enrollment may stand: one that came twice is taken back, and it is paid all the same.
        sql`update public.enrollment e
            set updated_at = ${ctx.clock.now()},
                payment_status = coalesce(
                  (
                    select p.status
                    from public.payment p
                    where p.enrollment_id = e.id
                      and p.college_id = e.college_id
                      and p.status in ('COMPLETED', 'PENDING')
                    order by p.status
                    limit 1
                  ),
                  ${input.state}
                )
            where e.id = ${payment.enrollment_id}::uuid`,
      );
    if (input.state === "REFUNDED")
      await execute(
        ctx.tx,
        sql`update public.invoice
            set status = 'VOID', void_reason = ${input.reason}, updated_at = ${ctx.clock.now()}
            where payment_id = ${input.id}::uuid and college_id = ${payment.college_id}::uuid`,
      );
    await record(ctx, {
      action: input.state === "REFUNDED" ? "payment.refund" : "payment.fail",
      resource: "payment",
      resourceId: input.id,
      collegeId: payment.college_id,
      reason: input.reason,
      before: { status: payment.status },
      after: { status: input.state },
    });
  },
});
