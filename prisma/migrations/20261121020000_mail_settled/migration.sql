-- The few messages whose fate is not known yet, among all that were ever sent: asked for every two seconds.
CREATE INDEX "email_log_queued_part_idx" ON public."email_log" (id) WHERE status = 'QUEUED';
