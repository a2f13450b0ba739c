-- What was forecast for each exam before it began, and what came: the page shows how good it has been.
CREATE TABLE "public"."forecast" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "exam_id" UUID NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "start_time" TIMESTAMPTZ(3) NOT NULL,
    "students" INTEGER NOT NULL,
    "sitting" INTEGER NOT NULL,
    "connections" INTEGER NOT NULL,
    "connections_error" INTEGER NOT NULL,
    "active_hundredths" INTEGER NOT NULL,
    "verdict" TEXT NOT NULL,
    "actual_students" INTEGER,
    "actual_connections" INTEGER,
    "actual_active_hundredths" INTEGER,
    "judged_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "forecast_pkey" PRIMARY KEY ("id","college_id")
);

CREATE UNIQUE INDEX "forecast_college_id_exam_id_key" ON "public"."forecast"("college_id", "exam_id");
CREATE INDEX "forecast_college_id_start_time_id_idx" ON "public"."forecast"("college_id", "start_time", "id");
CREATE INDEX "forecast_college_id_id_idx" ON "public"."forecast"("college_id", "id");
ALTER TABLE "public"."forecast" ADD CONSTRAINT "forecast_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "public"."college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "public"."forecast" ADD CONSTRAINT "forecast_exam_id_college_id_fkey" FOREIGN KEY ("exam_id", "college_id") REFERENCES "public"."exam"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "public"."forecast" ADD CONSTRAINT "forecast_verdict_check" CHECK (verdict IN ('HOLDS', 'AT_RISK', 'WILL_NOT_HOLD'));
SELECT public.invigil_protect('public."forecast"');
-- Readiness says when a migration waits: the names of those that ran may be read.
GRANT SELECT ON public._prisma_migrations TO invigil_app, invigil_platform;
