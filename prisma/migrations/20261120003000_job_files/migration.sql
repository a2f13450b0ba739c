-- What a job leaves behind for a person (failed rows, an archive), and what an import was given. Kept in the database,
-- because web and collector may run on different machines.
CREATE TABLE "console"."job_file" (
    "id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "content_type" TEXT NOT NULL,
    "content" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "job_file_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "job_file_job_id_idx" ON "console"."job_file"("job_id");

ALTER TABLE "console"."job_file" ADD CONSTRAINT "job_file_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "console"."job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "console"."import" (
    "id" UUID NOT NULL,
    "staff_id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "resource" TEXT NOT NULL,
    "file_name" TEXT NOT NULL,
    "content" BYTEA NOT NULL,
    "header" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "line_count" INTEGER NOT NULL DEFAULT 0,
    "mapping" JSONB NOT NULL DEFAULT '{}',
    "state" TEXT NOT NULL DEFAULT 'UPLOADED',
    "job_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "import_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "import_staff_id_id_idx" ON "console"."import"("staff_id", "id");

ALTER TABLE "console"."import" ADD CONSTRAINT "import_state_check" CHECK (state IN ('UPLOADED', 'CHECKED', 'IMPORTED', 'FAILED'));
