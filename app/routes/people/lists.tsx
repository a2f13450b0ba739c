import { Link } from "@remix-run/react";
import type { personMatter } from "~/domains/people/matter.server.ts";
import { money } from "~/platform/format.ts";
import { State } from "~/resources/cell.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago, Clock } from "~/ui/time/time.tsx";

export type Matter = Awaited<ReturnType<typeof personMatter>>;

export function ExamsAhead({ exams }: Pick<Matter, "exams">) {
  return (
    <Panel title="Exams ahead" flush>
      {exams.length === 0 ? (
        <Empty title="No exam in the next 14 days">
          A student sees the exams of the classes in which they are actively enrolled.
        </Empty>
      ) : (
        <table className="rows">
          <tbody>
            {exams.map((exam) => (
              <tr key={exam.id}>
                <td>
                  <Clock at={exam.start_time} withDay />
                </td>
                <td>
                  <Link to={`/exams/${exam.id}`} className="font-[560] hover:underline">
                    {exam.title}
                  </Link>
                </td>
                <td>
                  <State value={exam.status} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

export function Enrollments({ enrollments }: Pick<Matter, "enrollments">) {
  return (
    <Panel title="Enrollments" flush>
      <table className="rows">
        <thead>
          <tr>
            <th>Class</th>
            <th>State</th>
            <th>Payment</th>
            <th className="max-sm:hidden">Why dropped</th>
          </tr>
        </thead>
        <tbody>
          {enrollments.map((one) => (
            <tr key={one.id}>
              <td>
                <Link to={`/academics/classes/${one.class_id}`} className="font-[560] hover:underline">
                  {one.class}
                </Link>
              </td>
              <td>
                <Link to={`/enrollments/${one.id}`}>
                  <State value={one.status} />
                </Link>
              </td>
              <td>
                <State value={one.payment_status} />
              </td>
              <td className="text-muted max-sm:hidden">{one.drop_reason ?? "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

export function Payments({ payments }: Pick<Matter, "payments">) {
  return (
    <Panel title="Payments" flush>
      <table className="rows">
        <tbody>
          {payments.map((one) => (
            <tr key={one.id}>
              <td>
                <Link to={`/enrollments/payments/${one.id}`} className="mono hover:underline">
                  {one.transaction_id ?? "without transaction"}
                </Link>
              </td>
              <td className="num">{money(one.amount_minor, one.currency)}</td>
              <td>
                <State value={one.status} />
              </td>
              <td className="text-muted max-sm:hidden">
                <Ago at={one.created_at} />
              </td>
            </tr>
          ))}
          {payments.length === 0 && (
            <tr>
              <td className="text-muted">No payments.</td>
            </tr>
          )}
        </tbody>
      </table>
    </Panel>
  );
}
