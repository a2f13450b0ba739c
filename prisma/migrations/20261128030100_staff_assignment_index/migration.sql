-- The unique key on (staff_id, college_id) begins with the same column and serves every search that this one did.
DROP INDEX console.staff_assignment_staff_id_idx;
