import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useState, type RefObject } from "react";

/** Below this many rows a browser lays all of them out without anyone noticing. */
const LONG = 100;
const ROW = 36;

type Windowed = { first: number; last: number; before: number; after: number; show(index: number): void };

/** Which rows of a long table are laid out. All of them until the page is alive, so that it reads without JavaScript. */
export function useWindowed(count: number, body: RefObject<HTMLTableSectionElement | null>): Windowed {
  const [alive, setAlive] = useState(false);
  const [top, setTop] = useState(0);
  const long = alive && count > LONG;
  // oxlint-disable-next-line react-hooks-js/incompatible-library -- nothing here is compiled or memoized around it
  const virtual = useWindowVirtualizer({ count: long ? count : 0, estimateSize: () => ROW, overscan: 15, scrollMargin: top });
  useEffect(() => setAlive(true), []);
  useLayoutEffect(() => {
    if (body.current) setTop(body.current.getBoundingClientRect().top + window.scrollY);
  }, [alive, body]);
  const items = virtual.getVirtualItems();
  const [start, end] = [items[0], items.at(-1)];
  if (!long || !start || !end)
    return {
      first: 0,
      last: count,
      before: 0,
      after: 0,
      show: (index) => body.current?.rows[index]?.scrollIntoView({ block: "nearest" }),
    };
  return {
    first: start.index,
    last: end.index + 1,
    before: start.start - top,
    after: virtual.getTotalSize() - (end.end - top),
    show: (index) => virtual.scrollToIndex(index),
  };
}
