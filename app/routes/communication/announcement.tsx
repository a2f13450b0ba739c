import { useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { previewAnnouncement } from "~/domains/communication/announcements/preview.server.ts";
import { publishAnnouncement } from "~/domains/communication/publish-announcement.server.ts";
import { plural } from "~/platform/format.ts";
import { Facts } from "~/resources/detail-view.tsx";
import { History } from "~/resources/history-view.tsx";
import { history } from "~/resources/history.server.ts";
import { resourceNamed } from "~/resources/registry.ts";
import { get } from "~/resources/verbs.server.ts";
import { viewOf } from "~/resources/view.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { WithAside } from "~/ui/layout/panel.tsx";
import { Recipients } from "./recipients.tsx";

type Shown = { title: string };
export const handle = {
  crumbs: (data: Shown | undefined) => [
    { label: "Announcements", to: "/communication/announcements" },
    { label: data?.title ?? "" },
  ],
};
export const meta = ({ data }: { data?: Shown }) => [{ title: `${data?.title ?? "Announcement"} · Invigil` }];

export const loader = protectedLoader("platform.read", async ({ ctx, params }) => {
  const id = params["id"] ?? "";
  const found = await get({ ctx, input: { resource: "announcement", id } });
  return {
    ...found,
    preview: found.deletedAt ? null : await previewAnnouncement({ ctx, input: { id } }),
    resource: viewOf(resourceNamed("announcement"), ctx.actor.role),
    past: await history({ ctx, input: { resource: "announcement", id } }),
    manage: may(ctx.actor.role, "platform.manage"),
  };
});

export const action = protectedAction("platform.manage", async ({ ctx, form, params }) => {
  form.intent("publish");
  const { told } = await publishAnnouncement({ ctx, input: { id: params["id"] ?? "" } });
  return { message: `Published: ${plural(told, "message")} on the way.` };
});

export default function AnnouncementPage() {
  const { resource, row, title, labels, past, preview, manage, deletedAt } = useLoaderData<typeof loader>();
  const published = preview?.news.published_at ?? null;
  return (
    <Page
      title={title}
      badge={deletedAt ? <Badge tone="bad">In the trash</Badge> : published ? <Badge tone="ok">Published</Badge> : undefined}
      context="Announcement"
      actions={
        manage && (
          <>
            <LinkButton to={`/data/announcement/${row.id}`}>{deletedAt ? "Restore" : "Delete"}…</LinkButton>
            {!deletedAt && <LinkButton to={`/data/announcement/${row.id}/edit`}>Edit</LinkButton>}
          </>
        )
      }
    >
      <WithAside aside={<History entries={past} />}>
        {preview && !published && <Recipients preview={preview} publish={manage} />}
        <Facts resource={resource} values={row.values} labels={labels} id={row.id} />
      </WithAside>
    </Page>
  );
}
