import "~/domains/resources.ts";
import { verifyLogJob } from "~/jobs/verify-log.server.ts";
import type { JobHandler } from "~/jobs/work.server.ts";
import { runArchive } from "~/domains/tenants/archive.server.ts";
import { runBulk } from "~/resources/bulk.server.ts";
import { importJob } from "~/resources/import.server.ts";

/** What jobs of each kind do; each room brings its own. */
export const handlers: Record<string, JobHandler> = {
  "resource.bulk": runBulk,
  "audit.verify": verifyLogJob,
  "resource.import": importJob,
  "tenant.archive": runArchive,
};
