-- Where a subscription leads, for channels that need an address of their own: a webhook's, or the token of a device.
ALTER TABLE public."event_subscription" ADD COLUMN address text;

-- What a provider calls the message; and a channel that nobody configured keeps it in the outbox, and says so.
ALTER TABLE public."notification"
  ADD COLUMN provider_ref text,
  DROP CONSTRAINT notification_status_check,
  ADD CONSTRAINT notification_status_check
    CHECK (status IN ('PENDING', 'SENDING', 'SENT', 'DELIVERED', 'READ', 'FAILED', 'OUTBOX'));
-- what was handed to a provider by a process that is gone
CREATE INDEX "notification_sending_part_idx" ON public."notification" (updated_at) WHERE status = 'SENDING';

-- Messages wait for the end of these hours, where the college is.
ALTER TABLE public."college"
  ADD COLUMN quiet_hours text,
  ADD CONSTRAINT college_quiet_hours_check
    CHECK (quiet_hours ~ '^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$');
GRANT UPDATE (quiet_hours) ON public."college" TO invigil_app, invigil_platform;

-- A mail that can be unsubscribed from says where (RFC 8058).
ALTER TABLE console.mail ADD COLUMN unsubscribe_url text;

-- For those who learn a course, and for people by role, grade and section.
ALTER TABLE public."announcement"
  ADD COLUMN course_id uuid,
  ADD COLUMN filter_role text,
  ADD COLUMN filter_grade text,
  ADD COLUMN filter_section text,
  DROP CONSTRAINT announcement_audience_check,
  ADD CONSTRAINT announcement_audience_check
    CHECK (audience IN ('ALL', 'STUDENTS', 'TEACHERS', 'CLASS', 'COURSE', 'FILTER')),
  ADD CONSTRAINT announcement_filter_role_check
    CHECK (filter_role IN ('STUDENT', 'TEACHER', 'INSTRUCTOR', 'ADMIN', 'GUARDIAN')),
  ADD CONSTRAINT "announcement_course_id_college_id_fkey" FOREIGN KEY (course_id, college_id)
    REFERENCES public."course" (id, college_id) ON DELETE NO ACTION;
CREATE INDEX "announcement_college_id_course_id_id_idx" ON public."announcement" (college_id, course_id, id);
