import { z } from "zod";
import "~/domains/creators.server.ts";
import "~/domains/resources.ts";
import { actVerbs, undoVerbs } from "~/domains/acts.server.ts";
import { analyseExam } from "~/domains/integrity/evidence/analyse-exam.server.ts";
import { rescoreExam } from "~/domains/integrity/score/rescore.server.ts";
import { createBackupJob, drillJob, verifyBackupJob } from "~/observability/backups/jobs.server.ts";
import { compareJob } from "~/observability/backups/tenant/compare-job.server.ts";
import { putBackJob } from "~/observability/backups/tenant/put-back-job.server.ts";
import { verifyLogJob } from "~/jobs/verify-log.server.ts";
import type { JobHandler } from "~/jobs/work.server.ts";
import { EXPORT_JOB } from "~/domains/privacy/export-job.ts";
import { runPersonExport } from "~/domains/privacy/run-export.server.ts";
import { runArchive } from "~/domains/tenants/archive.server.ts";
import { runBulk } from "~/resources/bulk.server.ts";
import { importJob } from "~/resources/import.server.ts";
import { runUndo } from "~/resources/undo/run.server.ts";

const ofExam = (input: unknown) => z.object({ examId: z.uuid() }).parse(input).examId;

/** What jobs of each kind do; each room brings its own. */
export const handlers: Record<string, JobHandler> = {
  "resource.bulk": (job) => runBulk(job, actVerbs, undoVerbs),
  "audit.verify": verifyLogJob,
  "backup.create": createBackupJob,
  "backup.verify": verifyBackupJob,
  "backup.drill": drillJob,
  "restore.compare": compareJob,
  "restore.put": putBackJob,
  "resource.import": importJob,
  "resource.undo": (job) => runUndo(job, undoVerbs),
  "tenant.archive": runArchive,
  [EXPORT_JOB]: runPersonExport,
  "integrity.rescore": ({ ctx, input, progress }) => rescoreExam(ctx, ofExam(input), progress),
  "integrity.analyse": ({ ctx, input, progress }) => analyseExam(ctx, ofExam(input), progress),
};
