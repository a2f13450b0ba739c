import { Form as Plain } from "@remix-run/react";

type Placed = { id: string; row: number; column: number; name: string; roll_no: string | null };

/** Rows and columns that have somebody, and those between them; a hall of five hundred empty columns is not drawn. */
const span = (values: number[]) => {
  const [from, to] = [Math.min(...values), Math.max(...values)];
  return Array.from({ length: Math.min(60, to - from + 1) }, (_, at) => from + at);
};

/** One room as it is seen from above, the front on top. */
export function RoomPlan({ room, seats, removable }: { room: string; seats: Placed[]; removable: boolean }) {
  const at = new Map(seats.map((seat) => [`${seat.row}:${seat.column}`, seat]));
  const columns = span(seats.map((seat) => seat.column));
  return (
    <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={`Seats of ${room}`}>
      <table className="border-separate border-spacing-1 text-[11px]">
        <caption className="sr-only">Seats of {room}, the front first</caption>
        <thead>
          <tr>
            <th className="sr-only">Row</th>
            {columns.map((column) => (
              <th key={column} scope="col" className="font-normal text-faint">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {span(seats.map((seat) => seat.row)).map((row) => (
            <tr key={row}>
              <th scope="row" className="pr-1 font-normal text-faint">
                {row}
              </th>
              {columns.map((column) => {
                const seat = at.get(`${row}:${column}`);
                return (
                  <td key={column} className={`min-w-14 rounded-[4px] px-1.5 py-1 text-center ${seat ? "bg-sunk" : ""}`}>
                    {seat && (
                      <>
                        <span className="mono block whitespace-nowrap" title={seat.name}>
                          {seat.roll_no ?? seat.name}
                        </span>
                        {removable && (
                          <Plain method="post">
                            <input type="hidden" name="seatId" value={seat.id} />
                            <button
                              name="intent"
                              value="remove"
                              className="text-muted hover:text-bad"
                              aria-label={`Remove ${seat.roll_no ?? seat.name} from this seat`}
                            >
                              Remove
                            </button>
                          </Plain>
                        )}
                      </>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
