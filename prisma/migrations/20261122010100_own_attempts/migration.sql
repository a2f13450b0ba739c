-- Where a student sat an exam twice, both attempts had been compared as if two people had written them: these exams are
-- analysed once more, and whom that had flagged is scored again.
UPDATE public.exam_analysis n SET computed_at = e.updated_at - interval '1 second'
FROM public.exam e
WHERE e.id = n.exam_id AND e.college_id = n.college_id AND n.computed_at >= e.updated_at
  AND EXISTS (SELECT 1 FROM public.student_exam_attempt a WHERE a.exam_id = e.id AND a.college_id = e.college_id AND a.attempt_no > 1);
