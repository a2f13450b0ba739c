/** A signal (as `t`) that nothing rests on: its attempt has no review, or one that was decided for the student. */
export const NO_LONGER_EVIDENCE = `not exists (
  select
  from public.review r
  where r.college_id = t.college_id and r.attempt_id = t.attempt_id and r.state not in ('CLEARED', 'INCONCLUSIVE')
)`;
