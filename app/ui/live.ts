import { useEffect } from "react";
import { useNavigation, useRevalidator } from "@remix-run/react";

/** A field someone writes in. A pressed button keeps the focus too, and whoever pressed it waits for what comes of it. */
export const WRITING = ":is(input, textarea, select):focus";
const WORKING = `${WRITING}, details[open] .panel`;

/**
 * Looks again every few seconds while the page is seen and nobody is in the middle of something. Never before the last look
 * has come back: asking again would drop its answer, and a slow server would never be heard.
 */
export function useLive(live: boolean, everyMs = 5000, working: string | null = WORKING): void {
  const { revalidate, state } = useRevalidator();
  const navigation = useNavigation();
  useEffect(() => {
    if (!live) return undefined;
    const timer = setInterval(() => {
      const idle = state === "idle" && navigation.state === "idle" && !document.hidden;
      if (idle && !(working && document.querySelector(working))) revalidate();
    }, everyMs);
    return () => clearInterval(timer);
  }, [live, everyMs, working, revalidate, state, navigation.state]);
}
