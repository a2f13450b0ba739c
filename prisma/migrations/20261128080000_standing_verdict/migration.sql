-- The verdict that stands for an exam, whichever process shows it. It gets worse at once, and better only after the forecast
-- has been better for a while: without a memory it changed every few minutes around a limit.
CREATE TABLE "console"."standing_verdict" (
    "exam_id" UUID NOT NULL,
    "verdict" TEXT NOT NULL,
    "reasons" TEXT[] NOT NULL DEFAULT '{}',
    "short" TEXT[] NOT NULL DEFAULT '{}',
    "since" TIMESTAMPTZ(3) NOT NULL,
    "better_since" TIMESTAMPTZ(3),
    "better_verdict" TEXT,
    "before_verdict" TEXT,
    "before_until" TIMESTAMPTZ(3),
    "before_reasons" TEXT[] NOT NULL DEFAULT '{}',
    "crowd" TEXT NOT NULL,
    "connections_limit" INTEGER,
    "cores_limit" INTEGER,
    "decided_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "standing_verdict_pkey" PRIMARY KEY ("exam_id")
);

ALTER TABLE "console"."standing_verdict"
    ADD CONSTRAINT "standing_verdict_verdict_check" CHECK (verdict IN ('HOLDS', 'AT_RISK', 'WILL_NOT_HOLD')),
    ADD CONSTRAINT "standing_verdict_better_verdict_check" CHECK (better_verdict IN ('HOLDS', 'AT_RISK', 'WILL_NOT_HOLD')),
    ADD CONSTRAINT "standing_verdict_before_verdict_check" CHECK (before_verdict IN ('HOLDS', 'AT_RISK', 'WILL_NOT_HOLD'));
