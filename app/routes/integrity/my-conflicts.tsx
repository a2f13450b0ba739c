import { plural } from "~/platform/format.ts";
import { Form, Submit } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";

type Declared = { id: string; reason: string; created_at: Date; class: string | null; college: string };

/** Whom this person has said to know: never offered to them, and taken back where it was a mistake. */
export function MyConflicts({ list }: { list: Declared[] }) {
  if (list.length === 0) return null;
  return (
    <details>
      <summary className="w-fit text-muted">
        You declared that you know {plural(list.length, "student or class", "students or classes")}
      </summary>
      <Panel flush className="mt-2">
        <table className="rows">
          <tbody>
            {list.map((declared) => (
              <tr key={declared.id}>
                <td>
                  {declared.class ?? "A student"} <span className="text-muted">· {declared.college}</span>
                </td>
                <td className="max-w-[320px] truncate">{declared.reason}</td>
                <td>
                  <Ago at={declared.created_at} />
                </td>
                <td className="text-right">
                  <Form intent="withdraw" about={{ id: declared.id }} className="contents">
                    <Submit tone="plain">Withdraw</Submit>
                  </Form>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
    </details>
  );
}
