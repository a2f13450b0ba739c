import type { Ctx } from "~/db/ctx.ts";
import { targetNames } from "~/observability/current.server.ts";
import { incidentsBetween } from "~/observability/incidents/incidents.server.ts";
import { readRange, SAMPLES_KEPT_DAYS } from "~/platform/range.ts";
import { messageOf } from "~/platform/errors.ts";
import type { Band } from "~/ui/chart/chart.tsx";

/** The range and server that a page's address names. */
export function spanOf(ctx: Ctx, url: URL) {
  const range = readRange(url.searchParams, ctx.clock.now(), { keptDays: SAMPLES_KEPT_DAYS });
  const asked = url.searchParams.get("target") ?? "primary";
  const targets = targetNames();
  return {
    input: { from: range.from, to: range.to, target: targets.includes(asked) ? asked : "primary" },
    live: range.live,
    targets,
  };
}

/** Incidents as every chart of the page draws them. A page does without rather than not at all. */
export async function bandsFor(ctx: Ctx, span: { from: Date; to: Date }): Promise<Band[]> {
  const found = await incidentsBetween({ ctx, input: { from: span.from, to: span.to } }).catch(() => []);
  return found.map((span) => ({
    from: span.from.getTime(),
    to: span.to?.getTime() ?? null,
    label: `Incident ${span.number} · ${span.title}`,
  }));
}

/** A part of a page that may be missing, and why. */
export async function part<T>(work: Promise<T>): Promise<{ value: T; error: null } | { value: null; error: string }> {
  try {
    return { value: await work, error: null };
  } catch (error) {
    return { value: null, error: messageOf(error) };
  }
}
