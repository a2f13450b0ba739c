import { SIGNALS } from "~/domains/integrity/signals.ts";
import { Form, Input, Labelled, Select, Submit } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

type One = {
  id: string;
  name: string;
  roll_no: string | null;
  exam_id: string | null;
  extra_percent: number;
  ignored_signals: string[];
  reason: string;
};

const named = (signal: string) => (SIGNALS as Record<string, { label: string }>)[signal]?.label ?? signal.toLowerCase();

/** Signals that a way of working can cause: what an accommodation may take out. */
const MAY_IGNORE = [
  "GAZE_AWAY",
  "NO_FACE",
  "SPEECH",
  "WINDOW_BLUR",
  "TAB_SWITCH",
  "FULLSCREEN_EXIT",
  "LONG_PAUSE",
  "SEVERAL_FACES",
];

export function Accommodations({
  list,
  seats,
  operate,
}: {
  list: One[];
  seats: { user_id: string; name: string; roll_no: string | null }[];
  operate: boolean;
}) {
  return (
    <Panel flush title="Accommodations" aside={list.length === 0 ? "none in this exam" : undefined}>
      {list.length > 0 && (
        <table className="rows">
          <thead>
            <tr>
              <th>Student</th>
              <th className="num">Extra time</th>
              <th>Excluded signals</th>
              <th className="hidden md:table-cell">Reason</th>
              <th className="hidden sm:table-cell">For</th>
            </tr>
          </thead>
          <tbody>
            {list.map((one) => (
              <tr key={one.id}>
                <td>
                  {one.name} <span className="text-muted">{one.roll_no}</span>
                </td>
                <td className="num">{one.extra_percent > 0 ? `${one.extra_percent} %` : "–"}</td>
                <td>{one.ignored_signals.map(named).join(", ") || <span className="text-muted">none</span>}</td>
                <td className="hidden max-w-[320px] truncate md:table-cell">{one.reason}</td>
                <td className="hidden sm:table-cell">
                  {one.exam_id ? "this exam" : "every exam"}
                  {operate && one.exam_id && (
                    <details>
                      <summary className="list-none text-bad hover:underline">Remove…</summary>
                      <Form intent="unaccommodate" about={{ id: one.id }} className="my-1.5 flex flex-wrap items-end gap-2">
                        <Input label={`Reason for removing it from ${one.name}`} name="reason" required />
                        <Submit tone="danger">Remove</Submit>
                      </Form>
                    </details>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {operate && (
        <details className="border-t px-3.5 py-3">
          <summary className="w-fit font-[520] text-accent">Grant an accommodation…</summary>
          <Form intent="accommodate" className="mt-3 grid gap-3 sm:grid-cols-2">
            <Select
              label="Student"
              name="userId"
              options={[
                { value: "", label: "Choose a student" },
                ...seats.map((seat) => ({ value: seat.user_id, label: `${seat.name} ${seat.roll_no ?? ""}` })),
              ]}
            />
            <Input label="Extra time (%)" name="extraPercent" type="number" min={0} max={400} defaultValue={25} />
            <Labelled label="Excluded signal" hint="It stays visible and does not count">
              {(ids) => (
                <select {...ids} name="ignored" className="input">
                  <option value="">None</option>
                  {MAY_IGNORE.map((signal) => (
                    <option key={signal} value={signal}>
                      {named(signal)}
                    </option>
                  ))}
                </select>
              )}
            </Labelled>
            <Input label="Reason" name="reason" required />
            <div>
              <Submit>Grant</Submit>
            </div>
          </Form>
        </details>
      )}
    </Panel>
  );
}
