import { Badge } from "~/ui/feedback/badge.tsx";
import { Form, Input, Submit } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";

type Hold = {
  id: string;
  reason: string;
  placed_by_name: string;
  placed_at: string | Date;
  until: string | null;
  lifted_at: string | Date | null;
  lifted_reason: string | null;
  stands: boolean;
};

const stateOf = (hold: Hold) => (hold.stands ? "Stands" : hold.lifted_at ? "Lifted" : "Ended");

function OneHold({ hold, manage }: { hold: Hold; manage: boolean }) {
  return (
    <li className="flex flex-col gap-1">
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone={hold.stands ? "warn" : "neutral"}>{stateOf(hold)}</Badge>
        <span>{hold.until ? `until ${hold.until}` : "until lifted"}</span>
      </p>
      <p>{hold.reason}</p>
      <p className="text-[12px] text-muted">
        {hold.placed_by_name}, <Ago at={hold.placed_at} />
        {hold.lifted_reason && `. Lifted: ${hold.lifted_reason}`}
      </p>
      {manage && hold.stands && (
        <details>
          <summary className="w-fit">Lift…</summary>
          <Form intent="lift" about={{ holdId: hold.id }} className="mt-2 flex flex-col gap-2">
            <Input label="Reason for lifting it" name="reason" />
            <div>
              <Submit tone="danger">Lift legal hold</Submit>
            </div>
          </Form>
        </details>
      )}
    </li>
  );
}

/** While a hold stands, nothing of this person is erased or deleted by age. */
export function HoldPanel({ holds, manage }: { holds: Hold[]; manage: boolean }) {
  return (
    <Panel title="Legal holds">
      <div className="flex flex-col gap-3">
        {holds.length === 0 ? (
          <p className="text-muted">No legal hold. One keeps everything of this person, for a lawsuit or a dispute.</p>
        ) : (
          <ul className="flex flex-col gap-3">
            {holds.map((hold) => (
              <OneHold key={hold.id} hold={hold} manage={manage} />
            ))}
          </ul>
        )}
        {manage && (
          <details>
            <summary className="w-fit">Place legal hold…</summary>
            <Form intent="hold" className="mt-2 flex flex-col gap-2">
              <Input label="Reason for the hold" name="reason" />
              <Input label="Last day" name="until" type="date" hint="Empty: until somebody lifts it" />
              <div>
                <Submit>Place legal hold</Submit>
              </div>
            </Form>
          </details>
        )}
      </div>
    </Panel>
  );
}
