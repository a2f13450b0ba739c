-- Images of questions, of one tenant each: the text of a question names one by its id.
CREATE TABLE public."question_image" (
  id uuid NOT NULL,
  college_id uuid NOT NULL,
  name text NOT NULL,
  content_type text NOT NULL,
  digest text NOT NULL,
  size_bytes int NOT NULL,
  content bytea NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "question_image_pkey" PRIMARY KEY (id, college_id),
  CONSTRAINT "question_image_college_id_fkey" FOREIGN KEY (college_id) REFERENCES public."college" (id) ON DELETE RESTRICT,
  CONSTRAINT "question_image_type_check" CHECK (content_type IN ('image/png', 'image/jpeg', 'image/webp', 'image/gif')),
  CONSTRAINT "question_image_size_check" CHECK (
    size_bytes BETWEEN 1 AND 2097152 AND octet_length(content) = size_bytes AND char_length(name) BETWEEN 1 AND 120
  )
);
-- the same file twice is one image
CREATE UNIQUE INDEX "question_image_college_id_digest_key" ON public."question_image" (college_id, digest);
CREATE INDEX "question_image_college_id_id_idx" ON public."question_image" (college_id, id);

-- The exam applications show images; only the console takes them in, where their bytes are looked at.
DO $$
DECLARE
  source text := pg_get_functiondef('public.invigil_admit_platform_app()'::regprocedure);
  changed text := replace(source, '''room_event'']', '''room_event'', ''question_image'']');
BEGIN
  IF changed = source THEN
    RAISE EXCEPTION 'invigil_admit_platform_app has no list of tables that an application may only read';
  END IF;
  EXECUTE changed;
END
$$;
SELECT public.invigil_protect('public."question_image"');
