import { cache } from "~/db/cache.server.ts";
import { may } from "~/access/policy.ts";
import type { Ctx } from "~/db/ctx.ts";
import { countExams } from "~/domains/exams/list.server.ts";
import { appealsWaiting, reviewsWaiting } from "~/examday/waiting.server.ts";
import { databaseCounts } from "./database/nav-counts.server.ts";
import type { Tone } from "~/ui/feedback/badge.tsx";

export type NavCounts = Record<string, { count: string; tone?: Tone }>;

const some = (to: string, n: number, text = String(n), tone?: Tone): NavCounts =>
  n > 0 ? { [to]: { count: text, ...(tone ? { tone } : {}) } } : {};

/** Small numbers beside the rail's entries: what waits there. Each room adds its own; a failing one is left out. */
const sources: ((ctx: Ctx) => Promise<NavCounts>)[] = [
  async (ctx) => {
    if (!may(ctx.actor.role, "exams.read")) return {};
    // Asked for by every page of everybody; exams open and close by the collector's clock, which looks every few seconds.
    const counts = await cache.get(ctx, {
      key: "nav.exams",
      of: ["exam"],
      ttlMs: 5000,
      read: () => countExams({ ctx, input: {} }),
    });
    const live = counts.LIVE ?? 0;
    return some("/exams", live, `${live} live`);
  },
  async (ctx) => (may(ctx.actor.role, "integrity.read") ? some("/integrity", (await reviewsWaiting(ctx)).open) : {}),
  async (ctx) => (may(ctx.actor.role, "appeals.read") ? some("/integrity/appeals", await appealsWaiting(ctx)) : {}),
  databaseCounts,
];

export async function navCounts(ctx: Ctx): Promise<NavCounts> {
  const found = await Promise.allSettled(sources.map((source) => source(ctx)));
  return Object.assign({}, ...found.map((one) => (one.status === "fulfilled" ? one.value : {}))) as NavCounts;
}
