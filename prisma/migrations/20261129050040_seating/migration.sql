-- Who sits where in one exam.
CREATE TABLE public."exam_seat" (
  id uuid NOT NULL,
  college_id uuid NOT NULL,
  exam_id uuid NOT NULL,
  user_id uuid NOT NULL,
  room text NOT NULL,
  seat_row integer NOT NULL,
  seat_column integer NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "exam_seat_pkey" PRIMARY KEY (id, college_id),
  CONSTRAINT "exam_seat_place_check" CHECK (seat_row BETWEEN 1 AND 500 AND seat_column BETWEEN 1 AND 500 AND length(room) BETWEEN 1 AND 60),
  CONSTRAINT "exam_seat_college_id_fkey" FOREIGN KEY (college_id) REFERENCES public."college" (id) ON DELETE RESTRICT,
  CONSTRAINT "exam_seat_exam_id_college_id_fkey" FOREIGN KEY (exam_id, college_id) REFERENCES public."exam" (id, college_id) ON DELETE CASCADE,
  CONSTRAINT "exam_seat_user_id_college_id_fkey" FOREIGN KEY (user_id, college_id) REFERENCES public."user" (id, college_id) ON DELETE CASCADE
);
-- one seat each, and one person on it
CREATE UNIQUE INDEX "exam_seat_college_id_exam_id_user_id_key" ON public."exam_seat" (college_id, exam_id, user_id);
CREATE UNIQUE INDEX "exam_seat_college_id_exam_id_room_seat_row_seat_column_key" ON public."exam_seat" (college_id, exam_id, room, seat_row, seat_column);
-- a person's seats, where the person goes
CREATE INDEX "exam_seat_college_id_user_id_id_idx" ON public."exam_seat" (college_id, user_id, id);
CREATE INDEX "exam_seat_college_id_id_idx" ON public."exam_seat" (college_id, id);
SELECT public.invigil_protect('public."exam_seat"');
