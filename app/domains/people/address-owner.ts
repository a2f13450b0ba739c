/** Whose address a row (as `t`) names in this column: the ids of people of the same college. */
export const addressOwner = (column: string) => `(
  select u.id
  from public."user" u
  where u.college_id = t.college_id and lower(u.email) = lower(t.${column})
)`;
