import { Form, Input, Submit, Textarea } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

type Series = {
  title: string;
  recurrence_pattern: string | null;
  scheduled_at: string | Date;
  end_date_time: string | Date | null;
};

const minutesOf = ({ scheduled_at, end_date_time }: Series) =>
  end_date_time ? Math.round((new Date(end_date_time).getTime() - new Date(scheduled_at).getTime()) / 60_000) : 0;

export function ChangeSeries({ event, today }: { event: Series; today: string }) {
  return (
    <Panel title="Change the series">
      <Form intent="change">
        <div className="grid gap-3 sm:grid-cols-2">
          <Input
            label="From"
            name="from"
            type="date"
            min={today}
            defaultValue={today}
            hint="Earlier occurrences stay as they are. Later ones that were changed alone are replaced."
          />
          <Input label="Title" name="title" defaultValue={event.title} />
          <Input
            label="Recurrence rule"
            name="rule"
            className="input mono"
            defaultValue={event.recurrence_pattern}
            hint="Five cron fields in the tenant's time zone: 0 9 * * 1 is every Monday at 09:00"
          />
          <Input label="Minutes" name="minutes" inputMode="numeric" defaultValue={minutesOf(event)} hint="0: no end time" />
        </div>
        <div>
          <Submit>Change series</Submit>
        </div>
      </Form>
    </Panel>
  );
}

export function EndSeries({ today }: { today: string }) {
  return (
    <Panel title="End the series">
      <Form intent="end">
        <Input
          label="First day without it"
          name="from"
          type="date"
          min={today}
          defaultValue={today}
          hint="Occurrences from this day on are cancelled, and nobody is reminded of them."
        />
        <Textarea label="Reason" name="reason" hint="Recorded in the audit log" />
        <div>
          <Submit tone="danger">End series</Submit>
        </div>
      </Form>
    </Panel>
  );
}

export function CancelEvent({ ofSeries }: { ofSeries: boolean }) {
  return (
    <Panel title={ofSeries ? "Cancel this occurrence" : "Cancel the event"}>
      <Form intent="cancel">
        <Textarea
          label="Reason"
          name="reason"
          hint={`Recorded in the audit log. Nobody is reminded of it any more.${ofSeries ? " The rest of the series takes place." : ""}`}
        />
        <div>
          <Submit tone="danger">{ofSeries ? "Cancel occurrence" : "Cancel event"}</Submit>
        </div>
      </Form>
    </Panel>
  );
}
