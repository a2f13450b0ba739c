-- What a grade is for: a test, homework, a presentation. The grade book has a column for each, and a student one grade in it.
ALTER TABLE public."grade"
  ADD COLUMN component text,
  ADD CONSTRAINT grade_component_check CHECK (component = btrim(component) AND length(component) BETWEEN 1 AND 60);

-- two teachers who enter the same cell at once make one grade
CREATE UNIQUE INDEX "grade_component_part_key" ON public."grade" (college_id, class_id, subject_id, semester_id, user_id, component)
  WHERE component IS NOT NULL;
