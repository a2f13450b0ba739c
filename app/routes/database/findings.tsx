import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { listFindings, muteFinding, unmuteFinding } from "~/observability/findings/findings.server.ts";
import { plural } from "~/platform/format.ts";
import { Unknown } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { FindingPanel } from "./parts/finding-panel.tsx";

export const handle = { crumbs: () => [{ label: "Database", to: "/database" }, { label: "Findings" }] };

export const meta = () => [{ title: "Findings · Invigil" }];

export const loader = protectedLoader("database.read", async ({ ctx }) => ({
  findings: await listFindings({ ctx, input: {} }),
  mayAct: may(ctx.actor.role, "database.act"),
}));

export const action = protectedAction("database.act", async ({ ctx, form }) => {
  if (form.intent("unmute", "mute") === "unmute") {
    await unmuteFinding({ ctx, input: { finding: form.get("finding"), subject: form.get("subject") } });
    return { message: "The finding is shown again." };
  }
  await muteFinding({
    ctx,
    input: { finding: form.get("finding"), subject: form.get("subject"), reason: form.get("reason"), days: form.get("days") },
  });
  return { message: "Muted." };
});

type Data = ReturnType<typeof useLoaderData<typeof loader>>;

export type Finding = Data["findings"][number];

export type Evidence = Finding["evidence"][number];

const ORDER = { error: 0, warning: 1, note: 2 };

export default function Findings() {
  const { findings, mayAct } = useLoaderData<typeof loader>();
  const open = findings.map((finding) => ({
    ...finding,
    shown: finding.evidence.filter((e) => !e.mute),
    muted: finding.evidence.filter((e) => e.mute),
  }));
  const found = open
    .filter((one) => one.shown.length > 0)
    .sort((a, b) => ORDER[a.level] - ORDER[b.level] || a.id.localeCompare(b.id));
  const unknown = open.filter((one) => one.unknown);
  const reasons = [...new Set(unknown.map((one) => one.unknown!.reason))];
  const quiet = open.filter((one) => one.shown.length === 0 && !one.unknown);
  return (
    <Page
      title={
        found.length === 0
          ? unknown.length > 0
            ? "No findings in what could be checked."
            : "No findings."
          : `${plural(
              found.reduce((sum, one) => sum + one.shown.length, 0),
              "thing",
            )} from ${plural(found.length, "check")}.`
      }
      context={`${plural(findings.length, "check")}. Each says why it matters, what was found, and the statement that fixes it. Nothing is run from here.`}
    >
      {found.map((one) => (
        <FindingPanel key={one.id} finding={one} shown={one.shown} muted={one.muted} mayAct={mayAct} />
      ))}
      {reasons.map((reason) => {
        const of = unknown.filter((one) => one.unknown!.reason === reason);
        return (
          <Panel key={reason} flush title="Not checked" aside={of.length}>
            <Unknown reason={reason} grant={of[0]!.unknown!.grant} />
            <table className="rows">
              <tbody>
                {of.map((one) => (
                  <tr key={one.id} id={one.id}>
                    <td className="mono text-muted">{one.id}</td>
                    <td className="w-full">{one.title}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Panel>
        );
      })}
      <Panel title="In order" flush>
        <table className="rows">
          <tbody>
            {quiet.map((one) => (
              <tr key={one.id}>
                <td className="mono text-muted">{one.id}</td>
                <td className="w-full">{one.title}</td>
                <td className="num text-muted">{one.muted.length > 0 && `${one.muted.length} muted`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
    </Page>
  );
}
