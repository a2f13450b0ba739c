import type { Ctx } from "~/db/ctx.ts";
import { databaseCounts } from "./database/nav-counts.server.ts";
import type { Tone } from "~/ui/feedback/badge.tsx";

export type NavCounts = Record<string, { count: string; tone?: Tone }>;

/** Small numbers beside the rail's entries: what waits there. Each room adds its own; a failing one is left out. */
const sources: ((ctx: Ctx) => Promise<NavCounts>)[] = [databaseCounts];

export async function navCounts(ctx: Ctx): Promise<NavCounts> {
  const found = await Promise.allSettled(sources.map((source) => source(ctx)));
  return Object.assign({}, ...found.map((one) => (one.status === "fulfilled" ? one.value : {}))) as NavCounts;
}
