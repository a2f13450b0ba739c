-- A backup that somebody stopped did not fail, and a check that somebody stopped has no verdict.
ALTER TABLE "console"."backup" DROP CONSTRAINT "backup_state_check";
ALTER TABLE "console"."backup" ADD CONSTRAINT "backup_state_check" CHECK (state IN ('RUNNING', 'DONE', 'FAILED', 'CANCELLED', 'EXPIRED'));
ALTER TABLE "console"."backup_check" ADD COLUMN "stopped" BOOLEAN NOT NULL DEFAULT false;
