import { DECIDED_STATES } from "../machine.ts";

const STATES = DECIDED_STATES.map((state) => `'${state}'`).join(", ");

/** SQL over a review (as `t`): somebody has decided it. */
export const IS_DECIDED = `t.state in (${STATES})`;

/** SQL over a row (as `t`) that belongs to a review: the review is decided. */
export const OF_DECIDED_REVIEW = `exists (
  select
  from public.review r
  where r.id = t.review_id and r.college_id = t.college_id and r.state in (${STATES})
)`;
