-- Time given for an incident is a row, once for each incident and exam (or for one student alone). Until now it was looked
-- up in the words of the audit log: once those were erased, the same time could be given again.
CREATE TABLE public."incident_time" (
  id uuid NOT NULL,
  college_id uuid NOT NULL,
  incident_id uuid NOT NULL,
  exam_id uuid NOT NULL,
  attempt_id uuid,
  minutes int NOT NULL,
  students int NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "incident_time_pkey" PRIMARY KEY (id, college_id),
  CONSTRAINT "incident_time_minutes_check" CHECK (minutes >= 1),
  CONSTRAINT "incident_time_students_check" CHECK (students >= 0),
  CONSTRAINT "incident_time_college_id_fkey" FOREIGN KEY (college_id)
    REFERENCES public."college" (id) ON DELETE RESTRICT ON UPDATE NO ACTION,
  CONSTRAINT "incident_time_exam_id_college_id_fkey" FOREIGN KEY (exam_id, college_id)
    REFERENCES public."exam" (id, college_id) ON DELETE CASCADE ON UPDATE NO ACTION,
  CONSTRAINT "incident_time_attempt_id_college_id_fkey" FOREIGN KEY (attempt_id, college_id)
    REFERENCES public."student_exam_attempt" (id, college_id) ON DELETE CASCADE ON UPDATE NO ACTION
);
CREATE INDEX "incident_time_college_id_id_idx" ON public."incident_time" (college_id, id);
CREATE INDEX "incident_time_college_id_exam_id_id_idx" ON public."incident_time" (college_id, exam_id, id);
CREATE INDEX "incident_time_college_id_attempt_id_id_idx" ON public."incident_time" (college_id, attempt_id, id);
-- two who give at once: the second finds the row of the first
CREATE UNIQUE INDEX "incident_time_exam_key" ON public."incident_time" (college_id, incident_id, exam_id)
  WHERE attempt_id IS NULL;
CREATE UNIQUE INDEX "incident_time_attempt_key" ON public."incident_time" (college_id, incident_id, attempt_id)
  WHERE attempt_id IS NOT NULL;

-- The exam applications read what was given, and never take it away. The lists are those of 20261128020000 and this table.
DO $$
DECLARE
  source text := pg_get_functiondef('public.invigil_admit_platform_app()'::regprocedure);
  changed text := replace(source, '''forecast'',', '''forecast'', ''incident_time'',');
BEGIN
  IF changed = source THEN
    RAISE EXCEPTION 'invigil_admit_platform_app names no table ''forecast'' that an application may only read';
  END IF;
  EXECUTE changed;
END
$$;
SELECT public.invigil_protect('public."incident_time"');

-- What was given until now, as far as the log still says for which incident. Where its words are erased, it was the latest
-- incident that had begun: nobody gets that time twice, and whoever means to can still give it again.
INSERT INTO public."incident_time" (id, college_id, incident_id, exam_id, minutes, students, created_at, updated_at)
SELECT public.invigil_uuid7(min(given.at)), given.college_id, given.incident_id, given.exam_id,
       greatest(sum(given.minutes), 1), max(given.students), min(given.at), max(given.at)
FROM (
  SELECT e.id AS exam_id, e.college_id, i.id AS incident_id, l.at,
         coalesce(substring(c.body FROM '"minutes":(\d{1,3})[,}]')::int, 0) AS minutes,
         coalesce(substring(c.body FROM '"students":(\d{1,6})[,}]')::int, 0) AS students
  FROM audit.entry l
  JOIN public."exam" e ON e.id::text = l.resource_id
  LEFT JOIN audit.content c ON c.at = l.at AND c.entry_id = l.id
  JOIN LATERAL (
    SELECT i.id
    FROM console."incident" i
    WHERE CASE
      WHEN c.body ~ '"incident":\d{1,9}[,}]' THEN i.number = substring(c.body FROM '"incident":(\d{1,9})[,}]')::int
      ELSE i.from_at < l.at
    END
    ORDER BY i.from_at DESC
    LIMIT 1
  ) i ON true
  WHERE l.action = 'incident.extra_time' AND l.resource = 'exam'
) given
GROUP BY given.college_id, given.incident_id, given.exam_id;
