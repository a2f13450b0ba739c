import type { Health } from "~/db/health.server.ts";
import { observes } from "~/platform/depth.ts";
import { plural } from "~/platform/format.ts";
import type { Headroom } from "../connections/headroom.ts";
import type { Archiving } from "../replication/archiving.ts";
import type { TargetState } from "../sampler/sampler.server.ts";
import { targetLabel } from "../target.ts";

type Known = {
  health: Pick<Health, "status" | "checks">;
  targets: readonly TargetState[];
  headroom: Headroom | null;
  archiving: Archiving | null;
  /** Probes that bring nothing; null: the collector does not answer. */
  silent: number | null;
  collector: boolean;
};

/** What is wrong, the worst first: a page may say that everything answers only where this is empty. */
export function complaintsOf({ health, targets, headroom, archiving, silent, collector }: Known): string[] {
  const away = new Set(targets.filter((target) => target.reachable === false).map((target) => target.name));
  const seen = (name: string) => targets.some((target) => target.name === name && target.reachable === true);
  return [
    ...(away.has("primary") ? ["The primary can't be reached"] : []),
    // Also why the console can't reach it, where it can't.
    ...(headroom?.free === 0 ? ["Every ordinary connection of the primary is used up"] : []),
    ...(observes() && !health.checks.primary.ok ? ["The console's own database can't be reached"] : []),
    ...(!observes() && !health.checks.primary.ok && !away.has("primary")
      ? [seen("primary") ? "The console can't reach the primary, the collector can" : "The primary can't be reached"]
      : []),
    ...[...away].filter((name) => name !== "primary").map((name) => `${targetLabel(name)} can't be reached`),
    ...health.checks.replicas
      .filter((replica) => !replica.ok && !away.has(replica.name))
      .map((replica) => `The console can't reach ${replica.name}`),
    ...(collector ? [] : ["No collector is running"]),
    ...(archiving && archiving.state !== "working" && archiving.state !== "off" ? [archiving.says] : []),
    ...targets
      .filter((target) => target.server?.monitor === false)
      .map((target) => `The observer lacks pg_monitor on ${targetLabel(target.name)}`),
    ...(silent ? [`${plural(silent, "probe returns", "probes return")} no data`] : []),
  ];
}

export const healthTitle = ([first, ...more]: readonly string[]): string =>
  first === undefined
    ? "All servers answer."
    : `${first}.${more.length > 0 ? ` And ${plural(more.length, "more problem")}.` : ""}`;
