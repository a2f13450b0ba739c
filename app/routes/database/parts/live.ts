import { useEffect } from "react";
import { useNavigation, useRevalidator } from "@remix-run/react";

/** Looks again every few seconds while the range ends now, the page is seen, and nobody is in the middle of something. */
export function useLive(live: boolean, everyMs = 5000): void {
  const { revalidate, state } = useRevalidator();
  const navigation = useNavigation();
  useEffect(() => {
    if (!live) return undefined;
    const timer = setInterval(() => {
      const busy =
        document.hidden ||
        state !== "idle" ||
        navigation.state !== "idle" ||
        document.querySelector("form :focus, details[open] .panel");
      if (!busy) revalidate();
    }, everyMs);
    return () => clearInterval(timer);
  }, [live, everyMs, revalidate, state, navigation.state]);
}
