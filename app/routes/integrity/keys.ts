import { useEffect } from "react";
import { isTyping } from "~/ui/typing.ts";

/** What Enter means something on already: a link that is followed, a button that is pressed. */
const isPressable = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest("a, button, summary, label, [role=button]") !== null;

/** A key presses the button that it names; never while someone types. */
export function useShortcut(keys: Record<string, string>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const selector = keys[event.key.toLowerCase()];
      if (
        !selector ||
        // A key that is held down decides once: the next attempt has not been looked at.
        event.repeat ||
        (event.key === "Enter" && isPressable(event.target)) ||
        isTyping(event.target) ||
        event.metaKey ||
        event.ctrlKey ||
        event.altKey ||
        document.querySelector("[role=dialog]")
      )
        return;
      const target = document.querySelector<HTMLElement>(selector);
      if (!target) return;
      event.preventDefault();
      if (target instanceof HTMLTextAreaElement) target.focus();
      else target.click();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });
}
