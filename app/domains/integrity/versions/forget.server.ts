import { z } from "zod";
import { measure } from "~/access/measure.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { withScope } from "~/db/scope.server.ts";

/** As long as an exam is analysed again. Versions under review, under appeal or in a standing violation stay. */
export const VERSION_DAYS = 400;
const MOST = 20_000;

/** In parts, so that nobody's save waits for it. */
export async function forgetAnswerVersions(ctx: Ctx): Promise<number> {
  return measure("integrity.forget_versions", ctx, async () => {
    const before = new Date(ctx.clock.now().getTime() - VERSION_DAYS * 86_400_000);
    let total = 0;
    for (let part = 0; part < 50; part++) {
      const gone = await withScope(ctx, (inner) =>
        firstRow(inner.tx, sql`select public.forget_answer_versions(${before}, ${MOST}) as n`, z.object({ n: z.number() })),
      );
      total += gone!.n;
      if (gone!.n < MOST) break;
    }
    return total;
  });
}
