-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "console";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "school_year" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT,
    "starts_on" DATE,
    "ends_on" DATE,
    "is_current" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "school_year_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "semester" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "school_year_id" UUID,
    "name" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "starts_on" DATE,
    "ends_on" DATE,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "semester_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "course" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "slug" TEXT NOT NULL,
    "price_minor" BIGINT NOT NULL DEFAULT 0,
    "currency" TEXT NOT NULL DEFAULT 'USD',
    "duration_hours" INTEGER NOT NULL DEFAULT 0,
    "difficulty" TEXT NOT NULL DEFAULT 'BEGINNER',
    "published" BOOLEAN NOT NULL DEFAULT false,
    "featured" BOOLEAN NOT NULL DEFAULT false,
    "learning_objectives" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "prerequisites" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "thumbnail_url" TEXT,
    "video_url" TEXT,
    "instructor_id" UUID,
    "deleted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "course_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "class" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "academic_year" TEXT NOT NULL,
    "grade" TEXT,
    "section" TEXT,
    "school_year_id" UUID,
    "course_id" UUID,
    "capacity" INTEGER,
    "starts_on" DATE,
    "ends_on" DATE,
    "schedule" TEXT,
    "status" TEXT NOT NULL DEFAULT 'ACTIVE',
    "deleted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "class_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "subject" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "class_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "subject_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "teacher_class_assignment" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "class_id" UUID NOT NULL,
    "subject_id" UUID,
    "position" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "teacher_class_assignment_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "attendance" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "class_id" UUID NOT NULL,
    "date" DATE NOT NULL,
    "session" TEXT NOT NULL DEFAULT 'FULL',
    "status" TEXT NOT NULL DEFAULT 'PRESENT',
    "reason" TEXT,
    "recorded_by" TEXT,
    "semester_id" UUID,
    "school_year_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "attendance_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "grade" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "class_id" UUID NOT NULL,
    "subject_id" UUID NOT NULL,
    "semester_id" UUID NOT NULL,
    "grade_date" DATE NOT NULL,
    "score" INTEGER NOT NULL,
    "comment" TEXT,
    "graded_by_id" UUID,
    "last_edit_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "grade_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "grade_boundary" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "label" TEXT NOT NULL,
    "min_percent" INTEGER NOT NULL,
    "max_percent" INTEGER NOT NULL,
    "grade_point" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "grade_boundary_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "event" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT,
    "type" TEXT NOT NULL DEFAULT 'OTHER',
    "scheduled_at" TIMESTAMPTZ(3) NOT NULL,
    "end_date_time" TIMESTAMPTZ(3),
    "priority" TEXT NOT NULL DEFAULT 'MEDIUM',
    "is_recurring" BOOLEAN NOT NULL DEFAULT false,
    "recurrence_pattern" TEXT,
    "class_id" UUID,
    "subject_id" UUID,
    "exam_id" UUID,
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "event_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "event_reminder" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "event_id" UUID NOT NULL,
    "user_id" UUID,
    "remind_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "event_reminder_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "event_subscription" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "channel" TEXT NOT NULL DEFAULT 'IN_APP',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "event_subscription_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "notification" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "event_id" UUID,
    "title" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "type" TEXT NOT NULL DEFAULT 'INFO',
    "channel" TEXT NOT NULL DEFAULT 'IN_APP',
    "status" TEXT NOT NULL DEFAULT 'PENDING',
    "dedupe_key" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "sent_at" TIMESTAMPTZ(3),
    "delivered_at" TIMESTAMPTZ(3),
    "read_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "notification_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "announcement" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "audience" TEXT NOT NULL DEFAULT 'ALL',
    "class_id" UUID,
    "published_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "pinned" BOOLEAN NOT NULL DEFAULT false,
    "deleted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "announcement_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "email_log" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID,
    "notification_id" UUID,
    "to_address" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'QUEUED',
    "message_id" TEXT,
    "error" TEXT,
    "sent_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "email_log_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "console"."staff" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "password_hash" TEXT,
    "totp_secret" TEXT,
    "totp_confirmed_at" TIMESTAMPTZ(3),
    "totp_last_step" INTEGER,
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "theme" TEXT NOT NULL DEFAULT 'system',
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "last_login_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "staff_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "console"."staff_assignment" (
    "id" UUID NOT NULL,
    "staff_id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "granted_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "staff_assignment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "console"."staff_session" (
    "id" UUID NOT NULL,
    "staff_id" UUID NOT NULL,
    "token_hash" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "step_up_at" TIMESTAMPTZ(3),
    "second_factor" BOOLEAN NOT NULL DEFAULT false,
    "revoked_at" TIMESTAMPTZ(3),
    "ip_address" TEXT,
    "user_agent" TEXT,
    "tenant_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "staff_session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "console"."staff_recovery_code" (
    "id" UUID NOT NULL,
    "staff_id" UUID NOT NULL,
    "code_hash" TEXT NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "staff_recovery_code_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "console"."staff_token" (
    "id" UUID NOT NULL,
    "staff_id" UUID NOT NULL,
    "purpose" TEXT NOT NULL DEFAULT 'RESET',
    "token_hash" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "staff_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "console"."login_throttle" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "window_start" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "blocked_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "login_throttle_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "console"."saved_view" (
    "id" UUID NOT NULL,
    "staff_id" UUID NOT NULL,
    "page" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "query" TEXT NOT NULL,
    "shared" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "saved_view_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "console"."setting" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "console"."job" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'QUEUED',
    "staff_id" UUID,
    "college_id" UUID,
    "input" JSONB NOT NULL,
    "result" JSONB,
    "done" INTEGER NOT NULL DEFAULT 0,
    "total" INTEGER,
    "error" TEXT,
    "started_at" TIMESTAMPTZ(3),
    "heartbeat_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "cancel_requested" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "student_registration" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID,
    "class_id" UUID,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "phone" TEXT,
    "status" TEXT NOT NULL DEFAULT 'PENDING',
    "note" TEXT,
    "decided_by" UUID,
    "decided_at" TIMESTAMPTZ(3),
    "decision_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "student_registration_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "enrollment" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "class_id" UUID NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'ACTIVE',
    "enrolled_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completed_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "payment_status" TEXT NOT NULL DEFAULT 'PENDING',
    "amount_minor" BIGINT NOT NULL DEFAULT 0,
    "currency" TEXT NOT NULL DEFAULT 'USD',
    "drop_semester_id" UUID,
    "drop_date" DATE,
    "drop_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "enrollment_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "payment" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "enrollment_id" UUID,
    "amount_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL DEFAULT 'USD',
    "method" TEXT NOT NULL DEFAULT 'TRANSFER',
    "transaction_id" TEXT,
    "status" TEXT NOT NULL DEFAULT 'PENDING',
    "recorded_by" UUID,
    "approved_by" UUID,
    "approved_at" TIMESTAMPTZ(3),
    "failure_reason" TEXT,
    "paid_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "payment_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "invoice" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "payment_id" UUID,
    "number" BIGINT NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL DEFAULT 'USD',
    "status" TEXT NOT NULL DEFAULT 'ISSUED',
    "issued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "due_on" DATE,
    "void_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "invoice_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "transaction" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "course_id" UUID,
    "amount_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL DEFAULT 'USD',
    "status" TEXT NOT NULL DEFAULT 'PENDING',
    "provider" TEXT NOT NULL,
    "provider_txn_id" TEXT,
    "metadata" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "transaction_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "exam" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'EXAM',
    "description" TEXT,
    "duration_minutes" INTEGER NOT NULL,
    "total_marks" INTEGER NOT NULL,
    "passing_marks" INTEGER NOT NULL,
    "start_time" TIMESTAMPTZ(3) NOT NULL,
    "end_time" TIMESTAMPTZ(3) NOT NULL,
    "subject_id" UUID,
    "class_id" UUID NOT NULL,
    "course_id" UUID,
    "module_id" UUID,
    "created_by_id" UUID,
    "status" TEXT NOT NULL DEFAULT 'DRAFT',
    "enable_question_shuffling" BOOLEAN NOT NULL DEFAULT true,
    "enable_time_limit_per_question" BOOLEAN NOT NULL DEFAULT false,
    "seconds_per_question" INTEGER,
    "enable_browser_lock" BOOLEAN NOT NULL DEFAULT true,
    "enable_fullscreen_mode" BOOLEAN NOT NULL DEFAULT true,
    "enable_webcam_monitoring" BOOLEAN NOT NULL DEFAULT false,
    "max_attempts" INTEGER NOT NULL DEFAULT 1,
    "integrity_weights" JSONB,
    "review_threshold" INTEGER NOT NULL DEFAULT 40,
    "frozen_at" TIMESTAMPTZ(3),
    "cancelled_reason" TEXT,
    "published_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "exam_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "question" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "exam_id" UUID NOT NULL,
    "text" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "correct_answer" TEXT,
    "marks" INTEGER NOT NULL DEFAULT 1,
    "difficulty" TEXT NOT NULL DEFAULT 'MEDIUM',
    "order_index" INTEGER NOT NULL DEFAULT 0,
    "explanation" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "question_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "question_option" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "question_id" UUID NOT NULL,
    "text" TEXT NOT NULL,
    "is_correct" BOOLEAN NOT NULL DEFAULT false,
    "order_index" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "question_option_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "student_exam_attempt" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "exam_id" UUID NOT NULL,
    "attempt_no" INTEGER NOT NULL DEFAULT 1,
    "candidate_no" INTEGER NOT NULL DEFAULT 0,
    "state" TEXT NOT NULL DEFAULT 'IN_PROGRESS',
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),
    "deadline_at" TIMESTAMPTZ(3),
    "extra_seconds" INTEGER NOT NULL DEFAULT 0,
    "last_seen_at" TIMESTAMPTZ(3),
    "answered_count" INTEGER NOT NULL DEFAULT 0,
    "score" INTEGER NOT NULL DEFAULT 0,
    "total_marks" INTEGER NOT NULL DEFAULT 0,
    "is_completed" BOOLEAN NOT NULL DEFAULT false,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "browser_fingerprint" TEXT,
    "suspicious_activity" BOOLEAN NOT NULL DEFAULT false,
    "violation_count" INTEGER NOT NULL DEFAULT 0,
    "risk_score" INTEGER NOT NULL DEFAULT 0,
    "review_state" TEXT NOT NULL DEFAULT 'NONE',
    "activity_log" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "student_exam_attempt_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "student_answer" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "attempt_id" UUID NOT NULL,
    "question_id" UUID NOT NULL,
    "selected_option_id" UUID,
    "answer_text" TEXT,
    "is_correct" BOOLEAN,
    "marks_awarded" INTEGER NOT NULL DEFAULT 0,
    "time_spent" INTEGER,
    "revisions" INTEGER NOT NULL DEFAULT 0,
    "answered_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "marked_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "student_answer_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "exam_result" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "exam_id" UUID NOT NULL,
    "attempt_id" UUID,
    "score" INTEGER NOT NULL DEFAULT 0,
    "total_marks" INTEGER NOT NULL DEFAULT 0,
    "percentage" INTEGER NOT NULL DEFAULT 0,
    "grade" TEXT,
    "passed" BOOLEAN NOT NULL DEFAULT false,
    "withheld" BOOLEAN NOT NULL DEFAULT false,
    "end_time" TIMESTAMPTZ(3),
    "published_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "exam_result_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "accommodation" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "exam_id" UUID,
    "extra_percent" INTEGER NOT NULL DEFAULT 0,
    "ignored_signals" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "reason" TEXT NOT NULL,
    "valid_until" DATE,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "accommodation_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "integrity_event" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "attempt_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seq" INTEGER NOT NULL DEFAULT 0,
    "duration_ms" INTEGER,
    "details" JSONB,
    "explained_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "integrity_event_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "review" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "attempt_id" UUID NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'QUEUED',
    "score" INTEGER NOT NULL DEFAULT 0,
    "reasons" JSONB NOT NULL,
    "claimed_by" UUID,
    "claimed_until" TIMESTAMPTZ(3),
    "decided_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "review_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "review_decision" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "review_id" UUID NOT NULL,
    "round" INTEGER NOT NULL,
    "decider_id" UUID NOT NULL,
    "decision" TEXT NOT NULL,
    "note" TEXT NOT NULL,
    "undone_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "review_decision_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "review_note" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "review_id" UUID NOT NULL,
    "author_id" UUID NOT NULL,
    "body" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "review_note_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "appeal" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "review_id" UUID NOT NULL,
    "filed_by" UUID NOT NULL,
    "statement" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'OPEN',
    "deadline_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_by" UUID,
    "decided_at" TIMESTAMPTZ(3),
    "decision_note" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "appeal_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "declared_conflict" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "staff_id" UUID NOT NULL,
    "user_id" UUID,
    "class_id" UUID,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "declared_conflict_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "key_hash" TEXT NOT NULL,
    "scopes" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "rate_per_minute" INTEGER NOT NULL DEFAULT 600,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "collusion_pair" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "exam_id" UUID NOT NULL,
    "first_attempt_id" UUID NOT NULL,
    "second_attempt_id" UUID NOT NULL,
    "ring" INTEGER,
    "eeic" INTEGER NOT NULL,
    "differences" INTEGER NOT NULL,
    "ratio" INTEGER NOT NULL,
    "common_answers" INTEGER NOT NULL,
    "gbt_log10_p" INTEGER NOT NULL,
    "expected_pairs" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "collusion_pair_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "course_module" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "course_id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "order_index" INTEGER NOT NULL,
    "duration_minutes" INTEGER NOT NULL DEFAULT 0,
    "video_url" TEXT,
    "content" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "course_module_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "lesson" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "module_id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "content" TEXT NOT NULL DEFAULT '',
    "video_url" TEXT,
    "order_index" INTEGER NOT NULL,
    "duration_minutes" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "lesson_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "media" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "provider" TEXT,
    "provider_id" TEXT,
    "title" TEXT,
    "duration_seconds" INTEGER,
    "size_bytes" BIGINT,
    "mime_type" TEXT,
    "lesson_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "study_material" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "class_id" UUID NOT NULL,
    "media_id" UUID,
    "title" TEXT NOT NULL,
    "description" TEXT,
    "url" TEXT,
    "deleted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "study_material_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "assignment" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "class_id" UUID NOT NULL,
    "subject_id" UUID,
    "title" TEXT NOT NULL,
    "instructions" TEXT NOT NULL DEFAULT '',
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "max_marks" INTEGER NOT NULL DEFAULT 100,
    "deleted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "assignment_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "assignment_submission" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "assignment_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "content" TEXT,
    "url" TEXT,
    "status" TEXT NOT NULL DEFAULT 'SUBMITTED',
    "submitted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "score" INTEGER,
    "feedback" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "assignment_submission_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "course_progress" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "course_id" UUID NOT NULL,
    "completed_lessons" INTEGER NOT NULL DEFAULT 0,
    "total_lessons" INTEGER NOT NULL DEFAULT 0,
    "progress_percent" INTEGER NOT NULL DEFAULT 0,
    "last_accessed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "course_progress_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "lesson_progress" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "progress_id" UUID NOT NULL,
    "lesson_id" UUID NOT NULL,
    "completed" BOOLEAN NOT NULL DEFAULT false,
    "completed_at" TIMESTAMPTZ(3),
    "watch_time_seconds" INTEGER NOT NULL DEFAULT 0,
    "last_watched_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "lesson_progress_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "certificate" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "course_id" UUID NOT NULL,
    "certificate_no" TEXT NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "pdf_url" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "certificate_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "course_analytics" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "course_id" UUID NOT NULL,
    "total_enrollments" INTEGER NOT NULL DEFAULT 0,
    "active_enrollments" INTEGER NOT NULL DEFAULT 0,
    "completion_rate" INTEGER NOT NULL DEFAULT 0,
    "average_progress" INTEGER NOT NULL DEFAULT 0,
    "total_revenue_minor" BIGINT NOT NULL DEFAULT 0,
    "average_rating" INTEGER,
    "last_calculated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "course_analytics_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "learning_session" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completed_at" TIMESTAMPTZ(3),
    "duration_minutes" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "learning_session_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "user_event" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "session_id" UUID,
    "event_type" TEXT NOT NULL,
    "data" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_event_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "story" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "content" TEXT NOT NULL DEFAULT '',
    "level" TEXT NOT NULL DEFAULT 'A1',
    "difficulty_score" INTEGER NOT NULL DEFAULT 100,
    "estimated_minutes" INTEGER NOT NULL DEFAULT 0,
    "thumbnail_url" TEXT,
    "view_count" INTEGER NOT NULL DEFAULT 0,
    "featured" BOOLEAN NOT NULL DEFAULT false,
    "published" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "story_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "story_progress" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "story_id" UUID NOT NULL,
    "completion_percentage" INTEGER NOT NULL DEFAULT 0,
    "time_spent" INTEGER NOT NULL DEFAULT 0,
    "last_accessed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "story_progress_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "vocabulary" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "word" TEXT NOT NULL,
    "definition" TEXT NOT NULL,
    "part_of_speech" TEXT,
    "difficulty_level" INTEGER NOT NULL DEFAULT 100,
    "frequency" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vocabulary_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "user_vocabulary_progress" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "vocabulary_id" UUID NOT NULL,
    "mastery_level" INTEGER NOT NULL DEFAULT 0,
    "review_count" INTEGER NOT NULL DEFAULT 0,
    "last_reviewed_at" TIMESTAMPTZ(3),
    "next_review_on" DATE,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_vocabulary_progress_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "exercise" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "story_id" UUID NOT NULL,
    "exercise_type" TEXT NOT NULL,
    "prompt" TEXT NOT NULL DEFAULT '',
    "content" JSONB,
    "difficulty_level" INTEGER NOT NULL DEFAULT 100,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "exercise_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "exercise_attempt" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "exercise_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "is_correct" BOOLEAN NOT NULL,
    "answer" TEXT,
    "time_spent" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "exercise_attempt_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "user" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "roll_no" TEXT,
    "username" TEXT,
    "password" TEXT,
    "role" TEXT NOT NULL DEFAULT 'STUDENT',
    "status" TEXT NOT NULL DEFAULT 'ACTIVE',
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "email_verified_at" TIMESTAMPTZ(3),
    "last_name" TEXT,
    "first_name" TEXT,
    "phone" TEXT,
    "phone2" TEXT,
    "position" TEXT,
    "image" TEXT,
    "last_login_at" TIMESTAMPTZ(3),
    "failed_login_attempts" INTEGER NOT NULL DEFAULT 0,
    "last_failed_login_at" TIMESTAMPTZ(3),
    "locked_until" TIMESTAMPTZ(3),
    "locked_reason" TEXT,
    "deleted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "student_profile" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "gender" TEXT,
    "date_of_birth" DATE,
    "grade_level" TEXT,
    "registration_date" DATE,
    "registration_status" TEXT,
    "religion" TEXT,
    "health" TEXT,
    "emergency_contact" TEXT,
    "needs_clothes" BOOLEAN NOT NULL DEFAULT false,
    "needs_materials" BOOLEAN NOT NULL DEFAULT false,
    "needs_transport" BOOLEAN NOT NULL DEFAULT false,
    "previous_school" TEXT,
    "register_to_study" BOOLEAN NOT NULL DEFAULT false,
    "birth_district" TEXT,
    "house_number" TEXT,
    "village" TEXT,
    "commune" TEXT,
    "district" TEXT,
    "province" TEXT,
    "transfer_reason" TEXT,
    "vaccinated" BOOLEAN NOT NULL DEFAULT false,
    "school_year_code" TEXT,
    "bio" TEXT,
    "address" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "student_profile_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "guardian" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "relation" TEXT NOT NULL,
    "first_name" TEXT,
    "last_name" TEXT,
    "phone" TEXT,
    "occupation" TEXT,
    "income_minor" BIGINT,
    "children_count" INTEGER,
    "believer" BOOLEAN NOT NULL DEFAULT false,
    "church" TEXT,
    "birth_district" TEXT,
    "house_number" TEXT,
    "village" TEXT,
    "commune" TEXT,
    "district" TEXT,
    "province" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "guardian_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "family_info" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "living_with" TEXT,
    "living_condition" TEXT,
    "own_house" BOOLEAN NOT NULL DEFAULT false,
    "duration_in_area" TEXT,
    "religion" TEXT,
    "church_name" TEXT,
    "can_help_school" BOOLEAN NOT NULL DEFAULT false,
    "help_amount_minor" BIGINT,
    "help_frequency" TEXT,
    "know_school" TEXT,
    "organization_help" TEXT,
    "poverty_card" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "family_info_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "scholarship" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "amount_minor" BIGINT NOT NULL DEFAULT 0,
    "currency" TEXT NOT NULL DEFAULT 'USD',
    "sponsor" TEXT,
    "starts_on" DATE NOT NULL,
    "ends_on" DATE,
    "note" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "scholarship_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "refresh_token" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "token_hash" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "ip_address" TEXT,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "refresh_token_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "user_session" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "token_hash" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "ip_address" TEXT,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_session_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "oauth_account" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "provider_account_id" TEXT NOT NULL,
    "refresh_token" TEXT,
    "access_token" TEXT,
    "expires_at" TIMESTAMPTZ(3),
    "token_type" TEXT,
    "scope" TEXT,
    "id_token" TEXT,
    "session_state" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "oauth_account_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "verification_token" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "identifier" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "purpose" TEXT NOT NULL DEFAULT 'EMAIL',
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "verification_token_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "user_invitation" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "role" TEXT NOT NULL DEFAULT 'STUDENT',
    "token_hash" TEXT NOT NULL,
    "invited_by_id" UUID,
    "accepted_by_id" UUID,
    "status" TEXT NOT NULL DEFAULT 'PENDING',
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "accepted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_invitation_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "recovery_request" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'PASSWORD',
    "status" TEXT NOT NULL DEFAULT 'PENDING',
    "reason" TEXT,
    "decided_by" UUID,
    "decided_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "recovery_request_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "college" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "username" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "subscription_status" TEXT NOT NULL DEFAULT 'TRIAL',
    "subscription_expiry" TIMESTAMPTZ(3),
    "grace_days" INTEGER NOT NULL DEFAULT 14,
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "suspended_reason" TEXT,
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "currency" TEXT NOT NULL DEFAULT 'USD',
    "contact_email" TEXT,
    "locale" TEXT NOT NULL DEFAULT 'en',
    "payment_approval_limit" BIGINT NOT NULL DEFAULT 0,
    "next_invoice_number" BIGINT NOT NULL DEFAULT 1,
    "max_students" INTEGER,
    "deleted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "college_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "subscription" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "plan" TEXT NOT NULL DEFAULT 'STANDARD',
    "status" TEXT NOT NULL DEFAULT 'TRIAL',
    "seats" INTEGER NOT NULL DEFAULT 100,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3),
    "price_minor" BIGINT NOT NULL DEFAULT 0,
    "currency" TEXT NOT NULL DEFAULT 'USD',
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "subscription_pkey" PRIMARY KEY ("id","college_id")
);

-- CreateTable
CREATE TABLE "platform_identifier" (
    "id" UUID NOT NULL,
    "college_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "row_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "platform_identifier_pkey" PRIMARY KEY ("kind","value")
);

-- CreateIndex
CREATE INDEX "school_year_college_id_id_idx" ON "school_year"("college_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "school_year_college_id_code_key" ON "school_year"("college_id", "code");

-- CreateIndex
CREATE INDEX "semester_college_id_id_idx" ON "semester"("college_id", "id");

-- CreateIndex
CREATE INDEX "semester_college_id_school_year_id_id_idx" ON "semester"("college_id", "school_year_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "semester_college_id_code_key" ON "semester"("college_id", "code");

-- CreateIndex
CREATE INDEX "course_college_id_difficulty_id_idx" ON "course"("college_id", "difficulty", "id");

-- CreateIndex
CREATE INDEX "course_college_id_price_minor_id_idx" ON "course"("college_id", "price_minor", "id");

-- CreateIndex
CREATE INDEX "course_college_id_id_idx" ON "course"("college_id", "id");

-- CreateIndex
CREATE INDEX "course_college_id_instructor_id_id_idx" ON "course"("college_id", "instructor_id", "id");

-- CreateIndex
CREATE INDEX "class_college_id_grade_section_id_idx" ON "class"("college_id", "grade", "section", "id");

-- CreateIndex
CREATE INDEX "class_college_id_id_idx" ON "class"("college_id", "id");

-- CreateIndex
CREATE INDEX "class_college_id_school_year_id_id_idx" ON "class"("college_id", "school_year_id", "id");

-- CreateIndex
CREATE INDEX "class_college_id_course_id_id_idx" ON "class"("college_id", "course_id", "id");

-- CreateIndex
CREATE INDEX "subject_college_id_id_idx" ON "subject"("college_id", "id");

-- CreateIndex
CREATE INDEX "subject_college_id_class_id_id_idx" ON "subject"("college_id", "class_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "subject_college_id_code_key" ON "subject"("college_id", "code");

-- CreateIndex
CREATE INDEX "teacher_class_assignment_college_id_id_idx" ON "teacher_class_assignment"("college_id", "id");

-- CreateIndex
CREATE INDEX "teacher_class_assignment_college_id_user_id_id_idx" ON "teacher_class_assignment"("college_id", "user_id", "id");

-- CreateIndex
CREATE INDEX "teacher_class_assignment_college_id_subject_id_id_idx" ON "teacher_class_assignment"("college_id", "subject_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "teacher_class_assignment_college_id_class_id_user_id_subjec_key" ON "teacher_class_assignment"("college_id", "class_id", "user_id", "subject_id");

-- CreateIndex
CREATE INDEX "attendance_college_id_class_id_date_idx" ON "attendance"("college_id", "class_id", "date");

-- CreateIndex
CREATE INDEX "attendance_college_id_date_id_idx" ON "attendance"("college_id", "date", "id");

-- CreateIndex
CREATE INDEX "attendance_college_id_id_idx" ON "attendance"("college_id", "id");

-- CreateIndex
CREATE INDEX "attendance_college_id_semester_id_id_idx" ON "attendance"("college_id", "semester_id", "id");

-- CreateIndex
CREATE INDEX "attendance_college_id_school_year_id_id_idx" ON "attendance"("college_id", "school_year_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "attendance_college_id_user_id_class_id_date_session_key" ON "attendance"("college_id", "user_id", "class_id", "date", "session");

-- CreateIndex
CREATE INDEX "grade_college_id_user_id_class_id_idx" ON "grade"("college_id", "user_id", "class_id");

-- CreateIndex
CREATE INDEX "grade_college_id_grade_date_id_idx" ON "grade"("college_id", "grade_date", "id");

-- CreateIndex
CREATE INDEX "grade_college_id_class_id_user_id_subject_id_idx" ON "grade"("college_id", "class_id", "user_id", "subject_id");

-- CreateIndex
CREATE INDEX "grade_college_id_id_idx" ON "grade"("college_id", "id");

-- CreateIndex
CREATE INDEX "grade_college_id_subject_id_id_idx" ON "grade"("college_id", "subject_id", "id");

-- CreateIndex
CREATE INDEX "grade_college_id_semester_id_id_idx" ON "grade"("college_id", "semester_id", "id");

-- CreateIndex
CREATE INDEX "grade_college_id_graded_by_id_id_idx" ON "grade"("college_id", "graded_by_id", "id");

-- CreateIndex
CREATE INDEX "grade_boundary_college_id_id_idx" ON "grade_boundary"("college_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "grade_boundary_college_id_label_key" ON "grade_boundary"("college_id", "label");

-- CreateIndex
CREATE INDEX "event_college_id_scheduled_at_id_idx" ON "event"("college_id", "scheduled_at", "id");

-- CreateIndex
CREATE INDEX "event_college_id_id_idx" ON "event"("college_id", "id");

-- CreateIndex
CREATE INDEX "event_college_id_class_id_id_idx" ON "event"("college_id", "class_id", "id");

-- CreateIndex
CREATE INDEX "event_college_id_subject_id_id_idx" ON "event"("college_id", "subject_id", "id");

-- CreateIndex
CREATE INDEX "event_college_id_exam_id_id_idx" ON "event"("college_id", "exam_id", "id");

-- CreateIndex
CREATE INDEX "event_reminder_college_id_id_idx" ON "event_reminder"("college_id", "id");

-- CreateIndex
CREATE INDEX "event_reminder_college_id_event_id_id_idx" ON "event_reminder"("college_id", "event_id", "id");

-- CreateIndex
CREATE INDEX "event_reminder_college_id_user_id_id_idx" ON "event_reminder"("college_id", "user_id", "id");

-- CreateIndex
CREATE INDEX "event_subscription_college_id_id_idx" ON "event_subscription"("college_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "event_subscription_college_id_user_id_type_channel_key" ON "event_subscription"("college_id", "user_id", "type", "channel");

-- CreateIndex
CREATE INDEX "notification_college_id_status_id_idx" ON "notification"("college_id", "status", "id");

-- CreateIndex
CREATE INDEX "notification_college_id_id_idx" ON "notification"("college_id", "id");

-- CreateIndex
CREATE INDEX "notification_college_id_user_id_id_idx" ON "notification"("college_id", "user_id", "id");

-- CreateIndex
CREATE INDEX "notification_college_id_event_id_id_idx" ON "notification"("college_id", "event_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "notification_college_id_dedupe_key_key" ON "notification"("college_id", "dedupe_key");

-- CreateIndex
CREATE INDEX "announcement_college_id_id_idx" ON "announcement"("college_id", "id");

-- CreateIndex
CREATE INDEX "announcement_college_id_class_id_id_idx" ON "announcement"("college_id", "class_id", "id");

-- CreateIndex
CREATE INDEX "email_log_college_id_status_id_idx" ON "email_log"("college_id", "status", "id");

-- CreateIndex
CREATE INDEX "email_log_college_id_id_idx" ON "email_log"("college_id", "id");

-- CreateIndex
CREATE INDEX "email_log_college_id_user_id_id_idx" ON "email_log"("college_id", "user_id", "id");

-- CreateIndex
CREATE INDEX "email_log_college_id_notification_id_id_idx" ON "email_log"("college_id", "notification_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "staff_email_key" ON "console"."staff"("email");

-- CreateIndex
CREATE INDEX "staff_assignment_staff_id_idx" ON "console"."staff_assignment"("staff_id");

-- CreateIndex
CREATE UNIQUE INDEX "staff_assignment_staff_id_college_id_key" ON "console"."staff_assignment"("staff_id", "college_id");

-- CreateIndex
CREATE INDEX "staff_session_staff_id_idx" ON "console"."staff_session"("staff_id");

-- CreateIndex
CREATE UNIQUE INDEX "staff_session_token_hash_key" ON "console"."staff_session"("token_hash");

-- CreateIndex
CREATE INDEX "staff_recovery_code_staff_id_idx" ON "console"."staff_recovery_code"("staff_id");

-- CreateIndex
CREATE INDEX "staff_token_staff_id_idx" ON "console"."staff_token"("staff_id");

-- CreateIndex
CREATE UNIQUE INDEX "staff_token_token_hash_key" ON "console"."staff_token"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "login_throttle_key_key" ON "console"."login_throttle"("key");

-- CreateIndex
CREATE INDEX "saved_view_staff_id_idx" ON "console"."saved_view"("staff_id");

-- CreateIndex
CREATE UNIQUE INDEX "setting_key_key" ON "console"."setting"("key");

-- CreateIndex
CREATE INDEX "job_staff_id_id_idx" ON "console"."job"("staff_id", "id");

-- CreateIndex
CREATE INDEX "job_state_id_idx" ON "console"."job"("state", "id");

-- CreateIndex
CREATE INDEX "student_registration_college_id_status_id_idx" ON "student_registration"("college_id", "status", "id");

-- CreateIndex
CREATE INDEX "student_registration_college_id_id_idx" ON "student_registration"("college_id", "id");

-- CreateIndex
CREATE INDEX "student_registration_college_id_user_id_id_idx" ON "student_registration"("college_id", "user_id", "id");

-- CreateIndex
CREATE INDEX "student_registration_college_id_class_id_id_idx" ON "student_registration"("college_id", "class_id", "id");

-- CreateIndex
CREATE INDEX "enrollment_college_id_class_id_status_idx" ON "enrollment"("college_id", "class_id", "status");

-- CreateIndex
CREATE INDEX "enrollment_college_id_status_id_idx" ON "enrollment"("college_id", "status", "id");

-- CreateIndex
CREATE INDEX "enrollment_college_id_id_idx" ON "enrollment"("college_id", "id");

-- CreateIndex
CREATE INDEX "enrollment_college_id_drop_semester_id_id_idx" ON "enrollment"("college_id", "drop_semester_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "enrollment_college_id_user_id_class_id_key" ON "enrollment"("college_id", "user_id", "class_id");

-- CreateIndex
CREATE INDEX "payment_college_id_user_id_status_idx" ON "payment"("college_id", "user_id", "status");

-- CreateIndex
CREATE INDEX "payment_college_id_status_id_idx" ON "payment"("college_id", "status", "id");

-- CreateIndex
CREATE INDEX "payment_transaction_id_college_id_idx" ON "payment"("transaction_id", "college_id");

-- CreateIndex
CREATE INDEX "payment_college_id_id_idx" ON "payment"("college_id", "id");

-- CreateIndex
CREATE INDEX "payment_college_id_enrollment_id_id_idx" ON "payment"("college_id", "enrollment_id", "id");

-- CreateIndex
CREATE INDEX "invoice_college_id_status_id_idx" ON "invoice"("college_id", "status", "id");

-- CreateIndex
CREATE INDEX "invoice_college_id_id_idx" ON "invoice"("college_id", "id");

-- CreateIndex
CREATE INDEX "invoice_college_id_user_id_id_idx" ON "invoice"("college_id", "user_id", "id");

-- CreateIndex
CREATE INDEX "invoice_college_id_payment_id_id_idx" ON "invoice"("college_id", "payment_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_college_id_number_key" ON "invoice"("college_id", "number");

-- CreateIndex
CREATE INDEX "transaction_college_id_user_id_created_at_idx" ON "transaction"("college_id", "user_id", "created_at");

-- CreateIndex
CREATE INDEX "transaction_college_id_status_created_at_idx" ON "transaction"("college_id", "status", "created_at");

-- CreateIndex
CREATE INDEX "transaction_college_id_created_at_id_idx" ON "transaction"("college_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "transaction_college_id_id_idx" ON "transaction"("college_id", "id");

-- CreateIndex
CREATE INDEX "transaction_college_id_course_id_id_idx" ON "transaction"("college_id", "course_id", "id");

-- CreateIndex
CREATE INDEX "exam_college_id_status_start_time_idx" ON "exam"("college_id", "status", "start_time");

-- CreateIndex
CREATE INDEX "exam_college_id_start_time_id_idx" ON "exam"("college_id", "start_time", "id");

-- CreateIndex
CREATE INDEX "exam_start_time_id_idx" ON "exam"("start_time", "id");

-- CreateIndex
CREATE INDEX "exam_status_start_time_idx" ON "exam"("status", "start_time");

-- CreateIndex
CREATE INDEX "exam_college_id_id_idx" ON "exam"("college_id", "id");

-- CreateIndex
CREATE INDEX "exam_college_id_subject_id_id_idx" ON "exam"("college_id", "subject_id", "id");

-- CreateIndex
CREATE INDEX "exam_college_id_class_id_id_idx" ON "exam"("college_id", "class_id", "id");

-- CreateIndex
CREATE INDEX "exam_college_id_course_id_id_idx" ON "exam"("college_id", "course_id", "id");

-- CreateIndex
CREATE INDEX "exam_college_id_module_id_id_idx" ON "exam"("college_id", "module_id", "id");

-- CreateIndex
CREATE INDEX "exam_college_id_created_by_id_id_idx" ON "exam"("college_id", "created_by_id", "id");

-- CreateIndex
CREATE INDEX "question_college_id_exam_id_order_index_idx" ON "question"("college_id", "exam_id", "order_index");

-- CreateIndex
CREATE INDEX "question_college_id_id_idx" ON "question"("college_id", "id");

-- CreateIndex
CREATE INDEX "question_option_college_id_id_idx" ON "question_option"("college_id", "id");

-- CreateIndex
CREATE INDEX "question_option_college_id_question_id_id_idx" ON "question_option"("college_id", "question_id", "id");

-- CreateIndex
CREATE INDEX "student_exam_attempt_college_id_exam_id_state_idx" ON "student_exam_attempt"("college_id", "exam_id", "state");

-- CreateIndex
CREATE INDEX "student_exam_attempt_college_id_exam_id_risk_score_idx" ON "student_exam_attempt"("college_id", "exam_id", "risk_score");

-- CreateIndex
CREATE INDEX "student_exam_attempt_college_id_review_state_risk_score_id_idx" ON "student_exam_attempt"("college_id", "review_state", "risk_score", "id");

-- CreateIndex
CREATE INDEX "student_exam_attempt_college_id_started_at_id_idx" ON "student_exam_attempt"("college_id", "started_at", "id");

-- CreateIndex
CREATE INDEX "student_exam_attempt_college_id_suspicious_activity_id_idx" ON "student_exam_attempt"("college_id", "suspicious_activity", "id");

-- CreateIndex
CREATE INDEX "student_exam_attempt_college_id_violation_count_id_idx" ON "student_exam_attempt"("college_id", "violation_count", "id");

-- CreateIndex
CREATE INDEX "student_exam_attempt_college_id_score_id_idx" ON "student_exam_attempt"("college_id", "score", "id");

-- CreateIndex
CREATE INDEX "student_exam_attempt_college_id_state_id_idx" ON "student_exam_attempt"("college_id", "state", "id");

-- CreateIndex
CREATE INDEX "student_exam_attempt_started_at_id_idx" ON "student_exam_attempt"("started_at", "id");

-- CreateIndex
CREATE INDEX "student_exam_attempt_college_id_id_idx" ON "student_exam_attempt"("college_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "student_exam_attempt_college_id_user_id_exam_id_attempt_no_key" ON "student_exam_attempt"("college_id", "user_id", "exam_id", "attempt_no");

-- CreateIndex
CREATE INDEX "student_answer_college_id_question_id_selected_option_id_idx" ON "student_answer"("college_id", "question_id", "selected_option_id");

-- CreateIndex
CREATE INDEX "student_answer_college_id_id_idx" ON "student_answer"("college_id", "id");

-- CreateIndex
CREATE INDEX "student_answer_college_id_selected_option_id_id_idx" ON "student_answer"("college_id", "selected_option_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "student_answer_college_id_attempt_id_question_id_key" ON "student_answer"("college_id", "attempt_id", "question_id");

-- CreateIndex
CREATE INDEX "exam_result_college_id_exam_id_percentage_idx" ON "exam_result"("college_id", "exam_id", "percentage");

-- CreateIndex
CREATE INDEX "exam_result_college_id_user_id_end_time_idx" ON "exam_result"("college_id", "user_id", "end_time");

-- CreateIndex
CREATE INDEX "exam_result_college_id_id_idx" ON "exam_result"("college_id", "id");

-- CreateIndex
CREATE INDEX "exam_result_college_id_attempt_id_id_idx" ON "exam_result"("college_id", "attempt_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "exam_result_college_id_user_id_exam_id_key" ON "exam_result"("college_id", "user_id", "exam_id");

-- CreateIndex
CREATE INDEX "accommodation_college_id_id_idx" ON "accommodation"("college_id", "id");

-- CreateIndex
CREATE INDEX "accommodation_college_id_user_id_id_idx" ON "accommodation"("college_id", "user_id", "id");

-- CreateIndex
CREATE INDEX "accommodation_college_id_exam_id_id_idx" ON "accommodation"("college_id", "exam_id", "id");

-- CreateIndex
CREATE INDEX "integrity_event_college_id_attempt_id_at_idx" ON "integrity_event"("college_id", "attempt_id", "at");

-- CreateIndex
CREATE INDEX "integrity_event_college_id_type_received_at_idx" ON "integrity_event"("college_id", "type", "received_at");

-- CreateIndex
CREATE INDEX "integrity_event_college_id_id_idx" ON "integrity_event"("college_id", "id");

-- CreateIndex
CREATE INDEX "review_college_id_state_score_id_idx" ON "review"("college_id", "state", "score", "id");

-- CreateIndex
CREATE INDEX "review_state_score_id_idx" ON "review"("state", "score", "id");

-- CreateIndex
CREATE INDEX "review_college_id_id_idx" ON "review"("college_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "review_attempt_id_college_id_key" ON "review"("attempt_id", "college_id");

-- CreateIndex
CREATE INDEX "review_decision_college_id_review_id_round_idx" ON "review_decision"("college_id", "review_id", "round");

-- CreateIndex
CREATE INDEX "review_decision_college_id_id_idx" ON "review_decision"("college_id", "id");

-- CreateIndex
CREATE INDEX "review_note_college_id_id_idx" ON "review_note"("college_id", "id");

-- CreateIndex
CREATE INDEX "review_note_college_id_review_id_id_idx" ON "review_note"("college_id", "review_id", "id");

-- CreateIndex
CREATE INDEX "appeal_college_id_status_id_idx" ON "appeal"("college_id", "status", "id");

-- CreateIndex
CREATE INDEX "appeal_college_id_id_idx" ON "appeal"("college_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "appeal_review_id_college_id_key" ON "appeal"("review_id", "college_id");

-- CreateIndex
CREATE INDEX "declared_conflict_college_id_id_idx" ON "declared_conflict"("college_id", "id");

-- CreateIndex
CREATE INDEX "declared_conflict_college_id_user_id_id_idx" ON "declared_conflict"("college_id", "user_id", "id");

-- CreateIndex
CREATE INDEX "declared_conflict_college_id_class_id_id_idx" ON "declared_conflict"("college_id", "class_id", "id");

-- CreateIndex
CREATE INDEX "api_key_key_hash_idx" ON "api_key"("key_hash");

-- CreateIndex
CREATE INDEX "api_key_college_id_id_idx" ON "api_key"("college_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_college_id_key_hash_key" ON "api_key"("college_id", "key_hash");

-- CreateIndex
CREATE INDEX "collusion_pair_college_id_id_idx" ON "collusion_pair"("college_id", "id");

-- CreateIndex
CREATE INDEX "collusion_pair_college_id_first_attempt_id_id_idx" ON "collusion_pair"("college_id", "first_attempt_id", "id");

-- CreateIndex
CREATE INDEX "collusion_pair_college_id_second_attempt_id_id_idx" ON "collusion_pair"("college_id", "second_attempt_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "collusion_pair_college_id_exam_id_first_attempt_id_second_a_key" ON "collusion_pair"("college_id", "exam_id", "first_attempt_id", "second_attempt_id");

-- CreateIndex
CREATE INDEX "course_module_college_id_course_id_order_index_idx" ON "course_module"("college_id", "course_id", "order_index");

-- CreateIndex
CREATE INDEX "course_module_college_id_id_idx" ON "course_module"("college_id", "id");

-- CreateIndex
CREATE INDEX "lesson_college_id_module_id_order_index_idx" ON "lesson"("college_id", "module_id", "order_index");

-- CreateIndex
CREATE INDEX "lesson_college_id_id_idx" ON "lesson"("college_id", "id");

-- CreateIndex
CREATE INDEX "media_college_id_type_id_idx" ON "media"("college_id", "type", "id");

-- CreateIndex
CREATE INDEX "media_college_id_provider_id_idx" ON "media"("college_id", "provider", "id");

-- CreateIndex
CREATE INDEX "media_college_id_id_idx" ON "media"("college_id", "id");

-- CreateIndex
CREATE INDEX "media_college_id_lesson_id_id_idx" ON "media"("college_id", "lesson_id", "id");

-- CreateIndex
CREATE INDEX "study_material_college_id_id_idx" ON "study_material"("college_id", "id");

-- CreateIndex
CREATE INDEX "study_material_college_id_class_id_id_idx" ON "study_material"("college_id", "class_id", "id");

-- CreateIndex
CREATE INDEX "study_material_college_id_media_id_id_idx" ON "study_material"("college_id", "media_id", "id");

-- CreateIndex
CREATE INDEX "assignment_college_id_due_at_id_idx" ON "assignment"("college_id", "due_at", "id");

-- CreateIndex
CREATE INDEX "assignment_college_id_id_idx" ON "assignment"("college_id", "id");

-- CreateIndex
CREATE INDEX "assignment_college_id_class_id_id_idx" ON "assignment"("college_id", "class_id", "id");

-- CreateIndex
CREATE INDEX "assignment_college_id_subject_id_id_idx" ON "assignment"("college_id", "subject_id", "id");

-- CreateIndex
CREATE INDEX "assignment_submission_college_id_id_idx" ON "assignment_submission"("college_id", "id");

-- CreateIndex
CREATE INDEX "assignment_submission_college_id_user_id_id_idx" ON "assignment_submission"("college_id", "user_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "assignment_submission_college_id_assignment_id_user_id_key" ON "assignment_submission"("college_id", "assignment_id", "user_id");

-- CreateIndex
CREATE INDEX "course_progress_college_id_user_id_last_accessed_at_idx" ON "course_progress"("college_id", "user_id", "last_accessed_at");

-- CreateIndex
CREATE INDEX "course_progress_college_id_id_idx" ON "course_progress"("college_id", "id");

-- CreateIndex
CREATE INDEX "course_progress_college_id_course_id_id_idx" ON "course_progress"("college_id", "course_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "course_progress_college_id_user_id_course_id_key" ON "course_progress"("college_id", "user_id", "course_id");

-- CreateIndex
CREATE INDEX "lesson_progress_college_id_id_idx" ON "lesson_progress"("college_id", "id");

-- CreateIndex
CREATE INDEX "lesson_progress_college_id_lesson_id_id_idx" ON "lesson_progress"("college_id", "lesson_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "lesson_progress_college_id_progress_id_lesson_id_key" ON "lesson_progress"("college_id", "progress_id", "lesson_id");

-- CreateIndex
CREATE INDEX "certificate_college_id_user_id_issued_at_idx" ON "certificate"("college_id", "user_id", "issued_at");

-- CreateIndex
CREATE INDEX "certificate_college_id_id_idx" ON "certificate"("college_id", "id");

-- CreateIndex
CREATE INDEX "certificate_college_id_course_id_id_idx" ON "certificate"("college_id", "course_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "certificate_college_id_certificate_no_key" ON "certificate"("college_id", "certificate_no");

-- CreateIndex
CREATE INDEX "course_analytics_college_id_id_idx" ON "course_analytics"("college_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "course_analytics_course_id_college_id_key" ON "course_analytics"("course_id", "college_id");

-- CreateIndex
CREATE INDEX "learning_session_college_id_user_id_started_at_idx" ON "learning_session"("college_id", "user_id", "started_at");

-- CreateIndex
CREATE INDEX "learning_session_college_id_id_idx" ON "learning_session"("college_id", "id");

-- CreateIndex
CREATE INDEX "user_event_college_id_user_id_event_type_created_at_idx" ON "user_event"("college_id", "user_id", "event_type", "created_at");

-- CreateIndex
CREATE INDEX "user_event_college_id_id_idx" ON "user_event"("college_id", "id");

-- CreateIndex
CREATE INDEX "user_event_college_id_session_id_id_idx" ON "user_event"("college_id", "session_id", "id");

-- CreateIndex
CREATE INDEX "story_college_id_view_count_id_idx" ON "story"("college_id", "view_count", "id");

-- CreateIndex
CREATE INDEX "story_college_id_id_idx" ON "story"("college_id", "id");

-- CreateIndex
CREATE INDEX "story_progress_college_id_user_id_last_accessed_at_idx" ON "story_progress"("college_id", "user_id", "last_accessed_at");

-- CreateIndex
CREATE INDEX "story_progress_college_id_id_idx" ON "story_progress"("college_id", "id");

-- CreateIndex
CREATE INDEX "story_progress_college_id_story_id_id_idx" ON "story_progress"("college_id", "story_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "story_progress_college_id_user_id_story_id_key" ON "story_progress"("college_id", "user_id", "story_id");

-- CreateIndex
CREATE INDEX "vocabulary_college_id_frequency_id_idx" ON "vocabulary"("college_id", "frequency", "id");

-- CreateIndex
CREATE INDEX "vocabulary_college_id_id_idx" ON "vocabulary"("college_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "vocabulary_college_id_word_part_of_speech_key" ON "vocabulary"("college_id", "word", "part_of_speech");

-- CreateIndex
CREATE INDEX "user_vocabulary_progress_college_id_id_idx" ON "user_vocabulary_progress"("college_id", "id");

-- CreateIndex
CREATE INDEX "user_vocabulary_progress_college_id_vocabulary_id_id_idx" ON "user_vocabulary_progress"("college_id", "vocabulary_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "user_vocabulary_progress_college_id_user_id_vocabulary_id_key" ON "user_vocabulary_progress"("college_id", "user_id", "vocabulary_id");

-- CreateIndex
CREATE INDEX "exercise_college_id_story_id_exercise_type_idx" ON "exercise"("college_id", "story_id", "exercise_type");

-- CreateIndex
CREATE INDEX "exercise_college_id_id_idx" ON "exercise"("college_id", "id");

-- CreateIndex
CREATE INDEX "exercise_attempt_college_id_user_id_created_at_idx" ON "exercise_attempt"("college_id", "user_id", "created_at");

-- CreateIndex
CREATE INDEX "exercise_attempt_college_id_id_idx" ON "exercise_attempt"("college_id", "id");

-- CreateIndex
CREATE INDEX "exercise_attempt_college_id_exercise_id_id_idx" ON "exercise_attempt"("college_id", "exercise_id", "id");

-- CreateIndex
CREATE INDEX "user_email_college_id_idx" ON "user"("email", "college_id");

-- CreateIndex
CREATE INDEX "user_roll_no_college_id_idx" ON "user"("roll_no", "college_id");

-- CreateIndex
CREATE INDEX "user_college_id_role_id_idx" ON "user"("college_id", "role", "id");

-- CreateIndex
CREATE INDEX "user_college_id_name_id_idx" ON "user"("college_id", "name", "id");

-- CreateIndex
CREATE INDEX "user_college_id_is_active_id_idx" ON "user"("college_id", "is_active", "id");

-- CreateIndex
CREATE INDEX "user_college_id_last_login_at_id_idx" ON "user"("college_id", "last_login_at", "id");

-- CreateIndex
CREATE INDEX "user_college_id_id_idx" ON "user"("college_id", "id");

-- CreateIndex
CREATE INDEX "student_profile_college_id_id_idx" ON "student_profile"("college_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "student_profile_user_id_college_id_key" ON "student_profile"("user_id", "college_id");

-- CreateIndex
CREATE INDEX "guardian_college_id_id_idx" ON "guardian"("college_id", "id");

-- CreateIndex
CREATE INDEX "guardian_college_id_user_id_id_idx" ON "guardian"("college_id", "user_id", "id");

-- CreateIndex
CREATE INDEX "family_info_college_id_id_idx" ON "family_info"("college_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "family_info_user_id_college_id_key" ON "family_info"("user_id", "college_id");

-- CreateIndex
CREATE INDEX "scholarship_college_id_id_idx" ON "scholarship"("college_id", "id");

-- CreateIndex
CREATE INDEX "scholarship_college_id_user_id_id_idx" ON "scholarship"("college_id", "user_id", "id");

-- CreateIndex
CREATE INDEX "refresh_token_college_id_expires_at_idx" ON "refresh_token"("college_id", "expires_at");

-- CreateIndex
CREATE INDEX "refresh_token_college_id_id_idx" ON "refresh_token"("college_id", "id");

-- CreateIndex
CREATE INDEX "refresh_token_college_id_user_id_id_idx" ON "refresh_token"("college_id", "user_id", "id");

-- CreateIndex
CREATE INDEX "user_session_college_id_id_idx" ON "user_session"("college_id", "id");

-- CreateIndex
CREATE INDEX "user_session_college_id_user_id_id_idx" ON "user_session"("college_id", "user_id", "id");

-- CreateIndex
CREATE INDEX "oauth_account_college_id_id_idx" ON "oauth_account"("college_id", "id");

-- CreateIndex
CREATE INDEX "oauth_account_college_id_user_id_id_idx" ON "oauth_account"("college_id", "user_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "oauth_account_college_id_provider_provider_account_id_key" ON "oauth_account"("college_id", "provider", "provider_account_id");

-- CreateIndex
CREATE INDEX "verification_token_college_id_id_idx" ON "verification_token"("college_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "verification_token_college_id_identifier_token_hash_key" ON "verification_token"("college_id", "identifier", "token_hash");

-- CreateIndex
CREATE INDEX "user_invitation_college_id_status_id_idx" ON "user_invitation"("college_id", "status", "id");

-- CreateIndex
CREATE INDEX "user_invitation_college_id_id_idx" ON "user_invitation"("college_id", "id");

-- CreateIndex
CREATE INDEX "user_invitation_college_id_invited_by_id_id_idx" ON "user_invitation"("college_id", "invited_by_id", "id");

-- CreateIndex
CREATE INDEX "user_invitation_college_id_accepted_by_id_id_idx" ON "user_invitation"("college_id", "accepted_by_id", "id");

-- CreateIndex
CREATE INDEX "recovery_request_college_id_status_id_idx" ON "recovery_request"("college_id", "status", "id");

-- CreateIndex
CREATE INDEX "recovery_request_college_id_id_idx" ON "recovery_request"("college_id", "id");

-- CreateIndex
CREATE INDEX "recovery_request_college_id_user_id_id_idx" ON "recovery_request"("college_id", "user_id", "id");

-- CreateIndex
CREATE INDEX "college_subscription_status_subscription_expiry_idx" ON "college"("subscription_status", "subscription_expiry");

-- CreateIndex
CREATE UNIQUE INDEX "college_username_key" ON "college"("username");

-- CreateIndex
CREATE UNIQUE INDEX "college_code_key" ON "college"("code");

-- CreateIndex
CREATE INDEX "subscription_college_id_id_idx" ON "subscription"("college_id", "id");

-- CreateIndex
CREATE INDEX "platform_identifier_row_id_idx" ON "platform_identifier"("row_id");

-- CreateIndex
CREATE INDEX "platform_identifier_college_id_id_idx" ON "platform_identifier"("college_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "platform_identifier_id_college_id_key" ON "platform_identifier"("id", "college_id");

-- AddForeignKey
ALTER TABLE "school_year" ADD CONSTRAINT "school_year_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "semester" ADD CONSTRAINT "semester_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "semester" ADD CONSTRAINT "semester_school_year_id_college_id_fkey" FOREIGN KEY ("school_year_id", "college_id") REFERENCES "school_year"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "course" ADD CONSTRAINT "course_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "course" ADD CONSTRAINT "course_instructor_id_college_id_fkey" FOREIGN KEY ("instructor_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "class" ADD CONSTRAINT "class_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "class" ADD CONSTRAINT "class_school_year_id_college_id_fkey" FOREIGN KEY ("school_year_id", "college_id") REFERENCES "school_year"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "class" ADD CONSTRAINT "class_course_id_college_id_fkey" FOREIGN KEY ("course_id", "college_id") REFERENCES "course"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "subject" ADD CONSTRAINT "subject_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "subject" ADD CONSTRAINT "subject_class_id_college_id_fkey" FOREIGN KEY ("class_id", "college_id") REFERENCES "class"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "teacher_class_assignment" ADD CONSTRAINT "teacher_class_assignment_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "teacher_class_assignment" ADD CONSTRAINT "teacher_class_assignment_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "teacher_class_assignment" ADD CONSTRAINT "teacher_class_assignment_class_id_college_id_fkey" FOREIGN KEY ("class_id", "college_id") REFERENCES "class"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "teacher_class_assignment" ADD CONSTRAINT "teacher_class_assignment_subject_id_college_id_fkey" FOREIGN KEY ("subject_id", "college_id") REFERENCES "subject"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "attendance" ADD CONSTRAINT "attendance_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attendance" ADD CONSTRAINT "attendance_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attendance" ADD CONSTRAINT "attendance_class_id_college_id_fkey" FOREIGN KEY ("class_id", "college_id") REFERENCES "class"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attendance" ADD CONSTRAINT "attendance_semester_id_college_id_fkey" FOREIGN KEY ("semester_id", "college_id") REFERENCES "semester"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "attendance" ADD CONSTRAINT "attendance_school_year_id_college_id_fkey" FOREIGN KEY ("school_year_id", "college_id") REFERENCES "school_year"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "grade" ADD CONSTRAINT "grade_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "grade" ADD CONSTRAINT "grade_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "grade" ADD CONSTRAINT "grade_class_id_college_id_fkey" FOREIGN KEY ("class_id", "college_id") REFERENCES "class"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "grade" ADD CONSTRAINT "grade_subject_id_college_id_fkey" FOREIGN KEY ("subject_id", "college_id") REFERENCES "subject"("id", "college_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "grade" ADD CONSTRAINT "grade_semester_id_college_id_fkey" FOREIGN KEY ("semester_id", "college_id") REFERENCES "semester"("id", "college_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "grade" ADD CONSTRAINT "grade_graded_by_id_college_id_fkey" FOREIGN KEY ("graded_by_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "grade_boundary" ADD CONSTRAINT "grade_boundary_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event" ADD CONSTRAINT "event_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event" ADD CONSTRAINT "event_class_id_college_id_fkey" FOREIGN KEY ("class_id", "college_id") REFERENCES "class"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "event" ADD CONSTRAINT "event_subject_id_college_id_fkey" FOREIGN KEY ("subject_id", "college_id") REFERENCES "subject"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "event" ADD CONSTRAINT "event_exam_id_college_id_fkey" FOREIGN KEY ("exam_id", "college_id") REFERENCES "exam"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "event_reminder" ADD CONSTRAINT "event_reminder_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_reminder" ADD CONSTRAINT "event_reminder_event_id_college_id_fkey" FOREIGN KEY ("event_id", "college_id") REFERENCES "event"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_reminder" ADD CONSTRAINT "event_reminder_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_subscription" ADD CONSTRAINT "event_subscription_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_subscription" ADD CONSTRAINT "event_subscription_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notification" ADD CONSTRAINT "notification_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notification" ADD CONSTRAINT "notification_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notification" ADD CONSTRAINT "notification_event_id_college_id_fkey" FOREIGN KEY ("event_id", "college_id") REFERENCES "event"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "announcement" ADD CONSTRAINT "announcement_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "announcement" ADD CONSTRAINT "announcement_class_id_college_id_fkey" FOREIGN KEY ("class_id", "college_id") REFERENCES "class"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "email_log" ADD CONSTRAINT "email_log_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "email_log" ADD CONSTRAINT "email_log_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "email_log" ADD CONSTRAINT "email_log_notification_id_college_id_fkey" FOREIGN KEY ("notification_id", "college_id") REFERENCES "notification"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "console"."staff_assignment" ADD CONSTRAINT "staff_assignment_staff_id_fkey" FOREIGN KEY ("staff_id") REFERENCES "console"."staff"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "console"."staff_session" ADD CONSTRAINT "staff_session_staff_id_fkey" FOREIGN KEY ("staff_id") REFERENCES "console"."staff"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "console"."staff_recovery_code" ADD CONSTRAINT "staff_recovery_code_staff_id_fkey" FOREIGN KEY ("staff_id") REFERENCES "console"."staff"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "console"."staff_token" ADD CONSTRAINT "staff_token_staff_id_fkey" FOREIGN KEY ("staff_id") REFERENCES "console"."staff"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "console"."saved_view" ADD CONSTRAINT "saved_view_staff_id_fkey" FOREIGN KEY ("staff_id") REFERENCES "console"."staff"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "student_registration" ADD CONSTRAINT "student_registration_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "student_registration" ADD CONSTRAINT "student_registration_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "student_registration" ADD CONSTRAINT "student_registration_class_id_college_id_fkey" FOREIGN KEY ("class_id", "college_id") REFERENCES "class"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "enrollment" ADD CONSTRAINT "enrollment_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enrollment" ADD CONSTRAINT "enrollment_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enrollment" ADD CONSTRAINT "enrollment_class_id_college_id_fkey" FOREIGN KEY ("class_id", "college_id") REFERENCES "class"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enrollment" ADD CONSTRAINT "enrollment_drop_semester_id_college_id_fkey" FOREIGN KEY ("drop_semester_id", "college_id") REFERENCES "semester"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "payment" ADD CONSTRAINT "payment_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payment" ADD CONSTRAINT "payment_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payment" ADD CONSTRAINT "payment_enrollment_id_college_id_fkey" FOREIGN KEY ("enrollment_id", "college_id") REFERENCES "enrollment"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "invoice" ADD CONSTRAINT "invoice_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice" ADD CONSTRAINT "invoice_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice" ADD CONSTRAINT "invoice_payment_id_college_id_fkey" FOREIGN KEY ("payment_id", "college_id") REFERENCES "payment"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "transaction" ADD CONSTRAINT "transaction_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "transaction" ADD CONSTRAINT "transaction_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "transaction" ADD CONSTRAINT "transaction_course_id_college_id_fkey" FOREIGN KEY ("course_id", "college_id") REFERENCES "course"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "exam" ADD CONSTRAINT "exam_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "exam" ADD CONSTRAINT "exam_subject_id_college_id_fkey" FOREIGN KEY ("subject_id", "college_id") REFERENCES "subject"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "exam" ADD CONSTRAINT "exam_class_id_college_id_fkey" FOREIGN KEY ("class_id", "college_id") REFERENCES "class"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "exam" ADD CONSTRAINT "exam_course_id_college_id_fkey" FOREIGN KEY ("course_id", "college_id") REFERENCES "course"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "exam" ADD CONSTRAINT "exam_module_id_college_id_fkey" FOREIGN KEY ("module_id", "college_id") REFERENCES "course_module"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "exam" ADD CONSTRAINT "exam_created_by_id_college_id_fkey" FOREIGN KEY ("created_by_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "question" ADD CONSTRAINT "question_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "question" ADD CONSTRAINT "question_exam_id_college_id_fkey" FOREIGN KEY ("exam_id", "college_id") REFERENCES "exam"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "question_option" ADD CONSTRAINT "question_option_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "question_option" ADD CONSTRAINT "question_option_question_id_college_id_fkey" FOREIGN KEY ("question_id", "college_id") REFERENCES "question"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "student_exam_attempt" ADD CONSTRAINT "student_exam_attempt_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "student_exam_attempt" ADD CONSTRAINT "student_exam_attempt_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "student_exam_attempt" ADD CONSTRAINT "student_exam_attempt_exam_id_college_id_fkey" FOREIGN KEY ("exam_id", "college_id") REFERENCES "exam"("id", "college_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "student_answer" ADD CONSTRAINT "student_answer_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "student_answer" ADD CONSTRAINT "student_answer_attempt_id_college_id_fkey" FOREIGN KEY ("attempt_id", "college_id") REFERENCES "student_exam_attempt"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "student_answer" ADD CONSTRAINT "student_answer_question_id_college_id_fkey" FOREIGN KEY ("question_id", "college_id") REFERENCES "question"("id", "college_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "student_answer" ADD CONSTRAINT "student_answer_selected_option_id_college_id_fkey" FOREIGN KEY ("selected_option_id", "college_id") REFERENCES "question_option"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "exam_result" ADD CONSTRAINT "exam_result_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "exam_result" ADD CONSTRAINT "exam_result_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "exam_result" ADD CONSTRAINT "exam_result_exam_id_college_id_fkey" FOREIGN KEY ("exam_id", "college_id") REFERENCES "exam"("id", "college_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "exam_result" ADD CONSTRAINT "exam_result_attempt_id_college_id_fkey" FOREIGN KEY ("attempt_id", "college_id") REFERENCES "student_exam_attempt"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "accommodation" ADD CONSTRAINT "accommodation_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "accommodation" ADD CONSTRAINT "accommodation_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "accommodation" ADD CONSTRAINT "accommodation_exam_id_college_id_fkey" FOREIGN KEY ("exam_id", "college_id") REFERENCES "exam"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "integrity_event" ADD CONSTRAINT "integrity_event_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "integrity_event" ADD CONSTRAINT "integrity_event_attempt_id_college_id_fkey" FOREIGN KEY ("attempt_id", "college_id") REFERENCES "student_exam_attempt"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "review" ADD CONSTRAINT "review_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "review" ADD CONSTRAINT "review_attempt_id_college_id_fkey" FOREIGN KEY ("attempt_id", "college_id") REFERENCES "student_exam_attempt"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "review_decision" ADD CONSTRAINT "review_decision_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "review_decision" ADD CONSTRAINT "review_decision_review_id_college_id_fkey" FOREIGN KEY ("review_id", "college_id") REFERENCES "review"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "review_note" ADD CONSTRAINT "review_note_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "review_note" ADD CONSTRAINT "review_note_review_id_college_id_fkey" FOREIGN KEY ("review_id", "college_id") REFERENCES "review"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "appeal" ADD CONSTRAINT "appeal_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "appeal" ADD CONSTRAINT "appeal_review_id_college_id_fkey" FOREIGN KEY ("review_id", "college_id") REFERENCES "review"("id", "college_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "declared_conflict" ADD CONSTRAINT "declared_conflict_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "declared_conflict" ADD CONSTRAINT "declared_conflict_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "declared_conflict" ADD CONSTRAINT "declared_conflict_class_id_college_id_fkey" FOREIGN KEY ("class_id", "college_id") REFERENCES "class"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "collusion_pair" ADD CONSTRAINT "collusion_pair_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "collusion_pair" ADD CONSTRAINT "collusion_pair_exam_id_college_id_fkey" FOREIGN KEY ("exam_id", "college_id") REFERENCES "exam"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "collusion_pair" ADD CONSTRAINT "collusion_pair_first_attempt_id_college_id_fkey" FOREIGN KEY ("first_attempt_id", "college_id") REFERENCES "student_exam_attempt"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "collusion_pair" ADD CONSTRAINT "collusion_pair_second_attempt_id_college_id_fkey" FOREIGN KEY ("second_attempt_id", "college_id") REFERENCES "student_exam_attempt"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "course_module" ADD CONSTRAINT "course_module_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "course_module" ADD CONSTRAINT "course_module_course_id_college_id_fkey" FOREIGN KEY ("course_id", "college_id") REFERENCES "course"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson" ADD CONSTRAINT "lesson_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson" ADD CONSTRAINT "lesson_module_id_college_id_fkey" FOREIGN KEY ("module_id", "college_id") REFERENCES "course_module"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "media" ADD CONSTRAINT "media_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "media" ADD CONSTRAINT "media_lesson_id_college_id_fkey" FOREIGN KEY ("lesson_id", "college_id") REFERENCES "lesson"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "study_material" ADD CONSTRAINT "study_material_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "study_material" ADD CONSTRAINT "study_material_class_id_college_id_fkey" FOREIGN KEY ("class_id", "college_id") REFERENCES "class"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "study_material" ADD CONSTRAINT "study_material_media_id_college_id_fkey" FOREIGN KEY ("media_id", "college_id") REFERENCES "media"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "assignment" ADD CONSTRAINT "assignment_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "assignment" ADD CONSTRAINT "assignment_class_id_college_id_fkey" FOREIGN KEY ("class_id", "college_id") REFERENCES "class"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "assignment" ADD CONSTRAINT "assignment_subject_id_college_id_fkey" FOREIGN KEY ("subject_id", "college_id") REFERENCES "subject"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "assignment_submission" ADD CONSTRAINT "assignment_submission_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "assignment_submission" ADD CONSTRAINT "assignment_submission_assignment_id_college_id_fkey" FOREIGN KEY ("assignment_id", "college_id") REFERENCES "assignment"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "assignment_submission" ADD CONSTRAINT "assignment_submission_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "course_progress" ADD CONSTRAINT "course_progress_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "course_progress" ADD CONSTRAINT "course_progress_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "course_progress" ADD CONSTRAINT "course_progress_course_id_college_id_fkey" FOREIGN KEY ("course_id", "college_id") REFERENCES "course"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson_progress" ADD CONSTRAINT "lesson_progress_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson_progress" ADD CONSTRAINT "lesson_progress_progress_id_college_id_fkey" FOREIGN KEY ("progress_id", "college_id") REFERENCES "course_progress"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson_progress" ADD CONSTRAINT "lesson_progress_lesson_id_college_id_fkey" FOREIGN KEY ("lesson_id", "college_id") REFERENCES "lesson"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "certificate" ADD CONSTRAINT "certificate_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "certificate" ADD CONSTRAINT "certificate_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "certificate" ADD CONSTRAINT "certificate_course_id_college_id_fkey" FOREIGN KEY ("course_id", "college_id") REFERENCES "course"("id", "college_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "course_analytics" ADD CONSTRAINT "course_analytics_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "course_analytics" ADD CONSTRAINT "course_analytics_course_id_college_id_fkey" FOREIGN KEY ("course_id", "college_id") REFERENCES "course"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "learning_session" ADD CONSTRAINT "learning_session_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "learning_session" ADD CONSTRAINT "learning_session_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_event" ADD CONSTRAINT "user_event_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_event" ADD CONSTRAINT "user_event_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_event" ADD CONSTRAINT "user_event_session_id_college_id_fkey" FOREIGN KEY ("session_id", "college_id") REFERENCES "learning_session"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "story" ADD CONSTRAINT "story_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "story_progress" ADD CONSTRAINT "story_progress_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "story_progress" ADD CONSTRAINT "story_progress_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "story_progress" ADD CONSTRAINT "story_progress_story_id_college_id_fkey" FOREIGN KEY ("story_id", "college_id") REFERENCES "story"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vocabulary" ADD CONSTRAINT "vocabulary_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_vocabulary_progress" ADD CONSTRAINT "user_vocabulary_progress_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_vocabulary_progress" ADD CONSTRAINT "user_vocabulary_progress_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_vocabulary_progress" ADD CONSTRAINT "user_vocabulary_progress_vocabulary_id_college_id_fkey" FOREIGN KEY ("vocabulary_id", "college_id") REFERENCES "vocabulary"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "exercise" ADD CONSTRAINT "exercise_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "exercise" ADD CONSTRAINT "exercise_story_id_college_id_fkey" FOREIGN KEY ("story_id", "college_id") REFERENCES "story"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "exercise_attempt" ADD CONSTRAINT "exercise_attempt_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "exercise_attempt" ADD CONSTRAINT "exercise_attempt_exercise_id_college_id_fkey" FOREIGN KEY ("exercise_id", "college_id") REFERENCES "exercise"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "exercise_attempt" ADD CONSTRAINT "exercise_attempt_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user" ADD CONSTRAINT "user_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "student_profile" ADD CONSTRAINT "student_profile_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "student_profile" ADD CONSTRAINT "student_profile_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "guardian" ADD CONSTRAINT "guardian_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "guardian" ADD CONSTRAINT "guardian_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "family_info" ADD CONSTRAINT "family_info_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "family_info" ADD CONSTRAINT "family_info_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scholarship" ADD CONSTRAINT "scholarship_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scholarship" ADD CONSTRAINT "scholarship_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refresh_token" ADD CONSTRAINT "refresh_token_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refresh_token" ADD CONSTRAINT "refresh_token_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_session" ADD CONSTRAINT "user_session_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_session" ADD CONSTRAINT "user_session_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "oauth_account" ADD CONSTRAINT "oauth_account_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "oauth_account" ADD CONSTRAINT "oauth_account_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "verification_token" ADD CONSTRAINT "verification_token_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_invitation" ADD CONSTRAINT "user_invitation_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_invitation" ADD CONSTRAINT "user_invitation_invited_by_id_college_id_fkey" FOREIGN KEY ("invited_by_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "user_invitation" ADD CONSTRAINT "user_invitation_accepted_by_id_college_id_fkey" FOREIGN KEY ("accepted_by_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "recovery_request" ADD CONSTRAINT "recovery_request_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "recovery_request" ADD CONSTRAINT "recovery_request_user_id_college_id_fkey" FOREIGN KEY ("user_id", "college_id") REFERENCES "user"("id", "college_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "subscription" ADD CONSTRAINT "subscription_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "platform_identifier" ADD CONSTRAINT "platform_identifier_college_id_fkey" FOREIGN KEY ("college_id") REFERENCES "college"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
