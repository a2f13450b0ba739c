import { useEffect, useRef, useState } from "react";
import { useNavigation, useRevalidator } from "@remix-run/react";
import { withIdle } from "~/ui/connection.ts";
import { useLive } from "~/ui/live.ts";
import type { Room } from "./room-panel.tsx";

/** Changes that come together are looked at together; a single one at once. */
const BOARD_EVERY_MS = 1000;
const ROOM_EVERY_MS = 300;
/** Changes that leave the table of students as it is. */
const OF_ROOM = new Set(["MESSAGE", "RAISED", "LOWERED", "ANSWERED", "DISMISSED", "HANDOVER", "receipt"]);
const FALLBACK_MS = 5000;
/** While changes are pushed, this is for what only time changes: who is idle, who is offline. */
const BESIDE_STREAM_MS = 15_000;
const CONNECT_AGAIN_MS = 10_000;
const RESTART_MS = 1500;

/** Calls `onChange` when something happens in this room; false while nobody would hear of it. */
function useStream(url: string | null, onChange: (kinds: readonly string[]) => void): boolean {
  const [open, setOpen] = useState(false);
  const change = useRef(onChange);
  useEffect(() => void (change.current = onChange));
  useEffect(() => {
    if (!url) return undefined;
    let source: EventSource;
    let again: ReturnType<typeof setTimeout> | undefined;
    let opened = 0;
    const connect = () => {
      source = new EventSource(url);
      source.addEventListener("open", () => {
        setOpen(true);
        // What happened while it was away.
        if (opened++ > 0) change.current(["refresh"]);
      });
      source.addEventListener("change", (event: MessageEvent<string>) =>
        change.current((JSON.parse(event.data) as { kinds: string[] }).kinds),
      );
      source.addEventListener("closed", (event: MessageEvent<string>) => {
        source.close();
        setOpen(false);
        // Another process takes it over. Who may not follow any more is told so by the page that it asks for next.
        if ((JSON.parse(event.data) as { reason: string }).reason === "restart") again = setTimeout(connect, RESTART_MS);
      });
      source.addEventListener("error", () => {
        setOpen(false);
        if (source.readyState !== EventSource.CLOSED) return;
        clearTimeout(again);
        again = setTimeout(connect, CONNECT_AGAIN_MS);
      });
    };
    // A browser has few connections to one server: tabs that nobody looks at must not use them up.
    const turn = () => {
      clearTimeout(again);
      if (document.hidden) {
        source.close();
        setOpen(false);
      } else if (source.readyState === EventSource.CLOSED) connect();
    };
    connect();
    document.addEventListener("visibilitychange", turn);
    return () => {
      document.removeEventListener("visibilitychange", turn);
      clearTimeout(again);
      source.close();
      setOpen(false);
    };
  }, [url]);
  return open;
}

/** Runs when it was asked for, at once or when the last run is `everyMs` ago; asked for many times meanwhile, it runs once. */
function useThrottled(asked: number, ready: boolean, everyMs: number, run: () => void): void {
  const done = useRef({ asked: 0, at: 0 });
  const latest = useRef(run);
  useEffect(() => void (latest.current = run));
  useEffect(() => {
    if (asked === done.current.asked || !ready) return undefined;
    const timer = setTimeout(
      () => {
        done.current = { asked, at: Date.now() };
        latest.current();
      },
      Math.max(0, done.current.at + everyMs - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [asked, ready, everyMs]);
}

/**
 * Keeps a board as the room is: pushed while a stream is open, asked for every few seconds while it is not. Whoever is selecting
 * keeps the table that they see; hands and messages, which are little, are shown to them at once all the same. `whole`: the page
 * shows everything, and is asked for again whatever changes.
 */
export function useRoom(examId: string, live: boolean, beingUsed: string, whole = false) {
  const { revalidate, state } = useRevalidator();
  const navigation = useNavigation();
  const [fresh, setFresh] = useState<Room | null>(null);
  const [asking, setAsking] = useState(false);
  const [asked, setAsked] = useState({ room: 0, board: 0 });
  const streaming = useStream(live ? `/exams/${examId}/live/stream` : null, (kinds) => {
    const little = !whole && kinds.every((kind) => OF_ROOM.has(kind));
    setAsked((was) => ({ room: was.room + 1, board: was.board + (little ? 0 : 1) }));
  });
  const idle = state === "idle" && navigation.state === "idle";
  // Not by a fetcher of the router: one that is interrupted takes the whole page down with it.
  useThrottled(asked.room, !asking && !whole, ROOM_EVERY_MS, () => {
    setAsking(true);
    fetch(`/exams/${examId}/live/room`, withIdle({ cache: "no-store" }))
      .then(async (response) => response.ok && setFresh((await response.json()) as Room))
      // The page asks for all of it in a few seconds.
      .catch(() => undefined)
      .finally(() => setAsking(false));
  });
  useThrottled(asked.board, idle, BOARD_EVERY_MS, () => {
    if (!document.hidden && !document.querySelector(beingUsed)) revalidate();
  });
  useLive(live, streaming ? BESIDE_STREAM_MS : FALLBACK_MS, beingUsed);
  return { streaming, fresh };
}
