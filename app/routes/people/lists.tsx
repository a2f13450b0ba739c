import { Link } from "@remix-run/react";
import type { personOverview } from "~/domains/people/person-overview.server.ts";
import { money } from "~/platform/format.ts";
import { State } from "~/resources/cell.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago, Clock } from "~/ui/time/time.tsx";

export type Matter = Awaited<ReturnType<typeof personOverview>>;

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
            <th className="max-sm:hidden">Drop reason</th>
          </tr>
        </thead>
        <tbody>
          {enrollments.map((enrollment) => (
            <tr key={enrollment.id}>
              <td>
                <Link to={`/academics/classes/${enrollment.class_id}`} className="font-[560] hover:underline">
                  {enrollment.class}
                </Link>
              </td>
              <td>
                <Link to={`/enrollments/${enrollment.id}`}>
                  <State value={enrollment.status} />
                </Link>
              </td>
              <td>
                <State value={enrollment.payment_status} />
              </td>
              <td className="text-muted max-sm:hidden">{enrollment.drop_reason ?? "–"}</td>
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
          {payments.map((payment) => (
            <tr key={payment.id}>
              <td>
                <Link to={`/enrollments/payments/${payment.id}`} className="mono hover:underline">
                  {payment.transaction_id ?? "without transaction"}
                </Link>
              </td>
              <td className="num">{money(payment.amount_minor, payment.currency)}</td>
              <td>
                <State value={payment.status} />
              </td>
              <td className="text-muted max-sm:hidden">
                <Ago at={payment.created_at} />
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
