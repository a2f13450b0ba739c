import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { listSessions, revokeOtherSessions, revokeSession, SESSION_LIMITS } from "~/access/staff/sessions.server.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { plural } from "~/platform/format.ts";
import { Form, Submit } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { settingsTabs } from "./tabs.ts";

export const handle = { crumbs: () => [{ label: "Sessions" }] };
export const meta = () => [{ title: "Sessions · Invigil" }];

export const loader = protectedLoader("self", async ({ ctx, url }) => {
  const everybody = url.searchParams.get("all") === "1";
  return {
    role: ctx.actor.role,
    current: ctx.staff.id,
    limits: SESSION_LIMITS,
    sessions: await listSessions({ ctx, input: { everybody } }),
  };
});

export const action = protectedAction("self", async ({ ctx, form }) => {
  const others = form.intent("others", "") === "others";
  if (!others) await revokeSession({ ctx, input: { id: form.get("id") } });
  const ended = others ? await revokeOtherSessions({ ctx, input: {} }) : 1;
  return { message: ended > 0 ? `${plural(ended, "session has", "sessions have")} ended.` : "There were no other sessions." };
});

function browser(agent: string | null): string {
  const name = /(Firefox|Edg|Chrome|Safari)\/[\d.]+/.exec(agent ?? "")?.[1];
  const system = /(Windows|Mac OS X|Android|iPhone|iPad|Linux)/.exec(agent ?? "")?.[1];
  return name ? `${name === "Edg" ? "Edge" : name}${system ? ` on ${system}` : ""}` : (agent?.slice(0, 40) ?? "unknown");
}

export default function Sessions() {
  const { role, sessions, current, limits } = useLoaderData<typeof loader>();
  return (
    <Page
      title="Sessions"
      context={`A session ends ${limits.idleMinutes} minutes after its last request, and ${limits.absoluteHours} hours after its login. A session that you end here ends at its next request.`}
      tabs={settingsTabs(role)}
      actions={
        <Form intent="others" className="">
          <Submit tone="danger">End my other sessions</Submit>
        </Form>
      }
    >
      <Panel flush>
        <table className="rows">
          <thead>
            <tr>
              <th>Person</th>
              <th>Browser</th>
              <th className="hidden md:table-cell">Address</th>
              <th>Last request</th>
              <th className="hidden md:table-cell">Logged in</th>
              <th>
                <span className="sr-only">End</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sessions.map((session) => (
              <tr key={session.id}>
                <td>{session.name}</td>
                <td>
                  {browser(session.user_agent)} {session.id === current && <Badge tone="accent">This one</Badge>}
                </td>
                <td className="mono hidden md:table-cell">{session.ip_address}</td>
                <td>
                  <Ago at={session.last_seen_at} />
                </td>
                <td className="hidden md:table-cell">
                  <Ago at={session.created_at} />
                </td>
                <td className="num">
                  {session.id !== current && (
                    <Form className="">
                      <input type="hidden" name="id" value={session.id} />
                      <Submit tone="plain" aria-label={`End the session of ${session.name} in ${browser(session.user_agent)}`}>
                        End
                      </Submit>
                    </Form>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
    </Page>
  );
}
