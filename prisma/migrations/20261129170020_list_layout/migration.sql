-- Which columns of a list a person sees, in which order, and how high its rows are.
CREATE TABLE console.list_layout (
  staff_id uuid NOT NULL,
  list text NOT NULL,
  columns text[] NOT NULL,
  dense boolean NOT NULL DEFAULT false,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT list_layout_pkey PRIMARY KEY (staff_id, list),
  CONSTRAINT list_layout_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES console.staff (id) ON DELETE CASCADE
);
