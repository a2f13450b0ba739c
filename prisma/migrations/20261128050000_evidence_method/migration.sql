-- Which method compared the answers. Analyses of an earlier one are made again, those with open reviews first.
ALTER TABLE public."exam_analysis" ADD COLUMN method integer NOT NULL DEFAULT 1;

-- Alike only to a member of a flagged group: thousandths of the pairs expected among those with its members.
ALTER TABLE public."collusion_pair" ADD COLUMN near_group integer;

-- Whether an open review keeps the result back. Until now each did; the first look by the new method decides anew.
ALTER TABLE public."review" ADD COLUMN withholds boolean NOT NULL DEFAULT false;
UPDATE public.review SET withholds = true WHERE state IN ('QUEUED', 'CLAIMED', 'SECOND', 'THIRD');

-- Every open review is looked at again, also those whose exam needs no new analysis.
UPDATE public.student_exam_attempt SET needs_scoring = true WHERE review_state IN ('QUEUED', 'CLAIMED', 'SECOND', 'THIRD');
