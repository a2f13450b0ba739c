import { useEffect } from "react";

/** A key presses the button that it names; never while somebody types. */
export function useShortcut(keys: Record<string, string>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLElement &&
        (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable);
      const selector = keys[event.key.toLowerCase()];
      if (!selector || typing || event.metaKey || event.ctrlKey || event.altKey || document.querySelector("[role=dialog]"))
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
