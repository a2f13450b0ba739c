import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { setRetention } from "~/domains/privacy/retention/periods.server.ts";
import { previewRetention, retentionFacts } from "~/domains/privacy/retention/preview.server.ts";
import { plural } from "~/platform/format.ts";
import { Page } from "~/ui/layout/page.tsx";
import { RetentionKinds } from "./retention-kinds.tsx";
import { RetentionRuns } from "./retention-runs.tsx";
import { settingsTabs } from "./tabs.ts";

export const handle = { crumbs: () => [{ label: "Retention" }] };
export const meta = () => [{ title: "Retention · Invigil" }];

export const loader = protectedLoader("platform.read", async ({ ctx }) => ({
  ...(await retentionFacts({ ctx, input: {} })),
  role: ctx.actor.role,
}));

export const action = protectedAction("platform.manage", async ({ ctx, form }) => {
  const kind = form.get("kind") as Parameters<typeof previewRetention>[0]["input"]["kind"];
  const days = form.get("days");
  if (form.intent("preview", "save") === "preview") {
    if (days === "") return { message: "Without a period nothing is deleted." };
    const { records, more } = await previewRetention({ ctx, input: { kind, days } });
    return { message: `${more ? "More than " : ""}${plural(records, "record")} would go with a period of ${days} days.` };
  }
  await setRetention({ ctx, input: { kind, days, reason: form.get("reason") } });
  return { message: "Saved. The next run is at 04:30 UTC." };
});

export default function Retention() {
  const { kinds, runs, ofTenant, role } = useLoaderData<typeof loader>();
  return (
    <Page
      title="Retention"
      context={
        ofTenant
          ? "How long this tenant keeps each kind of data. Where it sets no period, that of the installation holds."
          : "How long each kind of data is kept. A tenant may set its own periods. Without a period nothing is deleted."
      }
      tabs={settingsTabs(role)}
    >
      <RetentionKinds kinds={kinds} manage={may(role, ofTenant ? "platform.manage" : "tenants.manage")} />
      {!ofTenant && <RetentionRuns runs={runs} />}
    </Page>
  );
}
