import type { ComponentProps } from "react";
import { Link } from "@remix-run/react";

type Tone = "primary" | "plain" | "danger";
const TONES: Record<Tone, string> = {
  primary: "!border-accent !bg-accent font-[560] !text-on-accent",
  plain: "font-[520]",
  danger: "font-[560] text-bad",
};

/** A link that leads on, in the shape of a button. */
export function LinkButton({ tone = "plain", className = "", ...rest }: ComponentProps<typeof Link> & { tone?: Tone }) {
  return <Link {...rest} className={`control ${TONES[tone]} ${className}`} />;
}

/** One of several views of the same list; the one that is shown is marked. */
export function ViewLink({ shown, ...rest }: ComponentProps<typeof Link> & { shown: boolean }) {
  return (
    <Link
      aria-current={shown ? "page" : undefined}
      {...rest}
      className={`control !min-h-7 ${shown ? "!border-accent font-[560] !text-accent" : ""}`}
    />
  );
}
