import { Link, useLocation, useNavigate } from "@remix-run/react";
import { ChevronLeft, Clock3 } from "lucide-react";
import { RANGE_LABELS, rangeQuery, withoutRange, type RangeName } from "~/platform/range.ts";
import { localTime } from "~/platform/zone.ts";
import { Dropdown } from "~/ui/layout/dropdown.tsx";
import { CopyMoment, neighboursOf } from "./range-links.tsx";
import type { ShownRange } from "./shown-range.tsx";
import { useZone } from "./time.tsx";

const ROW = "flex min-h-8 w-full items-center gap-2 rounded-control px-2 text-left hover:bg-sunk";

/** Every range that a page can show, by name or by its two ends. */
export function RangeMenu({ shown }: { shown: ShownRange }) {
  const zone = useZone();
  const { name } = shown.range;
  const { previous } = neighboursOf(shown);
  return (
    <Dropdown
      label="Time range"
      summaryClassName="font-[520] whitespace-nowrap control"
      panelClassName="right-0 mt-1 w-[308px] p-1"
      summary={
        <>
          <Clock3 size={14} aria-hidden />
          <span className="hidden lg:inline">{name ? RANGE_LABELS[name] : "Custom range"}</span>
          <span className="hidden font-normal text-muted lg:inline">{zone === "UTC" ? "UTC" : "local"}</span>
        </>
      }
    >
      {(Object.entries(RANGE_LABELS) as [RangeName, string][]).map(([key, label]) => (
        <Link key={key} to={shown.linkToName(key)} className={ROW} aria-current={key === name}>
          {label}
        </Link>
      ))}
      <hr className="my-1" />
      <EndsForm shown={shown} zone={zone} />
      <hr className="my-1" />
      {previous && (
        <Link to={previous} preventScrollReset className={ROW}>
          <ChevronLeft size={13} aria-hidden /> Previous range
        </Link>
      )}
      <CopyMoment shown={shown} className={ROW} />
    </Dropdown>
  );
}

/** Two ends in the reader's own zone. Without JavaScript they are sent with its name, and mean the same. */
function EndsForm({ shown, zone }: { shown: ShownRange; zone: string }) {
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const rest = withoutRange(new URLSearchParams(search));
  const { from, to } = shown.range;
  return (
    <form
      action={pathname}
      className="flex flex-col gap-2 px-2 py-1.5"
      onSubmit={(event) => {
        const typed = new URLSearchParams(
          [...new FormData(event.currentTarget)].map(([name, value]) => [name, `${value as string}`]),
        );
        const query = rangeQuery(typed);
        // What can't be read goes to the server as it was typed, and the page says what is wrong.
        if (!query) return;
        event.preventDefault();
        void navigate(`${pathname}?${new URLSearchParams([...rest, ...new URLSearchParams(query)]).toString()}`);
      }}
    >
      {[...rest].map(([name, value], index) => (
        <input key={`${name}${index}`} type="hidden" name={name} value={value} />
      ))}
      <input type="hidden" name="zone" value={zone} />
      {(["from", "to"] as const).map((end) => (
        <label key={end} className="flex items-center justify-between gap-2">
          <span className="text-[12px] text-muted">{end === "from" ? "From" : "To"}</span>
          <input
            key={shown.range.live ? "live" : shown.range[end].getTime()}
            type="datetime-local"
            step={1}
            name={end}
            required
            className="input !w-[240px]"
            defaultValue={localTime(end === "from" ? from : to, zone)}
          />
        </label>
      ))}
      <button className="control self-end">Show range</button>
    </form>
  );
}
