import { systemCtx } from "~/access/ctx.server.ts";
import { cache } from "~/db/cache.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { listAppeals } from "~/domains/integrity/appeals/appeals.server.ts";
import { queueCounts } from "~/domains/integrity/review/queue.server.ts";
import { listFindings, type Finding } from "~/observability/findings/findings.server.ts";

/** Beside every page's navigation, on the overview and in readiness: read once for all who see the same in the same role. */
const SHARED_MS = 5000;

/** Without what one person has claimed, which is nobody else's number. */
export const reviewsWaiting = (ctx: Ctx): Promise<{ open: number; second: number; oldest: Date | null }> =>
  cache.get(ctx, {
    key: "examday.reviews",
    of: ["review"],
    ttlMs: SHARED_MS,
    async read() {
      const { open, second, oldest } = await queueCounts({ ctx, input: {} });
      return { open, second, oldest };
    },
  });

/** Findings are of the database and of no tenant; asking for them means asking every watched server. */
export const findingsNow = (): Promise<Finding[]> =>
  cache.get(systemCtx("findings"), {
    key: "examday.findings",
    of: ["finding_mute"],
    ttlMs: SHARED_MS,
    read: () => listFindings({ ctx: systemCtx("findings"), input: {} }),
  });

export const appealsWaiting = (ctx: Ctx): Promise<number> =>
  cache.get(ctx, {
    key: "examday.appeals",
    of: ["appeal"],
    ttlMs: SHARED_MS,
    read: async () => (await listAppeals({ ctx, input: {} })).length,
  });
