-- A college's attempts by risk, without naming an exam or a review state: the list's order.
CREATE INDEX "student_exam_attempt_college_id_risk_score_id_idx" ON "public"."student_exam_attempt"("college_id", "risk_score", "id");
