import { useEffect } from "react";
import { isTyping } from "~/ui/typing.ts";

/** A key presses the button that it names; never while somebody types. */
export function useShortcut(keys: Record<string, string>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const selector = keys[event.key.toLowerCase()];
      if (
        !selector ||
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
