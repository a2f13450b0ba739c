import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { cancelEvent, endSeries } from "~/domains/communication/events/cancel-event.server.ts";
import { changeSeries } from "~/domains/communication/events/change-series.server.ts";
import { eventFacts } from "~/domains/communication/events/event.server.ts";
import { plural } from "~/platform/format.ts";
import "~/domains/resources.ts";
import { get } from "~/resources/verbs.server.ts";
import { History } from "~/resources/history-view.tsx";
import { history } from "~/resources/history.server.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { WithAside } from "~/ui/layout/panel.tsx";
import { EventFacts } from "./event-facts.tsx";
import { CancelEvent, ChangeSeries, EndSeries } from "./event-forms.tsx";
import { Occurrences, Reminders } from "./event-lists.tsx";

type Shown = { event: { title: string } };
export const handle = {
  crumbs: (data: Shown | undefined) => [{ label: "Events", to: "/communication/events" }, { label: data?.event.title ?? "" }],
};
export const meta = ({ data }: { data?: Shown }) => [{ title: `${data?.event.title ?? "Event"} · Invigil` }];

export const loader = protectedLoader("platform.read", async ({ ctx, params }) => {
  const id = params["id"] ?? "";
  const facts = await eventFacts({ ctx, input: { id } });
  const { labels } = await get({ ctx, input: { resource: "event", id } });
  return {
    ...facts,
    className: labels["class"]?.[facts.event.class_id ?? ""] ?? "",
    past: await history({ ctx, input: { resource: "event", id } }),
    manage: may(ctx.actor.role, "platform.manage"),
  };
});

export const action = protectedAction("platform.manage", async ({ ctx, form, params }) => {
  const id = params["id"] ?? "";
  const intent = form.intent("cancel", "end", "change");
  if (intent === "cancel") {
    await cancelEvent({ ctx, input: { id, reason: form.get("reason") } });
    return { message: "Event cancelled." };
  }
  if (intent === "end") {
    const { cancelled } = await endSeries({ ctx, input: { id, from: form.get("from"), reason: form.get("reason") } });
    return { message: `Series ended. ${plural(cancelled, "occurrence")} cancelled.` };
  }
  const { id: continued } = await changeSeries({
    ctx,
    input: { id, from: form.get("from"), title: form.get("title"), rule: form.get("rule"), minutes: form.get("minutes") },
  });
  return continued === id ? { message: "Series changed." } : redirect(`/communication/events/${continued}`);
});

export default function EventPage() {
  const { event, className, today, occurrences, reminders, past, manage } = useLoaderData<typeof loader>();
  const ofExam = event.exam_id === event.id;
  return (
    <Page
      title={event.title}
      badge={event.is_active ? undefined : <Badge tone="bad">Cancelled</Badge>}
      context={`Time zone of the tenant: ${event.time_zone}`}
      actions={
        manage &&
        !ofExam && (
          <>
            <LinkButton to={`/data/event/${event.id}`}>Delete…</LinkButton>
            <LinkButton to={`/data/event/${event.id}/edit`}>Edit</LinkButton>
          </>
        )
      }
    >
      <WithAside aside={<History entries={past} />}>
        <EventFacts event={event} className={className} />
        {event.is_recurring && <Occurrences list={occurrences} />}
        <Reminders list={reminders} of={event.id} add={manage && !ofExam} ofSeries={event.is_recurring} />
        {manage && event.is_recurring && event.is_active && (
          <>
            <ChangeSeries event={event} today={today} />
            <EndSeries today={today} />
          </>
        )}
        {manage && !event.is_recurring && event.is_active && !ofExam && <CancelEvent ofSeries={event.series_id !== null} />}
      </WithAside>
    </Page>
  );
}
