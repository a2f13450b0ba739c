import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { mustEnroll } from "~/access/login.server.ts";
import { beginTotp, changePassword, confirmTotp, removeTotp } from "~/access/staff/security.server.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Form, Input, Submit } from "~/ui/form/form.tsx";
import { useDone } from "~/ui/form/result.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { settingsTabs } from "./tabs.ts";
import { Totp } from "./authenticator.tsx";

export const handle = { crumbs: () => [{ label: "Security" }] };

export const meta = () => [{ title: "Security · Invigil" }];

export const loader = protectedLoader("self", async ({ ctx, url }) => ({
  role: ctx.actor.role,
  enrolled: ctx.staff.totp_confirmed,
  required: mustEnroll(ctx.staff.role),
  asked: url.searchParams.get("enroll") === "required",
}));

export const action = protectedAction("self", async ({ ctx, form }) => {
  switch (form.intent("begin", "confirm", "remove", "password")) {
    case "begin":
      return { intent: "begin" as const, ...(await beginTotp({ ctx, input: {} })) };
    case "confirm":
      return { intent: "confirm" as const, codes: await confirmTotp({ ctx, input: { code: form.get("code") } }) };
    case "remove":
      await removeTotp({ ctx, input: {} });
      return { intent: "remove" as const };
    case "password":
      await changePassword({
        ctx,
        input: { current: form.get("current"), password: form.get("password"), again: form.get("again") },
      });
      return { intent: "password" as const };
  }
});

export type Done = ReturnType<typeof useDone<typeof action>>;

export default function Security() {
  const data = useLoaderData<typeof loader>();
  const done = useDone<typeof action>();
  return (
    <Page title="Security" context="Your password and authenticator." tabs={settingsTabs(data.role)}>
      {data.asked && !data.enrolled && (
        <Notice tone="warn" title="Set up an authenticator first. Your role needs a second factor before anything else opens." />
      )}
      <div className="grid gap-4 lg:grid-cols-2">
        <Panel
          title="Authenticator app"
          aside={
            data.enrolled ? (
              <Badge tone="ok">On</Badge>
            ) : (
              <Badge tone={data.required ? "warn" : "neutral"}>{data.required ? "Required" : "Off"}</Badge>
            )
          }
        >
          <Totp enrolled={data.enrolled} done={done} required={data.required} />
        </Panel>
        <Panel title="Password">
          <Form intent="password">
            {done?.intent === "password" && <Notice tone="ok" title="Password changed. Your other sessions have ended." />}
            <Input label="Current password" name="current" type="password" autoComplete="current-password" />
            <Input
              label="New password"
              name="password"
              type="password"
              autoComplete="new-password"
              hint="At least 12 characters"
            />
            <Input label="Once more" name="again" type="password" autoComplete="new-password" />
            <div>
              <Submit busy="Saving…">Change password</Submit>
            </div>
          </Form>
        </Panel>
      </div>
    </Page>
  );
}
