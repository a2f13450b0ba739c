import type { z } from "zod";
import { record } from "~/audit/record.server.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { withReadScope, withScope } from "~/db/scope.server.ts";
import { pgErrorOf, withRetry } from "~/db/retry.ts";
import {
  AppError,
  Conflict,
  Forbidden,
  Invalid,
  NotHere,
  StepUpRequired,
  Unavailable,
  type FieldErrors,
} from "~/platform/errors.ts";
import { isHere, may, type Permission } from "./policy.ts";
import { measure } from "./measure.server.ts";

type Definition<I extends z.ZodType, R> = {
  /** `noun.verb`, as it appears in metrics and logs. */
  name: string;
  /** Where it depends on what is asked for: which one that asks for, or a refusal in its own words. */
  permission: Permission | ((ctx: Ctx, input: z.output<I>) => Permission);
  input: I;
  run(work: { ctx: TxCtx; input: z.output<I> }): Promise<R>;
};

type Verb<I extends z.ZodType, R> = ((work: { ctx: Ctx; input: z.input<I> }) => Promise<R>) & {
  readonly verb: { name: string; kind: "mutation" | "read"; permission: Permission | "by input"; stepUp: boolean };
};

const STEP_UP_MS = 10 * 60_000;

function fieldErrors(error: z.ZodError): FieldErrors {
  const fields: FieldErrors = {};
  for (const issue of error.issues) (fields[issue.path.join(".")] ??= []).push(issue.message);
  return fields;
}

function parse<I extends z.ZodType>(schema: I, input: unknown): z.output<I> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields = fieldErrors(parsed.error);
  throw new Invalid(Object.values(fields)[0]?.[0] ?? "Some fields need attention", fields);
}

/** The input as its schema reads it, for whoever may do this. A permission that no input decides is asked for first. */
function admit<I extends z.ZodType>(
  ctx: Ctx,
  definition: Pick<Definition<I, unknown>, "permission" | "input"> & { stepUp?: boolean },
  given: unknown,
): z.output<I> {
  const { permission } = definition;
  if (typeof permission !== "function") {
    authorize(ctx, permission, definition.stepUp);
    return parse(definition.input, given);
  }
  const input = parse(definition.input, given);
  authorize(ctx, permission(ctx, input), definition.stepUp);
  return input;
}

function authorize(ctx: Ctx, permission: Permission, stepUp = false): void {
  if (!may(ctx.actor.role, permission))
    throw isHere(permission) ? new Forbidden(`Your role does not allow this (${permission})`) : new NotHere();
  // What is rolled back in any case needs no proof.
  if (!stepUp || ctx.actor.kind !== "staff" || ctx.tx?.dry) return;
  const fresh = ctx.session?.stepUpAt && ctx.clock.now().getTime() - ctx.session.stepUpAt.getTime() < STEP_UP_MS;
  if (!fresh) throw new StepUpRequired("Confirm that it is you: enter your password or a code");
}

const askedBy = ({ permission }: { permission: unknown }) =>
  typeof permission === "function" ? ("by input" as const) : (permission as Permission);

/** The one column that someone else has already, where the constraint is about one that people know. */
function duplicateMessage(table = "", constraint = ""): string {
  const column = constraint.replace(`${table}_`, "").replace("college_id_", "").replace(/_key$/, "");
  return /^[a-z]+(_no)?$/.test(column) ? `This ${column.replace("_no", " number")} is already in use` : "This already exists";
}

/** The database's refusals in words. The constraint decides the race; this only says who lost it. */
function toAppError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const { code, table, constraint, detail, message } = pgErrorOf(error);
  switch (code) {
    case "23505":
      return new Conflict(
        constraint === "platform_identifier_pkey" ? "This identifier is already in use" : duplicateMessage(table, constraint),
        { constraint },
      );
    // PostgreSQL 18 tells a RESTRICT from the other foreign keys.
    case "23001":
    case "23503":
      return new Conflict(
        code === "23001" || /is still referenced/.test(detail ?? "")
          ? "Other records still refer to this one"
          : "This refers to a record that does not exist here",
        { constraint },
      );
    case "23514":
      // No CHECK has refused it, for that would be named: the month's partition was not made in time. Nobody typed anything wrong.
      if (!constraint)
        return new Unavailable(
          `The database has no partition for new entries of ${table ?? "a table"} yet. The collector creates it. Nothing was changed.`,
        );
      return new Invalid("A value is out of range", { [constraint ?? ""]: [message] });
    case "42501":
      return new Forbidden("This belongs to a tenant outside of your scope");
    case "IV001":
    case "IV002":
      return new Conflict(message.charAt(0).toUpperCase() + message.slice(1), { constraint });
    case "22001":
    case "22P02":
    case "22007":
    case "22008":
    case "22021":
    case "22P05":
      return new Invalid("Invalid format");
    default:
      return error;
  }
}

/** A write: permission, parse, one scoped transaction, the rule, and at least one audit entry in that transaction. */
export function mutation<I extends z.ZodType, R>(definition: Definition<I, R> & { stepUp?: boolean }): Verb<I, R> {
  const verb = async ({ ctx, input }: { ctx: Ctx; input: z.input<I> }): Promise<R> =>
    measure(definition.name, ctx, async () => {
      const parsed = admit(ctx, definition, input);
      try {
        return await withRetry("write", () =>
          withScope(ctx, async (inner) => {
            const before = inner.tx.audited;
            const result = await definition.run({ ctx: inner, input: parsed });
            if (inner.tx.audited === before) throw new Error(`${definition.name} changed data and recorded nothing`);
            return result;
          }),
        );
      } catch (error) {
        throw toAppError(error);
      }
    });
  return Object.assign(verb, {
    verb: {
      name: definition.name,
      kind: "mutation" as const,
      permission: askedBy(definition),
      stepUp: definition.stepUp ?? false,
    },
  });
}

type Read<I extends z.ZodType, R, B> = Omit<Definition<I, R>, "run"> & {
  on?: "primary";
  /** What takes a connection of its own, in another scope: it has given that back when this verb takes its own. */
  before?(work: { ctx: Ctx; input: z.output<I> }): Promise<B>;
  run(work: { ctx: TxCtx; input: z.output<I>; before: B }): Promise<R>;
};

/** A read: permission, parse, one read-only scoped transaction, on a standby where one is fresh enough. */
export function read<I extends z.ZodType, R, B = undefined>(definition: Read<I, R, B>): Verb<I, R> {
  const verb = async ({ ctx, input }: { ctx: Ctx; input: z.input<I> }): Promise<R> =>
    measure(definition.name, ctx, async () => {
      const parsed = admit(ctx, definition, input);
      try {
        const before = (await definition.before?.({ ctx, input: parsed })) as B;
        return await withRetry("read", () =>
          (definition.on === "primary" ? withScope : withReadScope)(ctx, (inner) =>
            definition.run({ ctx: inner, input: parsed, before }),
          ),
        );
      } catch (error) {
        throw toAppError(error);
      }
    });
  return Object.assign(verb, {
    verb: { name: definition.name, kind: "read" as const, permission: askedBy(definition), stepUp: false },
  });
}

export { record };
