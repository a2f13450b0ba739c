import type { JobHandler } from "~/jobs/work.server.ts";

/** What jobs of each kind do; each room brings its own. */
export const handlers: Record<string, JobHandler> = {};
