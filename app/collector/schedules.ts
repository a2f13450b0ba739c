import { systemCtx } from "~/access/ctx.server.ts";
import { forgetOldSessions } from "~/access/forget-sessions.server.ts";
import { verifyAndKeep } from "~/access/log/verify.server.ts";
import { anchorFile, signingKey } from "~/audit/keys.server.ts";
import { indexWords } from "~/audit/index-words.server.ts";
import { ensureMonths } from "~/audit/months.server.ts";
import { createSequencer } from "~/audit/sequence.server.ts";
import { judgeForecasts, keepForecasts } from "~/examday/forecast.server.ts";
import { keepVerdicts } from "~/examday/standing.server.ts";
import { hasPlace } from "~/db/cluster/place.server.ts";
import { runDrill } from "~/observability/backups/drill.server.ts";
import { expireBackups } from "~/observability/backups/expire.server.ts";
import { NIGHTLY } from "~/observability/backups/report.server.ts";
import { takeBackup } from "~/observability/backups/take.server.ts";
import { cleanUp } from "~/observability/backups/exclusive.server.ts";
import { forgetComparisons } from "~/observability/backups/tenant/forget-comparisons.server.ts";
import { verifyBackup } from "~/observability/backups/verify.server.ts";
import { forgetOldJobs } from "~/jobs/files.server.ts";
import { takeUpOrphans } from "~/jobs/orphans.server.ts";
import { deliverMail, giveUpAbandoned } from "~/mail/queue.server.ts";
import { forgetOldImports } from "~/resources/forget-imports.server.ts";
import { observes } from "~/platform/depth.ts";
import { env } from "~/platform/env.server.ts";
import type { Schedule } from "./schedule.server.ts";
import { deliverNotifications } from "~/domains/communication/deliver.server.ts";
import { expandSeries } from "~/domains/communication/events/expand.server.ts";
import { expireEnrollments } from "~/domains/enrollments/expire.server.ts";
import { advanceExams } from "~/domains/exams/calendar/clock.server.ts";
import { drawSample } from "~/domains/integrity/review/draw-sample.server.ts";
import { forgetAnswerVersions } from "~/domains/integrity/versions/forget.server.ts";
import { analyseDue } from "~/domains/integrity/evidence/analyse-exam.server.ts";
import { expireClaims } from "~/domains/integrity/review/claim.server.ts";
import { scorePending } from "~/domains/integrity/score/rescore.server.ts";
import { countAllCourses } from "~/domains/learning/analytics/count-courses.server.ts";
import { runRetention } from "~/domains/privacy/retention/run.server.ts";
import { expireSubscriptions } from "~/domains/tenants/expire-subscriptions.server.ts";
import { clients, rolePool } from "~/db/clients.server.ts";

/** Only where the database's files can be reached; elsewhere the page says what is missing. */
function backupSchedules(): Schedule[] {
  if (!hasPlace()) return [];
  const quiet = async () => undefined;
  return [
    { name: "backups.tidy", every: 30_000, run: cleanUp },
    { name: "comparisons.forget", every: 300_000, run: forgetComparisons },
    {
      name: "backups.create",
      every: env().BACKUP_SCHEDULE,
      async run() {
        await takeBackup(systemCtx("backup schedule"), quiet);
        await expireBackups(systemCtx("backup schedule"));
      },
    },
    {
      name: "backups.verify",
      every: NIGHTLY.verify,
      run: async () => void (await verifyBackup(systemCtx("backup schedule"), null, quiet)),
    },
    {
      name: "backups.drill",
      every: NIGHTLY.drill,
      run: async () => void (await runDrill(systemCtx("backup schedule"), { backupId: null }, quiet)),
    },
  ];
}

/** Of tenants, exams and courses: beside a server that is only watched there are none. */
function platformSchedules(): Schedule[] {
  return [
    { name: "verdicts.keep", every: 60_000, run: async () => void (await keepVerdicts()) },
    { name: "forecasts.keep", every: 600_000, run: async () => void (await keepForecasts()) },
    { name: "forecasts.judge", every: 600_000, run: async () => void (await judgeForecasts()) },
    { name: "notifications.deliver", every: 2000, run: () => deliverNotifications() },
    { name: "events.expand", every: 30_000, run: async () => void (await expandSeries()) },
    { name: "subscriptions.expire", every: 60_000, run: async () => void (await expireSubscriptions()) },
    { name: "enrollments.expire", every: 300_000, run: async () => void (await expireEnrollments()) },
    { name: "exams.clock", every: 5000, run: async () => void (await advanceExams(systemCtx("exams clock"))) },
    { name: "integrity.score", every: 3000, run: async () => void (await scorePending(systemCtx("integrity score"))) },
    { name: "integrity.claims", every: 15_000, run: async () => void (await expireClaims(systemCtx("integrity claims"))) },
    {
      // A few exams a round, newest first: the thread shares the machine with everything else.
      name: "integrity.analyse",
      every: 4000,
      run: () => analyseDue(systemCtx("integrity analyse"), 8),
    },
    { name: "learning.count_new", every: 60_000, run: async () => void (await countAllCourses({ onlyNew: true })) },
    { name: "learning.count", every: "50 1 * * *", run: async () => void (await countAllCourses()) },
    { name: "integrity.sample", every: 300_000, run: async () => void (await drawSample(systemCtx("integrity sample"))) },
    {
      name: "integrity.forget",
      every: "20 4 * * *",
      run: async () => void (await forgetAnswerVersions(systemCtx("integrity forget"))),
    },
  ];
}

/** Everything that runs on a clock, in one list. */
export function schedules(): Schedule[] {
  const sequencer = createSequencer(rolePool("sequencer"), signingKey(), anchorFile());
  return [
    {
      // Below the second within which a head is promised; a backlog is worked off without pause. Each look at an empty queue
      // is a commit that the watched server counts.
      name: "audit.sequence",
      every: 450,
      async run() {
        while ((await sequencer.step()) >= 5000);
      },
    },
    {
      // After the act and after its place in the tree: words wait for nobody and nobody for them.
      name: "audit.words",
      every: 2000,
      async run() {
        while ((await indexWords(rolePool("sequencer"))) >= 2000);
      },
    },
    { name: "audit.verify", every: "40 3 * * *", run: async () => void (await verifyAndKeep(systemCtx("daily verification"))) },
    ...backupSchedules(),
    ...(observes() ? [] : platformSchedules()),
    {
      name: "mail",
      every: 2000,
      async run() {
        while ((await deliverMail()) >= 20);
      },
    },
    { name: "mail.abandoned", every: 30_000, run: giveUpAbandoned },
    { name: "retention.run", every: "30 4 * * *", run: async () => void (await runRetention(systemCtx("retention"))) },
    { name: "audit.months", every: 3_600_000, run: () => ensureMonths(clients().primary) },
    { name: "jobs.forget", every: 3_600_000, run: forgetOldJobs },
    { name: "imports.forget", every: 3_600_000, run: forgetOldImports },
    { name: "jobs.orphans", every: 10_000, run: async () => void (await takeUpOrphans()) },
    { name: "sessions.clean", every: 3_600_000, run: forgetOldSessions },
  ];
}
