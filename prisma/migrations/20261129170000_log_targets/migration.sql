-- What an entry of the audit log is about has a name: a person, an exam, a tenant. The log itself holds ids, so that a name that was
-- erased is gone from it at once. These views give the names that the records have now, to whoever may read the records.
CREATE VIEW audit.target WITH (security_invoker = true) AS
  SELECT 'user' AS resource, id, name, haystack FROM public.search_person
  UNION ALL SELECT 'exam', id, title, haystack FROM public.search_exam
  UNION ALL SELECT 'class', id, name, haystack FROM public.search_class
  UNION ALL SELECT 'course', id, title, title FROM public.search_course
  UNION ALL SELECT 'college', id, name, name || ' ' || code FROM public.college
  UNION ALL SELECT 'api_key', id, name, name || ' ' || prefix FROM public.api_key
  UNION ALL SELECT 'staff', id, name, name || ' ' || email FROM console.staff
  UNION ALL SELECT 'incident', id, 'incident ' || number || ', ' || title, 'incident ' || number || ' ' || title
    FROM console.incident;

-- Entries about an attempt or an enrollment are about a person too.
CREATE VIEW audit.record_of_person WITH (security_invoker = true) AS
  SELECT user_id AS person_id, 'student_exam_attempt' AS resource, id FROM public.student_exam_attempt
  UNION ALL SELECT user_id, 'enrollment', id FROM public.enrollment;

GRANT SELECT ON audit.target, audit.record_of_person TO invigil_app, invigil_platform;
