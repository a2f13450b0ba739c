-- What the schema files can't say: checks, partial indexes, row security, state machines, grants.

-- ── Enumerated values: text with a check, because an enum's operators are not leakproof ─────────────────────────

ALTER TABLE public."college" ADD CONSTRAINT "college_subscription_status_check" CHECK (subscription_status IN ('TRIAL', 'ACTIVE', 'PAST_DUE', 'SUSPENDED', 'EXPIRED', 'CANCELLED'));
ALTER TABLE public."subscription" ADD CONSTRAINT "subscription_status_check" CHECK (status IN ('TRIAL', 'ACTIVE', 'PAST_DUE', 'SUSPENDED', 'EXPIRED', 'CANCELLED'));
ALTER TABLE public."platform_identifier" ADD CONSTRAINT "platform_identifier_kind_check" CHECK (kind IN ('TRANSACTION', 'PROVIDER_TXN', 'CERTIFICATE', 'REFRESH_TOKEN', 'USER_SESSION', 'INVITATION', 'VERIFICATION', 'API_KEY'));
ALTER TABLE public."user" ADD CONSTRAINT "user_role_check" CHECK (role IN ('STUDENT', 'TEACHER', 'INSTRUCTOR', 'ADMIN', 'GUARDIAN'));
ALTER TABLE public."user" ADD CONSTRAINT "user_status_check" CHECK (status IN ('ACTIVE', 'INACTIVE'));
ALTER TABLE public."student_profile" ADD CONSTRAINT "student_profile_gender_check" CHECK (gender IN ('MALE', 'FEMALE', 'OTHER'));
ALTER TABLE public."user_invitation" ADD CONSTRAINT "user_invitation_role_check" CHECK (role IN ('STUDENT', 'TEACHER', 'INSTRUCTOR', 'ADMIN', 'GUARDIAN'));
ALTER TABLE public."user_invitation" ADD CONSTRAINT "user_invitation_status_check" CHECK (status IN ('PENDING', 'ACCEPTED', 'EXPIRED', 'REVOKED'));
ALTER TABLE public."recovery_request" ADD CONSTRAINT "recovery_request_status_check" CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED', 'COMPLETED', 'EXPIRED'));
ALTER TABLE public."course" ADD CONSTRAINT "course_difficulty_check" CHECK (difficulty IN ('BEGINNER', 'INTERMEDIATE', 'ADVANCED', 'EXPERT'));
ALTER TABLE public."class" ADD CONSTRAINT "class_status_check" CHECK (status IN ('PLANNED', 'ACTIVE', 'FINISHED', 'CANCELLED'));
ALTER TABLE public."attendance" ADD CONSTRAINT "attendance_session_check" CHECK (session IN ('AM', 'PM', 'FULL'));
ALTER TABLE public."attendance" ADD CONSTRAINT "attendance_status_check" CHECK (status IN ('PRESENT', 'ABSENT', 'LATE', 'EXCUSED'));
ALTER TABLE public."student_registration" ADD CONSTRAINT "student_registration_status_check" CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED', 'CANCELLED'));
ALTER TABLE public."enrollment" ADD CONSTRAINT "enrollment_status_check" CHECK (status IN ('ACTIVE', 'COMPLETED', 'EXPIRED', 'CANCELLED', 'DROPPED'));
ALTER TABLE public."enrollment" ADD CONSTRAINT "enrollment_payment_status_check" CHECK (payment_status IN ('PENDING', 'COMPLETED', 'FAILED', 'REFUNDED'));
ALTER TABLE public."payment" ADD CONSTRAINT "payment_status_check" CHECK (status IN ('PENDING', 'COMPLETED', 'FAILED', 'REFUNDED'));
ALTER TABLE public."invoice" ADD CONSTRAINT "invoice_status_check" CHECK (status IN ('DRAFT', 'ISSUED', 'PAID', 'VOID'));
ALTER TABLE public."transaction" ADD CONSTRAINT "transaction_status_check" CHECK (status IN ('PENDING', 'COMPLETED', 'FAILED', 'REFUNDED'));
ALTER TABLE public."exam" ADD CONSTRAINT "exam_kind_check" CHECK (kind IN ('EXAM', 'QUIZ'));
ALTER TABLE public."exam" ADD CONSTRAINT "exam_status_check" CHECK (status IN ('DRAFT', 'SCHEDULED', 'LIVE', 'CLOSED', 'GRADED', 'PUBLISHED', 'CANCELLED'));
ALTER TABLE public."question" ADD CONSTRAINT "question_type_check" CHECK (type IN ('MULTIPLE_CHOICE', 'TRUE_FALSE', 'SHORT_ANSWER', 'ESSAY'));
ALTER TABLE public."question" ADD CONSTRAINT "question_difficulty_check" CHECK (difficulty IN ('EASY', 'MEDIUM', 'HARD'));
ALTER TABLE public."student_exam_attempt" ADD CONSTRAINT "student_exam_attempt_state_check" CHECK (state IN ('IN_PROGRESS', 'SUBMITTED', 'FORCE_SUBMITTED', 'EXPIRED', 'GRADED', 'WITHHELD', 'ZEROED'));
ALTER TABLE public."student_exam_attempt" ADD CONSTRAINT "student_exam_attempt_review_state_check" CHECK (review_state IN ('NONE', 'QUEUED', 'CLAIMED', 'SECOND', 'THIRD', 'CLEARED', 'INCONCLUSIVE', 'VIOLATION', 'APPEALED'));
ALTER TABLE public."review" ADD CONSTRAINT "review_state_check" CHECK (state IN ('QUEUED', 'CLAIMED', 'SECOND', 'THIRD', 'CLEARED', 'INCONCLUSIVE', 'VIOLATION', 'APPEALED'));
ALTER TABLE public."review_decision" ADD CONSTRAINT "review_decision_decision_check" CHECK (decision IN ('CLEARED', 'INCONCLUSIVE', 'VIOLATION'));
ALTER TABLE public."appeal" ADD CONSTRAINT "appeal_status_check" CHECK (status IN ('OPEN', 'UPHELD', 'DISMISSED', 'EXPIRED'));
ALTER TABLE public."event" ADD CONSTRAINT "event_type_check" CHECK (type IN ('EXAM', 'ASSIGNMENT', 'ANNOUNCEMENT', 'OTHER'));
ALTER TABLE public."event" ADD CONSTRAINT "event_priority_check" CHECK (priority IN ('LOW', 'MEDIUM', 'HIGH', 'URGENT'));
ALTER TABLE public."event_subscription" ADD CONSTRAINT "event_subscription_type_check" CHECK (type IN ('EXAM', 'ASSIGNMENT', 'ANNOUNCEMENT', 'OTHER'));
ALTER TABLE public."event_subscription" ADD CONSTRAINT "event_subscription_channel_check" CHECK (channel IN ('EMAIL', 'SMS', 'PUSH', 'IN_APP', 'WEBHOOK'));
ALTER TABLE public."notification" ADD CONSTRAINT "notification_type_check" CHECK (type IN ('INFO', 'WARNING', 'SUCCESS', 'ERROR', 'REMINDER'));
ALTER TABLE public."notification" ADD CONSTRAINT "notification_channel_check" CHECK (channel IN ('EMAIL', 'SMS', 'PUSH', 'IN_APP', 'WEBHOOK'));
ALTER TABLE public."notification" ADD CONSTRAINT "notification_status_check" CHECK (status IN ('PENDING', 'SENDING', 'SENT', 'DELIVERED', 'READ', 'FAILED'));
ALTER TABLE public."announcement" ADD CONSTRAINT "announcement_audience_check" CHECK (audience IN ('ALL', 'STUDENTS', 'TEACHERS', 'CLASS'));
ALTER TABLE public."email_log" ADD CONSTRAINT "email_log_status_check" CHECK (status IN ('QUEUED', 'SENT', 'FAILED', 'BOUNCED'));
ALTER TABLE public."media" ADD CONSTRAINT "media_type_check" CHECK (type IN ('VIDEO', 'IMAGE', 'DOCUMENT'));
ALTER TABLE public."assignment_submission" ADD CONSTRAINT "assignment_submission_status_check" CHECK (status IN ('SUBMITTED', 'LATE', 'GRADED', 'RETURNED'));
ALTER TABLE console."staff" ADD CONSTRAINT "staff_role_check" CHECK (role IN ('SUPER_ADMIN', 'TENANT_MANAGER', 'PROCTOR', 'SRE', 'AUDITOR'));
ALTER TABLE console."job" ADD CONSTRAINT "job_state_check" CHECK (state IN ('QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED'));

-- ── Plain rules of the documents ─────────────────────────────────────────────────────────────────────────────────
ALTER TABLE public."grade" ADD CONSTRAINT grade_score_check CHECK (score BETWEEN 0 AND 1000);
ALTER TABLE public."exam" ADD CONSTRAINT exam_window_check CHECK (end_time > start_time);
ALTER TABLE public."exam" ADD CONSTRAINT exam_duration_check CHECK (duration_minutes BETWEEN 1 AND 1440);
ALTER TABLE public."exam" ADD CONSTRAINT exam_marks_check CHECK (total_marks >= 0 AND passing_marks BETWEEN 0 AND total_marks);
ALTER TABLE public."exam" ADD CONSTRAINT exam_max_attempts_check CHECK (max_attempts BETWEEN 1 AND 20);
ALTER TABLE public."question" ADD CONSTRAINT question_marks_check CHECK (marks BETWEEN 0 AND 1000);
ALTER TABLE public."payment" ADD CONSTRAINT payment_amount_check CHECK (amount_minor > 0);
ALTER TABLE public."payment" ADD CONSTRAINT payment_two_people_check CHECK (approved_by IS NULL OR recorded_by IS NULL OR approved_by <> recorded_by);
ALTER TABLE public."transaction" ADD CONSTRAINT transaction_amount_check CHECK (amount_minor >= 0);
ALTER TABLE public."invoice" ADD CONSTRAINT invoice_number_check CHECK (number >= 1);
ALTER TABLE public."class" ADD CONSTRAINT class_capacity_check CHECK (capacity IS NULL OR capacity >= 0);
ALTER TABLE public."course_progress" ADD CONSTRAINT course_progress_percent_check CHECK (progress_percent BETWEEN 0 AND 100);
ALTER TABLE public."story_progress" ADD CONSTRAINT story_progress_percent_check CHECK (completion_percentage BETWEEN 0 AND 100);
ALTER TABLE public."user_vocabulary_progress" ADD CONSTRAINT user_vocabulary_mastery_check CHECK (mastery_level BETWEEN 0 AND 100);
ALTER TABLE public."student_profile" ADD CONSTRAINT student_profile_birth_check CHECK (date_of_birth IS NULL OR date_of_birth > '1900-01-01');
ALTER TABLE public."enrollment" ADD CONSTRAINT enrollment_drop_check CHECK (status <> 'DROPPED' OR drop_date IS NOT NULL);
ALTER TABLE public."accommodation" ADD CONSTRAINT accommodation_extra_check CHECK (extra_percent BETWEEN 0 AND 400);
ALTER TABLE public."integrity_event" ADD CONSTRAINT integrity_event_duration_check CHECK (duration_ms IS NULL OR duration_ms >= 0);
ALTER TABLE public."collusion_pair" ADD CONSTRAINT collusion_pair_order_check CHECK (first_attempt_id < second_attempt_id);

-- ── Partial indexes ──────────────────────────────────────────────────────────────────────────────────────────────

CREATE UNIQUE INDEX "user_email_live_key" ON public."user" (college_id, email) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX "user_roll_no_live_key" ON public."user" (college_id, roll_no) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX "user_username_live_key" ON public."user" (college_id, username) WHERE deleted_at IS NULL;
-- few rows are ever locked
CREATE INDEX "user_locked_until_part_idx" ON public."user" (college_id, locked_until) WHERE locked_until IS NOT NULL;
CREATE UNIQUE INDEX "course_slug_live_key" ON public."course" (college_id, slug) WHERE deleted_at IS NULL;
-- the catalogue shows published courses only
CREATE INDEX "course_featured_difficulty_id_part_idx" ON public."course" (college_id, featured, difficulty, id) WHERE published;
CREATE UNIQUE INDEX "class_name_academic_year_live_key" ON public."class" (college_id, name, academic_year) WHERE deleted_at IS NULL;
-- the expiry schedule walks it
CREATE INDEX "enrollment_expires_at_id_part_idx" ON public."enrollment" (college_id, expires_at, id) WHERE status = 'ACTIVE';
CREATE INDEX "enrollment_drop_date_id_part_idx" ON public."enrollment" (college_id, drop_date, id) WHERE status = 'DROPPED';
-- the queue over all tenants
CREATE INDEX "student_exam_attempt_risk_score_id_part_idx" ON public."student_exam_attempt" (risk_score, id) WHERE review_state IN ('QUEUED', 'CLAIMED', 'SECOND', 'THIRD');
-- what is still to send
CREATE INDEX "event_reminder_remind_at_part_idx" ON public."event_reminder" (college_id, remind_at) WHERE sent_at IS NULL;
-- the sender walks it
CREATE INDEX "notification_status_next_attempt_at_part_idx" ON public."notification" (status, next_attempt_at) WHERE status IN ('PENDING', 'FAILED');
-- students who fell silent
CREATE INDEX "course_progress_last_accessed_at_id_part_idx" ON public."course_progress" (college_id, last_accessed_at, id) WHERE progress_percent < 100;
CREATE INDEX "story_level_difficulty_score_part_idx" ON public."story" (college_id, level, difficulty_score) WHERE published;
-- what is due; the date is compared in the query, not in the index
CREATE INDEX "user_vocabulary_progress_user_id_next_review_on_part_idx" ON public."user_vocabulary_progress" (college_id, user_id, next_review_on) WHERE mastery_level < 80;

-- Text search goes through a view of its reader role: ILIKE is not leakproof, and would never be an index condition here.
CREATE INDEX "user_search_idx" ON public."user" USING gin ((name || ' ' || email || ' ' || coalesce(roll_no, '')) gin_trgm_ops) WHERE deleted_at IS NULL;
CREATE INDEX "exam_search_idx" ON public."exam" USING gin (title gin_trgm_ops) WHERE deleted_at IS NULL;
CREATE INDEX "class_search_idx" ON public."class" USING gin (name gin_trgm_ops) WHERE deleted_at IS NULL;
-- The catalogue's own full-text search (document 5).
ALTER TABLE public."course" ADD COLUMN search_vector tsvector GENERATED ALWAYS AS (
  setweight(to_tsvector('english'::regconfig, coalesce(title, '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce(description, '')), 'B')
) STORED;
CREATE INDEX "course_search_vector_idx" ON public."course" USING gin (search_vector);
ALTER TABLE public."story" ADD COLUMN search_vector tsvector GENERATED ALWAYS AS (
  setweight(to_tsvector('english'::regconfig, coalesce(title, '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce(content, '')), 'B')
) STORED;
CREATE INDEX "story_search_vector_idx" ON public."story" USING gin (search_vector);

-- ── Ids for bulk loads in SQL (uuidv7() exists only on 18) ────────────────────────────────────────────────────────
CREATE FUNCTION public.invigil_uuid7(at timestamptz DEFAULT clock_timestamp()) RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
  SELECT encode(
    set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send((extract(epoch FROM at) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1),
    'hex')::uuid
$$;

-- ── Row security ──────────────────────────────────────────────────────────────────────────────────────────────────
GRANT USAGE ON SCHEMA public, console TO invigil_app, invigil_platform, invigil_reader;

-- One definition for every tenant's table: what the scope names is seen and written by the application; the platform role
-- sees all; the reader role reads for the search views. No setting means no rows.
CREATE FUNCTION public.invigil_protect(target regclass, tenant_column name DEFAULT 'college_id') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  scope text := format('%I = any ((select nullif(current_setting(''app.college_ids'', true), '''')::uuid[])::uuid[])', tenant_column);
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY tenant_scope ON %s TO invigil_app USING (%s) WITH CHECK (%s)', target, scope, scope);
  EXECUTE format('CREATE POLICY platform_scope ON %s TO invigil_platform USING (true) WITH CHECK (true)', target);
  EXECUTE format('CREATE POLICY reader_scope ON %s FOR SELECT TO invigil_reader USING (true)', target);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO invigil_app, invigil_platform', target);
  EXECUTE format('GRANT SELECT ON %s TO invigil_reader', target);
END
$$;
REVOKE ALL ON FUNCTION public.invigil_protect(regclass, name) FROM PUBLIC;

SELECT public.invigil_protect('public.college', 'id');

SELECT public.invigil_protect('public."subscription"');
SELECT public.invigil_protect('public."platform_identifier"');
SELECT public.invigil_protect('public."user"');
SELECT public.invigil_protect('public."student_profile"');
SELECT public.invigil_protect('public."guardian"');
SELECT public.invigil_protect('public."family_info"');
SELECT public.invigil_protect('public."scholarship"');
SELECT public.invigil_protect('public."refresh_token"');
SELECT public.invigil_protect('public."user_session"');
SELECT public.invigil_protect('public."oauth_account"');
SELECT public.invigil_protect('public."verification_token"');
SELECT public.invigil_protect('public."user_invitation"');
SELECT public.invigil_protect('public."recovery_request"');
SELECT public.invigil_protect('public."school_year"');
SELECT public.invigil_protect('public."semester"');
SELECT public.invigil_protect('public."course"');
SELECT public.invigil_protect('public."class"');
SELECT public.invigil_protect('public."subject"');
SELECT public.invigil_protect('public."teacher_class_assignment"');
SELECT public.invigil_protect('public."attendance"');
SELECT public.invigil_protect('public."grade"');
SELECT public.invigil_protect('public."grade_boundary"');
SELECT public.invigil_protect('public."student_registration"');
SELECT public.invigil_protect('public."enrollment"');
SELECT public.invigil_protect('public."payment"');
SELECT public.invigil_protect('public."invoice"');
SELECT public.invigil_protect('public."transaction"');
SELECT public.invigil_protect('public."exam"');
SELECT public.invigil_protect('public."question"');
SELECT public.invigil_protect('public."question_option"');
SELECT public.invigil_protect('public."student_exam_attempt"');
SELECT public.invigil_protect('public."student_answer"');
SELECT public.invigil_protect('public."exam_result"');
SELECT public.invigil_protect('public."accommodation"');
SELECT public.invigil_protect('public."integrity_event"');
SELECT public.invigil_protect('public."review"');
SELECT public.invigil_protect('public."review_decision"');
SELECT public.invigil_protect('public."review_note"');
SELECT public.invigil_protect('public."appeal"');
SELECT public.invigil_protect('public."declared_conflict"');
SELECT public.invigil_protect('public."api_key"');
SELECT public.invigil_protect('public."collusion_pair"');
SELECT public.invigil_protect('public."event"');
SELECT public.invigil_protect('public."event_reminder"');
SELECT public.invigil_protect('public."event_subscription"');
SELECT public.invigil_protect('public."notification"');
SELECT public.invigil_protect('public."announcement"');
SELECT public.invigil_protect('public."email_log"');
SELECT public.invigil_protect('public."course_module"');
SELECT public.invigil_protect('public."lesson"');
SELECT public.invigil_protect('public."media"');
SELECT public.invigil_protect('public."study_material"');
SELECT public.invigil_protect('public."assignment"');
SELECT public.invigil_protect('public."assignment_submission"');
SELECT public.invigil_protect('public."course_progress"');
SELECT public.invigil_protect('public."lesson_progress"');
SELECT public.invigil_protect('public."certificate"');
SELECT public.invigil_protect('public."course_analytics"');
SELECT public.invigil_protect('public."learning_session"');
SELECT public.invigil_protect('public."user_event"');
SELECT public.invigil_protect('public."story"');
SELECT public.invigil_protect('public."story_progress"');
SELECT public.invigil_protect('public."vocabulary"');
SELECT public.invigil_protect('public."user_vocabulary_progress"');
SELECT public.invigil_protect('public."exercise"');
SELECT public.invigil_protect('public."exercise_attempt"');

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA console TO invigil_app, invigil_platform;
ALTER DEFAULT PRIVILEGES IN SCHEMA console GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO invigil_app, invigil_platform;

-- The search views: owned by the reader, they filter by scope themselves, so ILIKE and @@ can use their indexes.
GRANT CREATE ON SCHEMA public TO invigil_reader;
CREATE VIEW public.search_person AS
  SELECT id, college_id, name, email, roll_no, role, is_active, (name || ' ' || email || ' ' || coalesce(roll_no, '')) AS haystack
  FROM public."user"
  WHERE deleted_at IS NULL
    AND (current_user = 'invigil_platform' OR college_id = any ((SELECT nullif(current_setting('app.college_ids', true), '')::uuid[])::uuid[]));
CREATE VIEW public.search_exam AS
  SELECT id, college_id, title, status, start_time, title AS haystack
  FROM public."exam"
  WHERE deleted_at IS NULL
    AND (current_user = 'invigil_platform' OR college_id = any ((SELECT nullif(current_setting('app.college_ids', true), '')::uuid[])::uuid[]));
CREATE VIEW public.search_class AS
  SELECT id, college_id, name, academic_year, name AS haystack
  FROM public."class"
  WHERE deleted_at IS NULL
    AND (current_user = 'invigil_platform' OR college_id = any ((SELECT nullif(current_setting('app.college_ids', true), '')::uuid[])::uuid[]));
CREATE VIEW public.search_course AS
  SELECT id, college_id, title, slug, published, search_vector
  FROM public."course"
  WHERE deleted_at IS NULL
    AND (current_user = 'invigil_platform' OR college_id = any ((SELECT nullif(current_setting('app.college_ids', true), '')::uuid[])::uuid[]));
ALTER VIEW public.search_person OWNER TO invigil_reader;
ALTER VIEW public.search_exam OWNER TO invigil_reader;
ALTER VIEW public.search_class OWNER TO invigil_reader;
ALTER VIEW public.search_course OWNER TO invigil_reader;
REVOKE CREATE ON SCHEMA public FROM invigil_reader;
GRANT SELECT ON public.search_person, public.search_exam, public.search_class, public.search_course TO invigil_app, invigil_platform;

-- ── State machines ────────────────────────────────────────────────────────────────────────────────────────────────
-- The declaration in each domain is the source; a test compares it with these rows.
CREATE TABLE console.state_transition (
  machine text NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  PRIMARY KEY (machine, from_state, to_state)
);
REVOKE ALL ON console.state_transition FROM invigil_app, invigil_platform;
GRANT SELECT ON console.state_transition TO invigil_app, invigil_platform;
INSERT INTO console.state_transition (machine, from_state, to_state) VALUES

  ('college.subscription_status', 'TRIAL', 'ACTIVE'),
  ('college.subscription_status', 'TRIAL', 'PAST_DUE'),
  ('college.subscription_status', 'TRIAL', 'SUSPENDED'),
  ('college.subscription_status', 'TRIAL', 'EXPIRED'),
  ('college.subscription_status', 'TRIAL', 'CANCELLED'),
  ('college.subscription_status', 'ACTIVE', 'PAST_DUE'),
  ('college.subscription_status', 'ACTIVE', 'SUSPENDED'),
  ('college.subscription_status', 'ACTIVE', 'EXPIRED'),
  ('college.subscription_status', 'ACTIVE', 'CANCELLED'),
  ('college.subscription_status', 'PAST_DUE', 'ACTIVE'),
  ('college.subscription_status', 'PAST_DUE', 'SUSPENDED'),
  ('college.subscription_status', 'PAST_DUE', 'EXPIRED'),
  ('college.subscription_status', 'PAST_DUE', 'CANCELLED'),
  ('college.subscription_status', 'SUSPENDED', 'TRIAL'),
  ('college.subscription_status', 'SUSPENDED', 'ACTIVE'),
  ('college.subscription_status', 'SUSPENDED', 'PAST_DUE'),
  ('college.subscription_status', 'SUSPENDED', 'EXPIRED'),
  ('college.subscription_status', 'SUSPENDED', 'CANCELLED'),
  ('college.subscription_status', 'EXPIRED', 'ACTIVE'),
  ('college.subscription_status', 'EXPIRED', 'CANCELLED'),
  ('college.subscription_status', 'CANCELLED', 'ACTIVE'),
  ('enrollment.status', 'ACTIVE', 'COMPLETED'),
  ('enrollment.status', 'ACTIVE', 'EXPIRED'),
  ('enrollment.status', 'ACTIVE', 'CANCELLED'),
  ('enrollment.status', 'ACTIVE', 'DROPPED'),
  ('enrollment.status', 'EXPIRED', 'ACTIVE'),
  ('enrollment.status', 'EXPIRED', 'CANCELLED'),
  ('enrollment.status', 'CANCELLED', 'ACTIVE'),
  ('enrollment.status', 'DROPPED', 'ACTIVE'),
  ('student_registration.status', 'PENDING', 'APPROVED'),
  ('student_registration.status', 'PENDING', 'REJECTED'),
  ('student_registration.status', 'PENDING', 'CANCELLED'),
  ('payment.status', 'PENDING', 'COMPLETED'),
  ('payment.status', 'PENDING', 'FAILED'),
  ('payment.status', 'COMPLETED', 'REFUNDED'),
  ('transaction.status', 'PENDING', 'COMPLETED'),
  ('transaction.status', 'PENDING', 'FAILED'),
  ('transaction.status', 'COMPLETED', 'REFUNDED'),
  ('exam.status', 'DRAFT', 'SCHEDULED'),
  ('exam.status', 'DRAFT', 'CANCELLED'),
  ('exam.status', 'SCHEDULED', 'DRAFT'),
  ('exam.status', 'SCHEDULED', 'LIVE'),
  ('exam.status', 'SCHEDULED', 'CANCELLED'),
  ('exam.status', 'LIVE', 'CLOSED'),
  ('exam.status', 'LIVE', 'CANCELLED'),
  ('exam.status', 'CLOSED', 'GRADED'),
  ('exam.status', 'GRADED', 'PUBLISHED'),
  ('exam.status', 'GRADED', 'CLOSED'),
  ('student_exam_attempt.state', 'IN_PROGRESS', 'SUBMITTED'),
  ('student_exam_attempt.state', 'IN_PROGRESS', 'FORCE_SUBMITTED'),
  ('student_exam_attempt.state', 'IN_PROGRESS', 'EXPIRED'),
  ('student_exam_attempt.state', 'SUBMITTED', 'GRADED'),
  ('student_exam_attempt.state', 'SUBMITTED', 'WITHHELD'),
  ('student_exam_attempt.state', 'SUBMITTED', 'ZEROED'),
  ('student_exam_attempt.state', 'FORCE_SUBMITTED', 'GRADED'),
  ('student_exam_attempt.state', 'FORCE_SUBMITTED', 'WITHHELD'),
  ('student_exam_attempt.state', 'FORCE_SUBMITTED', 'ZEROED'),
  ('student_exam_attempt.state', 'EXPIRED', 'GRADED'),
  ('student_exam_attempt.state', 'EXPIRED', 'WITHHELD'),
  ('student_exam_attempt.state', 'EXPIRED', 'ZEROED'),
  ('student_exam_attempt.state', 'GRADED', 'WITHHELD'),
  ('student_exam_attempt.state', 'GRADED', 'ZEROED'),
  ('student_exam_attempt.state', 'WITHHELD', 'SUBMITTED'),
  ('student_exam_attempt.state', 'WITHHELD', 'GRADED'),
  ('student_exam_attempt.state', 'WITHHELD', 'ZEROED'),
  ('student_exam_attempt.state', 'ZEROED', 'SUBMITTED'),
  ('student_exam_attempt.state', 'ZEROED', 'GRADED'),
  ('student_exam_attempt.state', 'ZEROED', 'WITHHELD'),
  ('review.state', 'QUEUED', 'CLAIMED'),
  ('review.state', 'CLAIMED', 'QUEUED'),
  ('review.state', 'CLAIMED', 'CLEARED'),
  ('review.state', 'CLAIMED', 'INCONCLUSIVE'),
  ('review.state', 'CLAIMED', 'SECOND'),
  ('review.state', 'SECOND', 'VIOLATION'),
  ('review.state', 'SECOND', 'THIRD'),
  ('review.state', 'SECOND', 'CLAIMED'),
  ('review.state', 'THIRD', 'VIOLATION'),
  ('review.state', 'THIRD', 'CLEARED'),
  ('review.state', 'THIRD', 'INCONCLUSIVE'),
  ('review.state', 'THIRD', 'SECOND'),
  ('review.state', 'CLEARED', 'CLAIMED'),
  ('review.state', 'CLEARED', 'THIRD'),
  ('review.state', 'INCONCLUSIVE', 'CLAIMED'),
  ('review.state', 'INCONCLUSIVE', 'THIRD'),
  ('review.state', 'VIOLATION', 'APPEALED'),
  ('review.state', 'VIOLATION', 'SECOND'),
  ('review.state', 'VIOLATION', 'THIRD'),
  ('review.state', 'APPEALED', 'CLEARED'),
  ('review.state', 'APPEALED', 'VIOLATION'),
  ('appeal.status', 'OPEN', 'UPHELD'),
  ('appeal.status', 'OPEN', 'DISMISSED'),
  ('appeal.status', 'OPEN', 'EXPIRED');


CREATE FUNCTION public.refuse_illegal_transition() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  col text := TG_ARGV[0];
  was text := to_jsonb(OLD) ->> col;
  now_is text := to_jsonb(NEW) ->> col;
BEGIN
  IF was IS DISTINCT FROM now_is AND NOT EXISTS (
    SELECT 1 FROM console.state_transition WHERE machine = TG_TABLE_NAME || '.' || col AND from_state = was AND to_state = now_is
  ) THEN
    RAISE EXCEPTION 'a % can''t go from % to %', TG_TABLE_NAME, was, now_is USING ERRCODE = 'IV001', CONSTRAINT = TG_TABLE_NAME || '_' || col || '_machine';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER subscription_status_machine BEFORE UPDATE OF subscription_status ON public."college" FOR EACH ROW EXECUTE FUNCTION public.refuse_illegal_transition('subscription_status');
CREATE TRIGGER status_machine BEFORE UPDATE OF status ON public."enrollment" FOR EACH ROW EXECUTE FUNCTION public.refuse_illegal_transition('status');
CREATE TRIGGER status_machine BEFORE UPDATE OF status ON public."student_registration" FOR EACH ROW EXECUTE FUNCTION public.refuse_illegal_transition('status');
CREATE TRIGGER status_machine BEFORE UPDATE OF status ON public."payment" FOR EACH ROW EXECUTE FUNCTION public.refuse_illegal_transition('status');
CREATE TRIGGER status_machine BEFORE UPDATE OF status ON public."transaction" FOR EACH ROW EXECUTE FUNCTION public.refuse_illegal_transition('status');
CREATE TRIGGER status_machine BEFORE UPDATE OF status ON public."exam" FOR EACH ROW EXECUTE FUNCTION public.refuse_illegal_transition('status');
CREATE TRIGGER state_machine BEFORE UPDATE OF state ON public."student_exam_attempt" FOR EACH ROW EXECUTE FUNCTION public.refuse_illegal_transition('state');
CREATE TRIGGER state_machine BEFORE UPDATE OF state ON public."review" FOR EACH ROW EXECUTE FUNCTION public.refuse_illegal_transition('state');
CREATE TRIGGER status_machine BEFORE UPDATE OF status ON public."appeal" FOR EACH ROW EXECUTE FUNCTION public.refuse_illegal_transition('status');

-- ── Identifiers unique on the whole platform ──────────────────────────────────────────────────────────────────────
-- Kept by a trigger that runs as the owner: a tenant learns only that an identifier is taken, never by whom.
CREATE FUNCTION public.keep_platform_identifier() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  col text := TG_ARGV[0];
  kind_name text := TG_ARGV[1];
  was text := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) ->> col END;
  now_is text := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) ->> col END;
BEGIN
  IF was IS NOT DISTINCT FROM now_is THEN RETURN NULL; END IF;
  IF was IS NOT NULL THEN DELETE FROM public.platform_identifier WHERE kind = kind_name AND value = was; END IF;
  IF now_is IS NOT NULL THEN
    INSERT INTO public.platform_identifier (id, college_id, kind, value, row_id) VALUES (public.invigil_uuid7(), NEW.college_id, kind_name, now_is, NEW.id);
  END IF;
  RETURN NULL;
END
$$;
REVOKE INSERT, UPDATE, DELETE ON public.platform_identifier FROM invigil_app, invigil_platform;

CREATE TRIGGER platform_transaction_id AFTER INSERT OR UPDATE OF transaction_id OR DELETE ON public."payment" FOR EACH ROW EXECUTE FUNCTION public.keep_platform_identifier('transaction_id', 'TRANSACTION');
CREATE TRIGGER platform_provider_txn_id AFTER INSERT OR UPDATE OF provider_txn_id OR DELETE ON public."transaction" FOR EACH ROW EXECUTE FUNCTION public.keep_platform_identifier('provider_txn_id', 'PROVIDER_TXN');
CREATE TRIGGER platform_certificate_no AFTER INSERT OR UPDATE OF certificate_no OR DELETE ON public."certificate" FOR EACH ROW EXECUTE FUNCTION public.keep_platform_identifier('certificate_no', 'CERTIFICATE');
CREATE TRIGGER platform_token_hash AFTER INSERT OR UPDATE OF token_hash OR DELETE ON public."refresh_token" FOR EACH ROW EXECUTE FUNCTION public.keep_platform_identifier('token_hash', 'REFRESH_TOKEN');
CREATE TRIGGER platform_token_hash AFTER INSERT OR UPDATE OF token_hash OR DELETE ON public."user_session" FOR EACH ROW EXECUTE FUNCTION public.keep_platform_identifier('token_hash', 'USER_SESSION');
CREATE TRIGGER platform_token_hash AFTER INSERT OR UPDATE OF token_hash OR DELETE ON public."user_invitation" FOR EACH ROW EXECUTE FUNCTION public.keep_platform_identifier('token_hash', 'INVITATION');
CREATE TRIGGER platform_token_hash AFTER INSERT OR UPDATE OF token_hash OR DELETE ON public."verification_token" FOR EACH ROW EXECUTE FUNCTION public.keep_platform_identifier('token_hash', 'VERIFICATION');
CREATE TRIGGER platform_key_hash AFTER INSERT OR UPDATE OF key_hash OR DELETE ON public."api_key" FOR EACH ROW EXECUTE FUNCTION public.keep_platform_identifier('key_hash', 'API_KEY');

-- ── Audit: append-only for every runtime role ─────────────────────────────────────────────────────────────────────
CREATE SCHEMA audit;
GRANT USAGE ON SCHEMA audit TO invigil_app, invigil_platform, invigil_sequencer, invigil_reader;
-- The entry says what happened and commits, by a salted hash, to what is personal about it; that lies in audit.content and
-- can be erased without breaking a proof.
CREATE TABLE audit.entry (
  id uuid NOT NULL,
  at timestamptz(3) NOT NULL,
  actor_kind text NOT NULL,
  actor_id uuid,
  session_id uuid,
  request_id text NOT NULL,
  action text NOT NULL,
  resource text NOT NULL,
  resource_id text,
  college_id uuid,
  risk smallint NOT NULL DEFAULT 0,
  commitment bytea NOT NULL,
  PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE TABLE audit.content (
  entry_id uuid NOT NULL,
  at timestamptz(3) NOT NULL,
  salt bytea NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (at, entry_id)
) PARTITION BY RANGE (at);
CREATE TABLE audit.pending (
  entry_id uuid NOT NULL,
  at timestamptz(3) NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (entry_id)
);
CREATE INDEX entry_at_brin ON audit.entry USING brin (at);
CREATE INDEX entry_actor_idx ON audit.entry (actor_id, at DESC, id DESC);
CREATE INDEX entry_resource_idx ON audit.entry (resource, resource_id, at DESC, id DESC);
CREATE INDEX entry_college_idx ON audit.entry (college_id, at DESC, id DESC);
CREATE INDEX entry_session_idx ON audit.entry (session_id, at DESC, id DESC);
CREATE INDEX entry_action_idx ON audit.entry (action, at DESC, id DESC);
CREATE INDEX entry_risk_idx ON audit.entry (risk, at DESC, id DESC) WHERE risk >= 40; -- only what stands out is looked for

CREATE FUNCTION audit.enqueue() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO audit.pending (entry_id, at) VALUES (NEW.id, NEW.at);
  RETURN NULL;
END
$$;
CREATE TRIGGER enqueue AFTER INSERT ON audit.entry FOR EACH ROW EXECUTE FUNCTION audit.enqueue();

ALTER TABLE audit.entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit.content ENABLE ROW LEVEL SECURITY;
CREATE POLICY record ON audit.entry FOR INSERT TO invigil_app, invigil_platform WITH CHECK (true);
CREATE POLICY tenant_scope ON audit.entry FOR SELECT TO invigil_app USING (college_id = any ((select nullif(current_setting('app.college_ids', true), '')::uuid[])::uuid[]));
CREATE POLICY platform_scope ON audit.entry FOR SELECT TO invigil_platform USING (true);
CREATE POLICY sequencer_scope ON audit.entry FOR SELECT TO invigil_sequencer USING (true);
CREATE POLICY record ON audit.content FOR INSERT TO invigil_app, invigil_platform WITH CHECK (true);
CREATE POLICY tenant_scope ON audit.content FOR SELECT TO invigil_app USING (
  EXISTS (SELECT 1 FROM audit.entry e WHERE e.at = content.at AND e.id = content.entry_id));
CREATE POLICY platform_scope ON audit.content FOR SELECT TO invigil_platform USING (true);
GRANT SELECT, INSERT ON audit.entry, audit.content TO invigil_app, invigil_platform;
GRANT SELECT ON audit.entry TO invigil_sequencer;
GRANT SELECT, DELETE ON audit.pending TO invigil_sequencer;

-- ── Telemetry: samples, partitioned by time; the collector writes, pages read ─────────────────────────────────────
CREATE SCHEMA telemetry;
GRANT USAGE ON SCHEMA telemetry TO invigil_app, invigil_platform;
ALTER DEFAULT PRIVILEGES IN SCHEMA telemetry GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO invigil_app, invigil_platform;

-- Partitions are made by a function of the owner: the runtime roles own nothing.
CREATE FUNCTION public.ensure_partitions(parent regclass, step interval, first timestamptz, last timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  schema_name text;
  table_name text;
  unit text := CASE WHEN step >= interval '28 days' THEN 'month' WHEN step >= interval '1 day' THEN 'day' ELSE 'hour' END;
  at timestamp := date_trunc(unit, first AT TIME ZONE 'UTC');
  child text;
  made int := 0;
BEGIN
  SELECT n.nspname, c.relname INTO schema_name, table_name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = parent AND c.relkind = 'p';
  IF schema_name IS NULL OR schema_name NOT IN ('audit', 'telemetry') THEN RAISE EXCEPTION 'not a partitioned table of ours: %', parent; END IF;
  WHILE at <= (last AT TIME ZONE 'UTC') LOOP
    child := table_name || '_' || to_char(at, CASE unit WHEN 'month' THEN 'YYYYMM' WHEN 'day' THEN 'YYYYMMDD' ELSE 'YYYYMMDDHH24' END);
    IF to_regclass(format('%I.%I', schema_name, child)) IS NULL THEN
      EXECUTE format('CREATE TABLE IF NOT EXISTS %I.%I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)', schema_name, child, parent,
        to_char(at, 'YYYY-MM-DD HH24:MI:SS') || '+00', to_char(at + ('1 ' || unit)::interval, 'YYYY-MM-DD HH24:MI:SS') || '+00');
      made := made + 1;
    END IF;
    at := at + ('1 ' || unit)::interval;
  END LOOP;
  RETURN made;
END
$$;

CREATE FUNCTION public.drop_partitions_before(parent regclass, cutoff timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  child record;
  upper_bound timestamptz;
  dropped int := 0;
BEGIN
  -- Audit partitions are never dropped: only telemetry forgets.
  IF NOT EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = parent AND n.nspname = 'telemetry' AND c.relkind = 'p') THEN
    RAISE EXCEPTION 'not a telemetry table: %', parent;
  END IF;
  FOR child IN SELECT c.oid, c.oid::regclass AS name, pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = parent LOOP
    upper_bound := substring(child.bound FROM 'TO \(''([^'']+)''\)')::timestamptz;
    IF upper_bound <= cutoff THEN
      EXECUTE format('DROP TABLE %s', child.name);
      dropped := dropped + 1;
    END IF;
  END LOOP;
  RETURN dropped;
END
$$;
REVOKE ALL ON FUNCTION public.ensure_partitions(regclass, interval, timestamptz, timestamptz), public.drop_partitions_before(regclass, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.ensure_partitions(regclass, interval, timestamptz, timestamptz), public.drop_partitions_before(regclass, timestamptz) TO invigil_app, invigil_platform;
SELECT public.ensure_partitions('audit.entry', '1 month', now() - interval '13 months', now() + interval '2 months');
SELECT public.ensure_partitions('audit.content', '1 month', now() - interval '13 months', now() + interval '2 months');

-- ── One collector at a time ───────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE console.lease (
  name text PRIMARY KEY,
  holder text NOT NULL,
  fence bigint NOT NULL DEFAULT 1,
  expires_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON console.lease TO invigil_app, invigil_platform;
