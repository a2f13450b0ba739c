-- The ledger of backups: each one, and every proof of it.
CREATE TABLE "console"."backup" (
    "id" UUID NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'RUNNING',
    "directory" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),
    "size_bytes" BIGINT,
    "start_lsn" TEXT,
    "stop_lsn" TEXT,
    "timeline" INTEGER,
    "system_id" TEXT,
    "wal" JSONB NOT NULL DEFAULT '{}',
    "row_counts" JSONB NOT NULL DEFAULT '{}',
    "error" TEXT,
    "by_whom" TEXT NOT NULL,

    CONSTRAINT "backup_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "backup_started_at_idx" ON "console"."backup"("started_at");
ALTER TABLE "console"."backup" ADD CONSTRAINT "backup_state_check" CHECK (state IN ('RUNNING', 'DONE', 'FAILED', 'EXPIRED'));
-- Two at once is decided here.
CREATE UNIQUE INDEX "backup_one_running_part_idx" ON "console"."backup" ((true)) WHERE state = 'RUNNING';

CREATE TABLE "console"."backup_check" (
    "id" UUID NOT NULL,
    "backup_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),
    "ok" BOOLEAN,
    "findings" JSONB NOT NULL DEFAULT '[]',
    "phases" JSONB NOT NULL DEFAULT '[]',
    "target_time" TIMESTAMPTZ(3),
    "rpo_ms" BIGINT,
    "rto_ms" BIGINT,
    "by_whom" TEXT NOT NULL,

    CONSTRAINT "backup_check_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "backup_check_backup_id_started_at_idx" ON "console"."backup_check"("backup_id", "started_at");
ALTER TABLE "console"."backup_check" ADD CONSTRAINT "backup_check_backup_id_fkey" FOREIGN KEY ("backup_id") REFERENCES "console"."backup"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "console"."backup_check" ADD CONSTRAINT "backup_check_kind_check" CHECK (kind IN ('VERIFY', 'DRILL'));

-- Rows that a drill writes around its target time: one must come back, the other must not.
CREATE TABLE "console"."backup_canary" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "backup_canary_pkey" PRIMARY KEY ("id")
);
