import { useLoaderData } from "@remix-run/react";
import { allTenants } from "~/access/ctx.server.ts";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import {
  createApiKey,
  type KeyScope,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
} from "~/domains/integrity/keys/api-keys.server.ts";
import { count, plural } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { CopyLine } from "~/ui/feedback/copy.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Checkbox, Form, Input, Select, Submit } from "~/ui/form/form.tsx";
import { useDone } from "~/ui/form/result.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Ago, Clock } from "~/ui/time/time.tsx";
import { settingsTabs } from "./tabs.ts";

export const handle = { crumbs: () => [{ label: "API keys" }] };
export const meta = () => [{ title: "API keys · Invigil" }];

const KEY_MAY: [KeyScope, string][] = [
  ["integrity:write", "Send integrity events"],
  ["attempts:write", "Speak for attempts: save answers, heartbeat, messages"],
  ["learning:write", "Send learning events"],
  ["audit:read", "Read and verify the audit log"],
];

export const loader = protectedLoader("apikeys.read", async ({ ctx, url }) => {
  const { scope } = ctx;
  const tenants = (await allTenants()).filter(
    (tenant) => scope.kind === "all" || (scope.kind === "tenants" && scope.ids.includes(tenant.id)),
  );
  return { keys: await listApiKeys({ ctx, input: {} }), tenants, role: ctx.actor.role, origin: url.origin, now: ctx.clock.now() };
});

export const action = protectedAction("apikeys.manage", async ({ ctx, form }) => {
  switch (form.intent("revoke", "rotate", "create")) {
    case "revoke":
      await revokeApiKey({ ctx, input: { id: form.get("id"), reason: form.get("reason") } });
      return { message: "Key revoked." };
    case "rotate": {
      const { key } = await rotateApiKey({ ctx, input: { id: form.get("id") } });
      return {
        key,
        message: "New key created. The old one works for another day, so that you can replace it without interruption.",
      };
    }
    case "create": {
      const { key } = await createApiKey({
        ctx,
        input: {
          collegeId: form.get("collegeId"),
          name: form.get("name"),
          ratePerMinute: form.get("ratePerMinute"),
          days: form.get("days") as "",
          scopes: form.all("scopes") as KeyScope[],
        },
      });
      return { key, message: "New key created." };
    }
  }
});

export default function ApiKeys() {
  const { keys, tenants, role, origin, now } = useLoaderData<typeof loader>();
  const made = useDone<typeof action>()?.key;
  const manage = may(role, "apikeys.manage");
  const working = keys.filter((key) => !key.revoked_at && !(key.expires_at && new Date(key.expires_at) <= new Date(now))).length;
  const list = (
    <Panel flush>
      {keys.length === 0 ? (
        <Empty title="No keys yet">Exam clients send their integrity events with a key of their tenant.</Empty>
      ) : (
        <table className="rows">
          <thead>
            <tr>
              <th>Key</th>
              <th className="hidden md:table-cell">Tenant</th>
              <th className="num hidden lg:table-cell">Requests per minute</th>
              <th className="hidden sm:table-cell">Last used</th>
              <th>State</th>
              {manage && <th className="hidden sm:table-cell">Acts</th>}
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => {
              const over = key.expires_at !== null && new Date(key.expires_at) <= new Date(now);
              return (
                <tr key={key.id} className={key.revoked_at || over ? "text-muted" : ""}>
                  <td>
                    <span className="font-[560]">{key.name}</span> <span className="mono text-muted">{key.prefix}…</span>
                  </td>
                  <td className="hidden md:table-cell">{key.college}</td>
                  <td className="num hidden lg:table-cell">{count(key.rate_per_minute)}</td>
                  <td className="hidden sm:table-cell">
                    {key.last_used_at ? <Ago at={key.last_used_at} /> : <span className="text-muted">never</span>}
                  </td>
                  <td>
                    {key.revoked_at ? (
                      <Badge>Revoked</Badge>
                    ) : over ? (
                      <Badge>Expired</Badge>
                    ) : key.expires_at ? (
                      <Badge tone="warn">
                        Until <Clock at={key.expires_at} withDay />
                      </Badge>
                    ) : (
                      <Badge tone="ok">Works</Badge>
                    )}
                  </td>
                  {manage && (
                    <td className="hidden sm:table-cell">
                      {!key.revoked_at && (
                        <div className="flex gap-3 py-1.5">
                          <Form intent="rotate" className="contents">
                            <input type="hidden" name="id" value={key.id} />
                            <button className="link">Rotate</button>
                          </Form>
                          <details>
                            <summary className="list-none text-bad hover:underline">Revoke…</summary>
                            <Form intent="revoke" className="mt-1 flex items-end gap-2">
                              <input type="hidden" name="id" value={key.id} />
                              <Input label="Reason" name="reason" required />
                              <Submit tone="danger">Revoke</Submit>
                            </Form>
                          </details>
                        </div>
                      )}
                    </td>
                  )}
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </Panel>
  );
  return (
    <Page
      title={
        working === 0
          ? keys.length === 0
            ? "No API key yet"
            : "No API key is valid any more"
          : plural(working, "valid API key", "valid API keys")
      }
      context={
        <>
          Each belongs to one tenant. It sends integrity events to <code>{origin}/api/v1/integrity/events</code>, or reads the
          audit log, as{" "}
          <a href="/api/v1/openapi.json" className="link underline">
            openapi.json
          </a>{" "}
          describes.
        </>
      }
      tabs={settingsTabs(role)}
      made={made && <CopyLine text={made} label="Copy the key" note="It is shown only once." />}
    >
      {manage ? (
        <WithAside
          aside={
            <Panel title="New key">
              <Form intent="create">
                <Input label="What for" name="name" placeholder="Exam client" required />
                <Select
                  label="Tenant"
                  name="collegeId"
                  options={tenants.map((tenant) => ({ value: tenant.id, label: tenant.name }))}
                />
                <fieldset className="grid gap-3">
                  <legend className="mb-1 font-[560]">May</legend>
                  {KEY_MAY.map(([scope, label], index) => (
                    <Checkbox key={scope} name="scopes" value={scope} label={label} defaultChecked={index === 0} />
                  ))}
                </fieldset>
                <Input label="Requests per minute" name="ratePerMinute" type="number" min={1} defaultValue={600} />
                <Input label="Expires after (days)" name="days" type="number" min={1} hint="Empty: never" />
                <div>
                  <Submit>Create key</Submit>
                </div>
              </Form>
            </Panel>
          }
        >
          {list}
        </WithAside>
      ) : (
        list
      )}
    </Page>
  );
}
