import { systemCtx } from "~/access/ctx.server.ts";
import { withScope } from "~/db/scope.server.ts";
import { systemClock, type Clock } from "~/platform/clock.ts";
import { readiness } from "./readiness.server.ts";
import { keepStanding, standingVerdicts } from "./standing-verdicts.server.ts";
import { decide } from "./standing.ts";

/** On a clock: the verdict of each exam ahead, decided by one process and shown by all. */
export async function keepVerdicts(clock: Clock = systemClock): Promise<number> {
  const system = { ...systemCtx("verdicts"), clock };
  const { exams, limits } = await readiness({ ctx: system, input: {} });
  const now = clock.now();
  await withScope(system, async (ctx) => {
    const known = await standingVerdicts(ctx);
    const next = exams.map(({ id, computed, crowd }) => {
      const standing = decide(known.get(id) ?? null, { computed, crowd, limits, now });
      return [id, standing] as const;
    });
    await keepStanding(ctx, new Map(next));
  });
  return exams.length;
}
