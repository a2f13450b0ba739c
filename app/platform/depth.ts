/**
 * How deep Invigil goes. *Whole*: the platform, the console and the audit log lie in one database. *Observe*: somebody
 * else's server is watched, and the console keeps its own data in INVIGIL_DATABASE_URL; of a platform there is nothing.
 * Decided once, by the environment. A browser is told by the page (root.tsx).
 */
export type Depth = "whole" | "observe";

export const depth = (): Depth =>
  typeof document === "undefined"
    ? process.env["INVIGIL_DATABASE_URL"]
      ? "observe"
      : "whole"
    : document.documentElement.dataset["depth"] === "observe"
      ? "observe"
      : "whole";

export const observes = (): boolean => depth() === "observe";
