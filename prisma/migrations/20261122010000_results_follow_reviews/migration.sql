-- Results that no review holds any more, and whose exam is out: they had stayed back when their review left the queue because
-- its signals were explained, or when an appeal was upheld after publication. Those of an open review wait for it.
UPDATE public.exam_result r SET withheld = false, updated_at = now(), published_at = CASE WHEN e.status = 'PUBLISHED' THEN coalesce(r.published_at, now()) ELSE r.published_at END
FROM public.exam e, public.student_exam_attempt a
WHERE e.id = r.exam_id AND e.college_id = r.college_id AND a.id = r.attempt_id AND a.college_id = r.college_id
  AND (r.withheld OR (e.status = 'PUBLISHED' AND r.published_at IS NULL))
  AND a.review_state NOT IN ('QUEUED', 'CLAIMED', 'SECOND', 'THIRD') AND a.state <> 'WITHHELD'
  AND NOT EXISTS (SELECT 1 FROM public.result_hold h WHERE h.attempt_id = a.id AND h.college_id = a.college_id AND h.lifted_at IS NULL);

UPDATE public.exam_result r SET withheld = true, updated_at = now()
FROM public.student_exam_attempt a
WHERE a.id = r.attempt_id AND a.college_id = r.college_id AND NOT r.withheld AND r.published_at IS NULL
  AND a.review_state IN ('QUEUED', 'CLAIMED', 'SECOND', 'THIRD');
