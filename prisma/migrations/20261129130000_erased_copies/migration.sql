-- What the console copied of a person for a while (a comparison of a tenant, what an import or a bulk action wrote) goes with an
-- erasure, and is not put back after one.
CREATE FUNCTION console.forget_copies_of(person uuid) RETURNS void
LANGUAGE sql SET search_path = pg_catalog AS $$
  UPDATE console.restore_difference
  SET state = 'NEVER', then_row = NULL, now_row = NULL, put_row = NULL,
      conflict = 'This person was erased. What was erased is not put back.'
  WHERE person_id = person;
  DELETE FROM console.change_row WHERE row_id = person;
$$;

-- A copy of an earlier moment still has whoever was erased since.
CREATE FUNCTION console.forget_erased_people(comparison uuid) RETURNS void
LANGUAGE sql SET search_path = pg_catalog AS $$
  UPDATE console.restore_difference d
  SET state = 'NEVER', then_row = NULL, now_row = NULL,
      conflict = 'This person was erased. What was erased is not put back.'
  FROM public."user" u
  WHERE d.comparison_id = comparison AND u.id = d.person_id AND u.erased_at IS NOT NULL;
$$;

-- found by the person alone, in all comparisons
CREATE INDEX restore_difference_person_id_idx ON console.restore_difference (person_id);
