-- Every message that leaves by e-mail, whoever wrote it: handed over at most once, however often a process is restarted.
CREATE TABLE "console"."mail" (
    "id" UUID NOT NULL,
    "purpose" TEXT NOT NULL,
    "college_id" UUID,
    "to_address" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "body" TEXT,
    "state" TEXT NOT NULL DEFAULT 'PENDING',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "claimed_at" TIMESTAMPTZ(3),
    "sent_at" TIMESTAMPTZ(3),
    "error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "mail_pkey" PRIMARY KEY ("id")
);
-- What is due, oldest first.
CREATE INDEX "mail_state_next_attempt_at_idx" ON "console"."mail"("state", "next_attempt_at");
-- UNSURE: the process ended, or the line broke, while the message was handed over. It may have arrived, so nobody sends it again.
ALTER TABLE "console"."mail" ADD CONSTRAINT "mail_state_check" CHECK (state IN ('PENDING', 'SENDING', 'SENT', 'FAILED', 'UNSURE'));
-- A message may hold a link that opens an account: it is kept no longer than it is needed.
ALTER TABLE "console"."mail" ADD CONSTRAINT "mail_body_check" CHECK (state IN ('PENDING', 'SENDING') OR body IS NULL);
