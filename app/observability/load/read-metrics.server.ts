import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { metricHistory } from "../history.server.ts";
import { spanInput } from "./read-load.server.ts";

/** Named numbers of one server over a span. */
export const readMetrics = read({
  name: "load.metrics",
  permission: "database.read",
  input: spanInput.extend({ names: z.array(z.string().max(60)).max(20) }),
  async run({ ctx, input }) {
    const { points, step } = await metricHistory(ctx.tx, input.names, input, ctx.clock.now());
    return { points: points.filter((point) => point.target === input.target), step };
  },
});
