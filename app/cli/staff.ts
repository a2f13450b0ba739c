import { addStaff, staffByEmail } from "~/access/staff/add-staff.server.ts";
import { resetLink } from "~/access/staff/reset-password.server.ts";
import { resetStaffMfa } from "~/access/staff/staff.server.ts";
import { offeredRoles } from "~/access/policy.ts";
import { systemCtx } from "~/access/ctx.server.ts";
import { record } from "~/audit/record.server.ts";
import { withScope } from "~/db/scope.server.ts";
import { env } from "~/platform/env.server.ts";
import { Invalid } from "~/platform/errors.ts";
import { withDatabase } from "./database.ts";
import type { Command, Run } from "./commands.ts";

const text = (run: Run, name: string): string => {
  const value = run.options[name];
  if (typeof value !== "string" || value === "") throw new Invalid(`--${name} is required`);
  return value;
};

/** With its address: whoever reads it in a terminal has no page to click it on. */
const addressOf = (link: string) => new URL(link, env().INVIGIL_URL).toString();

function print(run: Run, data: Record<string, unknown>, line: string): void {
  process.stdout.write(run.options["json"] ? `${JSON.stringify(data)}\n` : `${line}\n`);
}

export const staffCommands: Command[] = [
  {
    name: "staff create",
    says: "Creates a staff account and prints a link to choose a password",
    usage: "--email E --name N --role ROLE [--json]",
    options: { email: { type: "string" }, name: { type: "string" }, role: { type: "string" } },
    run: (run) =>
      withDatabase(async () => {
        const asked = text(run, "role").toUpperCase();
        const role = offeredRoles().find((name) => name === asked);
        if (!role) throw new Invalid(`--role: "${asked}" is not one of ${offeredRoles().join(", ")}`);
        const email = text(run, "email").toLowerCase();
        const { id, link } = await withScope(systemCtx("command line"), async (ctx) => {
          const id = await addStaff(ctx, { email, name: text(run, "name"), role });
          await record(ctx, { action: "staff.create", resource: "staff", resourceId: id, after: { email, role } });
          return { id, link: addressOf(await resetLink(ctx, id)) };
        });
        print(run, { id, link }, `added; they choose a password at ${link}`);
      }),
  },
  ...(["reset-password", "reset-mfa"] as const).map((verb): Command => ({
    name: `staff ${verb}`,
    says: verb === "reset-mfa" ? "Removes a person's second factor" : "Prints a link to choose a new password",
    usage: "--email E [--json]",
    options: { email: { type: "string" } },
    run: (run) =>
      withDatabase(async () => {
        const email = text(run, "email").toLowerCase();
        await withScope(systemCtx("command line"), async (ctx) => {
          const staff = await staffByEmail(ctx, email);
          if (!staff) throw new Invalid(`no staff member has the e-mail ${email}`);
          if (verb === "reset-mfa") {
            // As on the page: the recovery codes and what is open go with it.
            await resetStaffMfa({ ctx, input: { id: staff.id } });
            print(run, { id: staff.id }, "removed");
          } else {
            const link = addressOf(await resetLink(ctx, staff.id));
            await record(ctx, { action: "staff.reset_password", resource: "staff", resourceId: staff.id });
            print(run, { id: staff.id, link }, `they choose a password at ${link}`);
          }
        });
      }),
  })),
];
