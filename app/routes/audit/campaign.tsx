import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { getCampaign } from "~/domains/access-review/campaign.server.ts";
import { keepAccess, revokeAccess } from "~/domains/access-review/decide.server.ts";
import { acrossTenants } from "~/domains/access-review/scope.ts";
import { signOffCampaign } from "~/domains/access-review/sign-off.server.ts";
import { count, plural } from "~/platform/format.ts";
import { Form, Submit, Textarea } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";
import { CampaignRows } from "./campaign-rows.tsx";
import { CampaignState, Progress } from "./campaigns.tsx";
import { auditTabs } from "./tabs.ts";

export const handle = {
  crumbs: (data: { campaign: { name: string } } | undefined) => [
    { label: "Audit", to: "/audit" },
    { label: "Access review", to: "/audit/access" },
    { label: data?.campaign.name ?? "Campaign" },
  ],
};
export const meta = ({ data }: { data?: { campaign: { name: string } } }) => [
  { title: `${data?.campaign.name ?? "Campaign"} · Invigil` },
];

export const loader = protectedLoader("staff.read", async ({ ctx, params }) => ({
  ...(await getCampaign({ ctx: acrossTenants(ctx), input: { id: params["id"] ?? "" } })),
  role: ctx.actor.role,
  today: ctx.clock.now().toISOString().slice(0, 10),
}));

export const action = protectedAction("staff.read", async ({ ctx: own, form, params }) => {
  const ctx = acrossTenants(own);
  const reason = form.get("reason");
  switch (form.intent("keep", "revoke", "sign-off")) {
    case "keep": {
      const { kept } = await keepAccess({ ctx, input: { rows: form.all("row"), reason } });
      return { message: `Access kept for ${plural(kept, "row")}.` };
    }
    case "revoke": {
      const { name } = await revokeAccess({ ctx, input: { row: form.get("row"), reason } });
      return { message: `Access of ${name} revoked.` };
    }
    case "sign-off":
      await signOffCampaign({ ctx, input: { id: params["id"] ?? "", note: form.get("note") } });
      return { message: "Campaign signed off." };
  }
});

export default function CampaignPage() {
  const { campaign, rows, joined, mayDecide, maySign, role, today } = useLoaderData<typeof loader>();
  const decided = campaign.kept + campaign.revoked;
  const report = (format: string) => `/audit/access/campaigns/${campaign.id}/report.${format}`;
  return (
    <Page
      title={
        campaign.signed_at
          ? `${campaign.name}: signed off by ${campaign.signed_by_name ?? ""}.`
          : `${campaign.name}: ${count(decided)} of ${count(campaign.rows)} decided.`
      }
      badge={<CampaignState item={campaign} today={today} />}
      context={
        <>
          Who had access on <Clock at={campaign.started_at} withDay />, when {campaign.started_by_name} started it. Due{" "}
          {campaign.due_on}. {count(campaign.kept)} kept, {count(campaign.revoked)} revoked, {count(campaign.open)} undecided.
        </>
      }
      tabs={auditTabs(role)}
      actions={
        <>
          <a className="control" href={report("pdf")} download>
            Report as PDF
          </a>
          <a className="control" href={report("csv")} download>
            CSV
          </a>
        </>
      }
    >
      <Progress of={campaign.rows} decided={decided} />
      <CampaignRows rows={rows} open={!campaign.signed_at} mayDecide={mayDecide} maySign={maySign} />
      {joined.length > 0 && (
        <Panel title="Got access after the start" aside={count(joined.length)}>
          <p className="mb-1.5 text-muted">They are not part of this campaign. The next one holds them.</p>
          <ul className="flex flex-col gap-1">
            {joined.map((subject) => (
              <li key={subject.id}>
                <span className="font-[560]">{subject.name}</span> {subject.role}, {subject.tenants}, since{" "}
                <Clock at={subject.since} withDay />
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {campaign.note && <Panel title="Note of the auditor">{campaign.note}</Panel>}
      {maySign && !campaign.signed_at && (
        <Panel title="Sign off">
          {campaign.open > 0 ? (
            <p className="text-muted">
              {plural(campaign.open, "row is", "rows are")} undecided. A campaign is signed off when each is decided.
            </p>
          ) : (
            <Form intent="sign-off">
              <Textarea label="Note" name="note" hint="What you checked, for whoever reads the report" maxLength={2000} />
              <div>
                <Submit>Sign off campaign</Submit>
              </div>
            </Form>
          )}
        </Panel>
      )}
    </Page>
  );
}
