import { count, plural } from "~/platform/format.ts";
import { Button, Form, Input, Submit } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

type Kind = {
  key: string;
  label: string;
  says: string;
  minDays: number;
  own: number | null;
  inherited: number | null;
  due: number;
  more: boolean;
};

function periodOf({ own, inherited }: Kind): string {
  if (own !== null) return plural(own, "day");
  return inherited !== null ? `${plural(inherited, "day")}, by the installation` : "Kept";
}

function Change({ kind }: { kind: Kind }) {
  return (
    <details>
      <summary className="w-fit" aria-label={`Change the period of ${kind.label}`}>
        Change…
      </summary>
      <Form about={{ kind: kind.key }} className="mt-2 flex max-w-sm flex-col gap-2">
        <Input
          label="Days"
          name="days"
          inputMode="numeric"
          defaultValue={kind.own}
          hint={`At least ${kind.minDays}. Empty: no period of its own`}
        />
        <Input label="Reason" name="reason" hint="Recorded in the audit log" />
        <div className="flex gap-2">
          <Button type="submit" name="intent" value="preview">
            Preview
          </Button>
          <Submit name="intent" value="save">
            Save period
          </Submit>
        </div>
      </Form>
    </details>
  );
}

export function RetentionKinds({ kinds, manage }: { kinds: Kind[]; manage: boolean }) {
  return (
    <Panel title="Periods" flush>
      <table className="rows">
        <thead>
          <tr>
            <th>Data</th>
            <th>Period</th>
            <th className="num">Due now</th>
            {manage && (
              <th className="max-sm:hidden">
                <span className="sr-only">Change</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {kinds.map((kind) => (
            <tr key={kind.key} className="align-top [&>td]:!py-2">
              <td className="!whitespace-normal">
                <p className="font-[560]">{kind.label}</p>
                <p className="text-[12px] text-muted">{kind.says}</p>
                {manage && (
                  <div className="mt-1 sm:hidden">
                    <Change kind={kind} />
                  </div>
                )}
              </td>
              <td className="!whitespace-normal">{periodOf(kind)}</td>
              <td className="num">{kind.more ? `${count(kind.due)}+` : count(kind.due)}</td>
              {manage && (
                <td className="max-sm:hidden">
                  <Change kind={kind} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
