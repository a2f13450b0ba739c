import { useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { erasePerson } from "~/domains/privacy/erase-person.server.ts";
import { liftHold, listHolds, placeHold } from "~/domains/privacy/legal-hold.server.ts";
import { previewErasure } from "~/domains/privacy/preview-erasure.server.ts";
import { startPersonExport } from "~/domains/privacy/start-export.server.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { WithAside } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";
import { ErasePanel } from "./erase-panel.tsx";
import { ExportPanel } from "./export-panel.tsx";
import { HeldTables } from "./held-tables.tsx";
import { HoldPanel } from "./hold-panel.tsx";

type Shown = { person: { id: string; name: string } };

export const handle = {
  crumbs: (data: Shown | undefined) => [
    { label: "People", to: "/people" },
    { label: data?.person.name ?? "", to: `/people/${data?.person.id ?? ""}` },
    { label: "Personal data" },
  ],
};
export const meta = ({ data }: { data?: Shown }) => [{ title: `Personal data of ${data?.person.name ?? "person"} · Invigil` }];

export const loader = protectedLoader("platform.read", async ({ ctx, params }) => {
  const id = params["id"] ?? "";
  const preview = await previewErasure({ ctx, input: { id } });
  await recordAlone(ctx, {
    action: "user.view_data",
    resource: "user",
    resourceId: id,
    collegeId: preview.person.college_id,
  });
  return { ...preview, holds: await listHolds({ ctx, input: { id } }), role: ctx.actor.role };
});

export const action = protectedAction("platform.manage", async ({ ctx, form, params }) => {
  const id = params["id"] ?? "";
  const reason = form.get("reason");
  switch (form.intent("export", "hold", "lift", "erase")) {
    case "export": {
      const { jobId } = await startPersonExport({ ctx, input: { id, reason } });
      return redirect(`/jobs/${jobId}`);
    }
    case "hold":
      await placeHold({ ctx, input: { id, reason, until: form.get("until") } });
      return { message: "The legal hold stands. Nothing of this person is erased or deleted by age until it ends." };
    case "lift":
      await liftHold({ ctx, input: { id, holdId: form.get("holdId"), reason } });
      return { message: "The legal hold is lifted." };
    case "erase": {
      const { number } = await erasePerson({ ctx, input: { id, reason, typed: form.get("typed") } });
      return { message: `Erased. From now on this is Person ${number}.` };
    }
  }
});

export default function PersonalData() {
  const { person, tables, blockers, auditEntries, holds, role } = useLoaderData<typeof loader>();
  const manage = may(role, "platform.manage");
  const held = holds.some((hold) => hold.stands);
  return (
    <Page
      title={`Personal data of ${person.name}`}
      badge={person.erased_at ? <Badge tone="neutral">Erased</Badge> : held && <Badge tone="warn">On legal hold</Badge>}
      context="What the platform holds on this person, table by table, and what an erasure would do to it."
    >
      {person.erased_at && (
        <Notice tone="neutral" title={`Erased as ${person.name}`}>
          On <Clock at={person.erased_at} withDay />. What is listed below stays, and names the person by number.
        </Notice>
      )}
      <WithAside
        aside={
          <>
            {manage && !person.erased_at && <ExportPanel />}
            <HoldPanel holds={holds} manage={manage && !person.erased_at} />
          </>
        }
      >
        <HeldTables tables={tables} erased={person.erased_at !== null} />
        {!person.erased_at && (
          <ErasePanel id={person.id} email={person.email} blockers={blockers} auditEntries={auditEntries} manage={manage} />
        )}
      </WithAside>
    </Page>
  );
}
