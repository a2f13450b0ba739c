import { Link } from "@remix-run/react";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";

type Moment = string | Date;
type Occurrence = { id: string; title: string; scheduled_at: Moment; is_active: boolean; moved: boolean };
type Reminder = { id: string; remind_at: Moment; sent_at: Moment | null; person: string | null };

export function Occurrences({ list }: { list: Occurrence[] }) {
  return (
    <Panel title="Next 8 weeks" flush>
      {list.length === 0 ? (
        <Empty title="No occurrences ahead">Its rule has no day in the next eight weeks, or the series has ended.</Empty>
      ) : (
        <table className="rows">
          <thead>
            <tr>
              <th>When</th>
              <th>Title</th>
              <th>State</th>
            </tr>
          </thead>
          <tbody>
            {list.map((row) => (
              <tr key={row.id}>
                <td>
                  <Clock at={row.scheduled_at} withDay />
                </td>
                <td className="max-sm:max-w-[130px] max-sm:truncate">
                  <Link className="font-[560] hover:underline" to={`/communication/events/${row.id}`}>
                    {row.title}
                  </Link>
                </td>
                <td>
                  {!row.is_active ? <Badge tone="bad">Cancelled</Badge> : row.moved ? <Badge tone="warn">Moved</Badge> : "–"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

type Props = { list: Reminder[]; of: string; add: boolean; ofSeries: boolean };

export function Reminders({ list, of, add, ofSeries }: Props) {
  return (
    <Panel
      title="Reminders"
      flush
      aside={
        add && (
          <Link className="link" to={`/data/event_reminder/new?event=${of}`}>
            Add reminder
          </Link>
        )
      }
    >
      {list.length === 0 ? (
        <Empty title="No reminders">
          {ofSeries
            ? "A reminder of a series is sent as long before each of its occurrences."
            : "Nobody is reminded of this event."}
        </Empty>
      ) : (
        <table className="rows">
          <thead>
            <tr>
              <th>Reminds</th>
              <th>Whom</th>
              <th>{ofSeries ? "Used for" : "Sent"}</th>
            </tr>
          </thead>
          <tbody>
            {list.map((row) => (
              <tr key={row.id}>
                <td>
                  <Clock at={row.remind_at} withDay />
                </td>
                <td>{row.person ?? "Everyone in the class"}</td>
                <td>{ofSeries ? "each occurrence" : row.sent_at ? <Clock at={row.sent_at} withDay /> : "not yet"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
