import { createContext, useContext, useMemo, type ReactNode } from "react";
import { useLocation } from "@remix-run/react";
import {
  namesEnds,
  namesRange,
  rangeNameOf,
  readRange,
  spanQuery,
  withoutRange,
  type RangeName,
  type Span,
  type TimeRange,
} from "~/platform/range.ts";

/**
 * What a page says of its time range: which one it shows when nobody chose, and how far back it knows anything. A page with
 * a span of its own (an incident) takes a range from its own address only, and names the way back to the whole.
 */
export type PageRange = { usual: RangeName; keptDays: number | null } | { own: string };

export type ShownRange = {
  range: TimeRange;
  /** The moment that the server looked: what is after it can't be shown yet. */
  now: Date;
  usual: RangeName | null;
  /** The way back from two ends, and what it is called. */
  back: { to: string; label: string };
  /** This page, showing that span. */
  linkTo(span: Span): string;
  /** This page, showing that named range. */
  linkToName(name: RangeName): string;
};

const Shown = createContext<ShownRange | null>(null);

/** The range that this page shows, and where other ranges of it are; null on a page without times. */
export const useShownRange = () => useContext(Shown);

const NOTHING = new URLSearchParams();

export function RangeProvider(props: { page: PageRange | null; remembered: string; now: number; children: ReactNode }) {
  const { page, remembered, now } = props;
  const { pathname, search } = useLocation();
  const shown = useMemo((): ShownRange | null => {
    if (!page) return null;
    const params = new URLSearchParams(search);
    const own = "own" in page;
    const asked = namesRange(params) ? params : own ? NOTHING : new URLSearchParams(remembered);
    const at = new Date(now);
    const range = readRange(asked, at, own ? { instead: "all of it" } : page);
    const usual = own ? null : page.usual;
    const name = own ? null : rangeNameOf(asked);
    const link = (query: URLSearchParams) => {
      const all = new URLSearchParams([...withoutRange(params), ...query]).toString();
      return all ? `${pathname}?${all}` : pathname;
    };
    const linkToName = (to: RangeName) => link(new URLSearchParams({ range: to }));
    return {
      range,
      now: at,
      usual,
      back: own ? { to: link(NOTHING), label: page.own } : { to: linkToName(name ?? page.usual), label: "Back to live" },
      linkTo: (span) => link(spanQuery(span, namesEnds(asked) ? name : (range.name ?? name))),
      linkToName,
    };
  }, [page, remembered, now, pathname, search]);
  return <Shown.Provider value={shown}>{props.children}</Shown.Provider>;
}
