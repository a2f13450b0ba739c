-- The exam's room: what is said in it, who asks for help, and what happened, in the order in which it happened.

-- ── Messages ──────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE public."room_message" (
  id uuid NOT NULL,
  college_id uuid NOT NULL,
  exam_id uuid NOT NULL,
  text text NOT NULL,
  audience text NOT NULL,
  audience_filter text,
  recipients int NOT NULL,
  sent_by uuid,
  sent_by_name text NOT NULL,
  sent_at timestamptz(3) NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "room_message_pkey" PRIMARY KEY (id, college_id),
  CONSTRAINT "room_message_audience_check" CHECK (audience IN ('EVERYONE', 'FILTER', 'SELECTION')),
  CONSTRAINT "room_message_college_id_fkey" FOREIGN KEY (college_id) REFERENCES public."college" (id) ON DELETE RESTRICT,
  CONSTRAINT "room_message_exam_id_college_id_fkey" FOREIGN KEY (exam_id, college_id)
    REFERENCES public."exam" (id, college_id) ON DELETE CASCADE
);
-- an exam's messages, newest first
CREATE INDEX "room_message_college_id_exam_id_id_idx" ON public."room_message" (college_id, exam_id, id);
CREATE INDEX "room_message_college_id_id_idx" ON public."room_message" (college_id, id);
SELECT public.invigil_protect('public."room_message"');

-- By student, not by attempt: who has not started yet gets it when they start.
CREATE TABLE public."room_message_recipient" (
  id uuid NOT NULL,
  college_id uuid NOT NULL,
  message_id uuid NOT NULL,
  exam_id uuid NOT NULL,
  user_id uuid NOT NULL,
  delivered_at timestamptz(3),
  seen_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "room_message_recipient_pkey" PRIMARY KEY (id, college_id),
  CONSTRAINT "room_message_recipient_seen_check" CHECK (seen_at IS NULL OR delivered_at IS NOT NULL),
  CONSTRAINT "room_message_recipient_college_id_fkey" FOREIGN KEY (college_id) REFERENCES public."college" (id) ON DELETE RESTRICT,
  CONSTRAINT "room_message_recipient_message_id_college_id_fkey" FOREIGN KEY (message_id, college_id)
    REFERENCES public."room_message" (id, college_id) ON DELETE CASCADE,
  CONSTRAINT "room_message_recipient_exam_id_college_id_fkey" FOREIGN KEY (exam_id, college_id)
    REFERENCES public."exam" (id, college_id) ON DELETE CASCADE,
  CONSTRAINT "room_message_recipient_user_id_college_id_fkey" FOREIGN KEY (user_id, college_id)
    REFERENCES public."user" (id, college_id) ON DELETE CASCADE
);
-- one receipt for each message and student; the counts of a message
CREATE UNIQUE INDEX "room_message_recipient_college_id_message_id_user_id_key"
  ON public."room_message_recipient" (college_id, message_id, user_id);
-- what a student has not seen yet
CREATE INDEX "room_message_recipient_college_id_exam_id_user_id_id_idx"
  ON public."room_message_recipient" (college_id, exam_id, user_id, id);
CREATE INDEX "room_message_recipient_college_id_user_id_id_idx" ON public."room_message_recipient" (college_id, user_id, id);
CREATE INDEX "room_message_recipient_college_id_id_idx" ON public."room_message_recipient" (college_id, id);
SELECT public.invigil_protect('public."room_message_recipient"');

-- ── Hands ─────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE public."room_hand" (
  id uuid NOT NULL,
  college_id uuid NOT NULL,
  exam_id uuid NOT NULL,
  attempt_id uuid NOT NULL,
  kind text NOT NULL,
  text text,
  state text NOT NULL DEFAULT 'OPEN',
  raised_at timestamptz(3) NOT NULL,
  closed_at timestamptz(3),
  closed_by uuid,
  closed_by_name text,
  answer text,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "room_hand_pkey" PRIMARY KEY (id, college_id),
  CONSTRAINT "room_hand_kind_check" CHECK (kind IN ('HAND', 'PROBLEM')),
  CONSTRAINT "room_hand_state_check" CHECK (state IN ('OPEN', 'LOWERED', 'ANSWERED', 'CLOSED')),
  CONSTRAINT "room_hand_college_id_fkey" FOREIGN KEY (college_id) REFERENCES public."college" (id) ON DELETE RESTRICT,
  CONSTRAINT "room_hand_exam_id_college_id_fkey" FOREIGN KEY (exam_id, college_id)
    REFERENCES public."exam" (id, college_id) ON DELETE CASCADE,
  CONSTRAINT "room_hand_attempt_id_college_id_fkey" FOREIGN KEY (attempt_id, college_id)
    REFERENCES public."student_exam_attempt" (id, college_id) ON DELETE CASCADE
);
-- one open hand and one open problem for each attempt, however often the button is pressed
CREATE UNIQUE INDEX "room_hand_open_key" ON public."room_hand" (college_id, attempt_id, kind) WHERE state = 'OPEN';
CREATE INDEX "room_hand_college_id_exam_id_id_idx" ON public."room_hand" (college_id, exam_id, id);
CREATE INDEX "room_hand_college_id_attempt_id_id_idx" ON public."room_hand" (college_id, attempt_id, id);
CREATE INDEX "room_hand_college_id_id_idx" ON public."room_hand" (college_id, id);
SELECT public.invigil_protect('public."room_hand"');

-- ── What happened ─────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE public."room_event" (
  id uuid NOT NULL,
  college_id uuid NOT NULL,
  seq bigserial NOT NULL,
  exam_id uuid NOT NULL,
  attempt_id uuid,
  kind text NOT NULL,
  actor_id uuid,
  actor_name text,
  details jsonb NOT NULL DEFAULT '{}',
  at timestamptz(3) NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "room_event_pkey" PRIMARY KEY (id, college_id),
  CONSTRAINT "room_event_kind_check" CHECK (kind IN (
    'OPENED', 'CLOSED', 'CANCELLED', 'STARTED', 'SUBMITTED', 'FORCE_SUBMITTED', 'EXPIRED', 'PAUSED', 'LOCKED', 'RESUMED',
    'TIME', 'MESSAGE', 'RAISED', 'LOWERED', 'ANSWERED', 'DISMISSED', 'HANDOVER'
  )),
  CONSTRAINT "room_event_college_id_fkey" FOREIGN KEY (college_id) REFERENCES public."college" (id) ON DELETE RESTRICT,
  CONSTRAINT "room_event_exam_id_college_id_fkey" FOREIGN KEY (exam_id, college_id)
    REFERENCES public."exam" (id, college_id) ON DELETE CASCADE,
  CONSTRAINT "room_event_attempt_id_college_id_fkey" FOREIGN KEY (attempt_id, college_id)
    REFERENCES public."student_exam_attempt" (id, college_id) ON DELETE CASCADE
);
-- the minutes of a room, and what a client missed since it last listened
CREATE INDEX "room_event_college_id_exam_id_seq_idx" ON public."room_event" (college_id, exam_id, seq);
-- one student's history
CREATE INDEX "room_event_college_id_attempt_id_seq_idx" ON public."room_event" (college_id, attempt_id, seq);
-- what a notification names
CREATE INDEX "room_event_seq_idx" ON public."room_event" (seq);
CREATE INDEX "room_event_college_id_id_idx" ON public."room_event" (college_id, id);
SELECT public.invigil_protect('public."room_event"');
GRANT USAGE ON SEQUENCE public."room_event_seq_seq" TO invigil_app, invigil_platform;

-- The exam applications read the room and change it through the API alone: minutes that a client could write prove nothing.
DO $$
DECLARE
  source text := pg_get_functiondef('public.invigil_admit_platform_app()'::regprocedure);
  changed text := replace(
    source, '''collusion_pair'']', '''collusion_pair'', ''room_message'', ''room_message_recipient'', ''room_hand'', ''room_event'']');
BEGIN
  IF changed = source THEN
    RAISE EXCEPTION 'invigil_admit_platform_app has no list of tables that an application may only read';
  END IF;
  EXECUTE changed;
  IF to_regrole('invigil_platform_app') IS NOT NULL THEN
    REVOKE INSERT, UPDATE, DELETE ON public."room_message", public."room_message_recipient", public."room_hand", public."room_event"
      FROM invigil_platform_app;
  END IF;
END
$$;

-- Who acts: the console says it at the start of what it does to an exam (exam-row.server.ts). Empty is nobody of the staff.
CREATE FUNCTION public.room_actor() RETURNS jsonb LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
  SELECT nullif(current_setting('invigil.actor', true), '')::jsonb
$$;

-- Attempts begin, end and change their time by many hands: the console, the clock, the exam applications themselves. All of
-- them are seen here. Loads by the owner (seeds, restores) are history, and tell nobody.
CREATE FUNCTION public.note_attempt() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  actor jsonb := public.room_actor();
  happened text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    happened := 'STARTED';
  ELSIF OLD.state IS DISTINCT FROM NEW.state THEN
    happened := CASE
      WHEN NEW.state = 'IN_PROGRESS' THEN 'RESUMED'
      WHEN NEW.state IN ('PAUSED', 'LOCKED', 'SUBMITTED', 'FORCE_SUBMITTED', 'EXPIRED') THEN NEW.state
    END;
  ELSE
    happened := 'TIME';
  END IF;
  -- A result that is graded, or held back and given back, is no matter of the room.
  IF happened IS NULL OR (TG_OP = 'UPDATE' AND OLD.state IN ('WITHHELD', 'ZEROED')) THEN RETURN NULL; END IF;
  INSERT INTO public.room_event (id, college_id, exam_id, attempt_id, kind, actor_id, actor_name, details, at)
  VALUES (
    public.invigil_uuid7(clock_timestamp()), NEW.college_id, NEW.exam_id, NEW.id, happened,
    (actor ->> 'id')::uuid, actor ->> 'name',
    jsonb_strip_nulls(jsonb_build_object(
      'state', NEW.state,
      'deadlineAt', to_char(NEW.deadline_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'pausedAt', to_char(NEW.paused_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'pausedSeconds', CASE WHEN happened = 'RESUMED' THEN NEW.paused_seconds - OLD.paused_seconds END,
      'seconds', CASE
        WHEN happened = 'TIME' THEN round(extract(epoch FROM NEW.deadline_at - OLD.deadline_at))::int
      END,
      'extraSeconds', NEW.extra_seconds
    )),
    clock_timestamp()
  );
  -- Nobody waits any more whose attempt has ended.
  IF NEW.state IN ('SUBMITTED', 'FORCE_SUBMITTED', 'EXPIRED') THEN
    UPDATE public.room_hand h
    SET state = 'CLOSED', closed_at = clock_timestamp(), updated_at = clock_timestamp()
    WHERE h.attempt_id = NEW.id AND h.college_id = NEW.college_id AND h.state = 'OPEN';
  END IF;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.note_attempt() FROM PUBLIC;

CREATE FUNCTION public.note_exam() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  actor jsonb := public.room_actor();
BEGIN
  INSERT INTO public.room_event (id, college_id, exam_id, kind, actor_id, actor_name, at)
  VALUES (
    public.invigil_uuid7(clock_timestamp()), NEW.college_id, NEW.id,
    CASE NEW.status WHEN 'LIVE' THEN 'OPENED' ELSE NEW.status END,
    (actor ->> 'id')::uuid, actor ->> 'name', clock_timestamp()
  );
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.note_exam() FROM PUBLIC;
CREATE TRIGGER room_status AFTER UPDATE OF status ON public."exam"
  FOR EACH ROW
  WHEN (
    OLD.status IS DISTINCT FROM NEW.status AND (NEW.status IN ('LIVE', 'CANCELLED') OR (OLD.status = 'LIVE' AND NEW.status = 'CLOSED'))
    AND NOT public.run_by_owner('public.exam'::regclass)
  )
  EXECUTE FUNCTION public.note_exam();

-- Whoever listens is told which event it is; that it is read by its number, nothing is missed when two commit in another order.
CREATE FUNCTION public.tell_room() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  PERFORM pg_notify('invigil_room', NEW.exam_id || ' ' || NEW.seq);
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.tell_room() FROM PUBLIC;
CREATE TRIGGER tell_room AFTER INSERT ON public."room_event" FOR EACH ROW EXECUTE FUNCTION public.tell_room();

-- A receipt changes a number on the board and is no event of its own. Said once for each exam in a transaction.
CREATE FUNCTION public.tell_receipt() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  PERFORM pg_notify('invigil_room', NEW.exam_id || ' receipt');
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.tell_receipt() FROM PUBLIC;
CREATE TRIGGER tell_receipt AFTER UPDATE OF delivered_at, seen_at ON public."room_message_recipient"
  FOR EACH ROW EXECUTE FUNCTION public.tell_receipt();
