import { useLoaderData } from "@remix-run/react";
import { allTenants } from "~/access/ctx.server.ts";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may, ROLE_LABELS } from "~/access/policy.ts";
import { getStaff, resetStaffMfa, resetStaffPassword, updateStaff } from "~/access/staff/staff.server.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { CopyLine } from "~/ui/feedback/copy.tsx";
import { Form, Submit } from "~/ui/form/form.tsx";
import { useDone } from "~/ui/form/result.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { StaffFields } from "./staff-form.tsx";

export const handle = {
  crumbs: (data: { staff: { name: string } } | undefined) => [
    { label: "Staff", to: "/settings/staff" },
    { label: data?.staff.name ?? "Person" },
  ],
};

export const loader = protectedLoader("staff.read", async ({ ctx, params, url }) => ({
  role: ctx.actor.role,
  staff: await getStaff({ ctx, input: { id: params["id"] ?? "" } }),
  tenants: await allTenants(),
  origin: url.origin,
}));

export const action = protectedAction("staff.manage", async ({ ctx, form, params }) => {
  const id = params["id"] ?? "";
  switch (form.intent("password", "mfa", "save")) {
    case "password":
      return {
        link: await resetStaffPassword({ ctx, input: { id } }),
        message: "Send them this link. It works once, for 24 hours.",
      };
    case "mfa":
      await resetStaffMfa({ ctx, input: { id } });
      return { message: "Authenticator removed, sessions ended." };
    case "save":
      await updateStaff({
        ctx,
        input: {
          id,
          name: form.get("name"),
          role: form.get("role") as never,
          colleges: form.all("colleges"),
          active: form.has("active"),
        },
      });
      return { message: "Saved." };
  }
});

export default function OneOfStaff() {
  const { staff, tenants, role, origin } = useLoaderData<typeof loader>();
  const link = useDone<typeof action>()?.link;
  const manage = may(role, "staff.manage");
  return (
    <Page
      title={staff.name}
      badge={staff.is_active ? <Badge tone="ok">Active</Badge> : <Badge>Deactivated</Badge>}
      context={
        <>
          {staff.email} · {ROLE_LABELS[staff.role]} · last login{" "}
          {staff.last_login_at ? <Ago at={staff.last_login_at} /> : "never"}
        </>
      }
      made={link && <CopyLine text={`${origin}${link}`} />}
    >
      <WithAside
        aside={
          manage && (
            <Panel title="Access">
              <div className="flex flex-col gap-3">
                <Form intent="password">
                  <p className="text-muted">
                    {staff.has_password
                      ? "A link to choose a new password. The old one works until then."
                      : "They have not chosen a password yet."}
                  </p>
                  <Submit tone="plain">Create password link</Submit>
                </Form>
                {staff.mfa && (
                  <Form intent="mfa">
                    <p className="text-muted">Removes their authenticator and ends all their sessions.</p>
                    <Submit tone="danger">Reset second factor</Submit>
                  </Form>
                )}
              </div>
            </Panel>
          )
        }
      >
        <Panel title="Role and tenants">
          <Form intent="save">
            <fieldset disabled={!manage} className="flex flex-col gap-3">
              <StaffFields
                isNew={false}
                tenants={tenants}
                values={{
                  name: staff.name,
                  email: staff.email,
                  role: staff.role,
                  colleges: staff.college_ids,
                  active: staff.is_active,
                }}
              />
              {manage && (
                <div>
                  <Submit busy="Saving…">Save</Submit>
                </div>
              )}
            </fieldset>
          </Form>
        </Panel>
      </WithAside>
    </Page>
  );
}
