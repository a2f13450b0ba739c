-- An event that repeats is a series: its rule is a cron expression in the college's time zone, and each time it takes place is
-- a row of its own, which can be changed or cancelled alone.

ALTER TABLE public."event"
  ADD COLUMN series_id uuid,
  -- the moment that the rule gives this occurrence, wherever it is moved to
  ADD COLUMN occurs_at timestamptz(3),
  -- the last day of a series, where the college is
  ADD COLUMN repeats_until date,
  -- how far ahead a series has its occurrences, and the version of the series that they were made from
  ADD COLUMN expanded_until timestamptz(3),
  ADD COLUMN expanded_from timestamptz(3),
  ADD CONSTRAINT event_occurrence_check CHECK ((series_id IS NULL) = (occurs_at IS NULL)),
  ADD CONSTRAINT event_series_of_series_check CHECK (series_id IS NULL OR NOT is_recurring),
  ADD CONSTRAINT "event_series_id_college_id_fkey" FOREIGN KEY (series_id, college_id)
    REFERENCES public."event" (id, college_id) ON DELETE CASCADE;

-- two workers that expand one series at once make one row of each moment
CREATE UNIQUE INDEX "event_college_id_series_id_occurs_at_key" ON public."event" (college_id, series_id, occurs_at);
-- the series that the expansion looks through
CREATE INDEX "event_series_part_idx" ON public."event" (college_id, expanded_until) WHERE is_recurring;

-- A box that was ticked without a rule repeated nothing.
UPDATE public."event" SET is_recurring = false WHERE is_recurring AND coalesce(recurrence_pattern, '') = '';
ALTER TABLE public."event"
  ADD CONSTRAINT event_rule_check CHECK (NOT is_recurring OR coalesce(recurrence_pattern, '') <> '');

-- Exams that are scheduled already get the event and the reminders that scheduling one creates from now on. It has the exam's id.
INSERT INTO public."event" (id, college_id, title, description, type, priority, scheduled_at, end_date_time, class_id, subject_id, exam_id)
SELECT e.id, e.college_id, e.title, e.description, 'EXAM', 'HIGH', e.start_time, e.end_time, e.class_id, e.subject_id, e.id
FROM public."exam" e
WHERE e.status = 'SCHEDULED' AND e.deleted_at IS NULL AND e.start_time > now()
ON CONFLICT DO NOTHING;

INSERT INTO public."event_reminder" (id, college_id, event_id, remind_at)
SELECT public.invigil_uuid7(), e.college_id, e.id, e.start_time - ahead.by
FROM public."exam" e
  CROSS JOIN (VALUES (interval '24 hours'), (interval '1 hour')) ahead (by)
WHERE e.status = 'SCHEDULED' AND e.deleted_at IS NULL AND e.start_time - ahead.by > now();
