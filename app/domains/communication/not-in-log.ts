/** A notification (as `t`) that no line of the e-mail log refers to. */
export const NOT_IN_EMAIL_LOG = `not exists (
  select
  from public.email_log l
  where l.college_id = t.college_id and l.notification_id = t.id
)`;
