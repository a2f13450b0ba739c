import { Link } from "@remix-run/react";
import type { listCampaigns } from "~/domains/access-review/campaign.server.ts";
import { count } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Form, Input, Submit } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

type Item = Awaited<ReturnType<typeof listCampaigns>>[number];

/** Reviews of who has access, and the form that starts one. */
export function Campaigns({ campaigns, today, mayStart }: { campaigns: Item[]; today: string; mayStart: boolean }) {
  return (
    <Panel title="Campaigns" aside={campaigns.length === 0 ? "none yet" : undefined}>
      {campaigns.length > 0 && (
        <ul className="mb-3 flex flex-col gap-1.5">
          {campaigns.map((item) => (
            <li key={item.id} className="flex flex-wrap items-center gap-x-3">
              <Link to={`/audit/access/campaigns/${item.id}`} className="font-[560] hover:underline">
                {item.name}
              </Link>
              <span className="text-muted">
                {count(item.kept + item.revoked)} of {count(item.rows)} decided, due {item.due_on}
              </span>
              <CampaignState item={item} today={today} />
            </li>
          ))}
        </ul>
      )}
      {mayStart && (
        <details open={campaigns.length === 0}>
          <summary className="link">Start a campaign</summary>
          <Form className="mt-2 flex flex-wrap items-end gap-3" intent="start">
            <Input label="Name" name="name" placeholder="Autumn review" required maxLength={120} />
            <Input label="Due on" name="dueOn" type="date" min={today} required />
            <Submit>Start campaign</Submit>
          </Form>
          <p className="mt-1.5 text-[12px] text-muted">
            It holds everybody and every API key that has access now. Who gets access later is named apart.
          </p>
        </details>
      )}
    </Panel>
  );
}

export function CampaignState({ item, today }: { item: Pick<Item, "signed_at" | "due_on">; today: string }) {
  if (item.signed_at) return <Badge tone="ok">Signed off</Badge>;
  return item.due_on < today ? <Badge tone="bad">Overdue</Badge> : <Badge tone="warn">Open</Badge>;
}

/** How far a campaign has come. */
export function Progress({ of, decided }: { of: number; decided: number }) {
  return (
    <div
      role="progressbar"
      aria-label="Decided"
      aria-valuemin={0}
      aria-valuemax={of}
      aria-valuenow={decided}
      className="h-1.5 overflow-hidden rounded-full bg-hairline"
    >
      <div className="h-full bg-accent" style={{ width: `${(100 * decided) / Math.max(1, of)}%` }} />
    </div>
  );
}
