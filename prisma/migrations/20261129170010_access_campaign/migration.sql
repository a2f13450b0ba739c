-- A review of who has access: the people and keys that had it when the review was started, each kept or revoked, then signed off.
CREATE TABLE console.access_campaign (
  id uuid NOT NULL,
  name text NOT NULL,
  due_on date NOT NULL,
  started_by uuid NOT NULL,
  started_by_name text NOT NULL,
  started_at timestamptz(3) NOT NULL,
  signed_by uuid,
  signed_by_name text,
  signed_at timestamptz(3),
  note text,
  CONSTRAINT access_campaign_pkey PRIMARY KEY (id),
  CONSTRAINT access_campaign_signed_check CHECK ((signed_at IS NULL) = (signed_by IS NULL) AND (signed_at IS NULL) = (signed_by_name IS NULL))
);
-- the newest first
CREATE INDEX access_campaign_started_at_id_idx ON console.access_campaign (started_at, id);

CREATE TABLE console.access_campaign_row (
  id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  kind text NOT NULL,
  subject_id uuid NOT NULL,
  name text NOT NULL,
  address text NOT NULL,
  role text NOT NULL,
  tenants text NOT NULL,
  second_factor boolean,
  since timestamptz(3) NOT NULL,
  granted_by text,
  last_act timestamptz(3),
  decision text,
  reason text,
  decided_by uuid,
  decided_by_name text,
  decided_at timestamptz(3),
  CONSTRAINT access_campaign_row_pkey PRIMARY KEY (id),
  CONSTRAINT access_campaign_row_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES console.access_campaign (id),
  CONSTRAINT access_campaign_row_kind_check CHECK (kind IN ('STAFF', 'API_KEY')),
  CONSTRAINT access_campaign_row_decision_check CHECK (decision IN ('KEEP', 'REVOKE')),
  CONSTRAINT access_campaign_row_decided_check CHECK (
    (decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL)
    AND (decision IS NULL) = (reason IS NULL) AND (decision IS NULL) = (decided_by_name IS NULL)
  ),
  -- Nobody decides about themselves.
  CONSTRAINT access_campaign_row_own_check CHECK (decided_by <> subject_id)
);
CREATE UNIQUE INDEX access_campaign_row_campaign_id_kind_subject_id_key
  ON console.access_campaign_row (campaign_id, kind, subject_id);

-- Who is in it is fixed when it starts; a decision stands; a campaign that is signed off does not change.
CREATE FUNCTION console.keep_access_campaign() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF OLD.signed_at IS NOT NULL THEN
    RAISE EXCEPTION 'this campaign is signed off' USING ERRCODE = 'IV002';
  END IF;
  IF (NEW.id, NEW.name, NEW.due_on, NEW.started_by, NEW.started_by_name, NEW.started_at)
    IS DISTINCT FROM (OLD.id, OLD.name, OLD.due_on, OLD.started_by, OLD.started_by_name, OLD.started_at) THEN
    RAISE EXCEPTION 'a campaign that was started is not changed' USING ERRCODE = 'IV002';
  END IF;
  IF EXISTS (SELECT FROM console.access_campaign_row r WHERE r.campaign_id = OLD.id AND r.decision IS NULL) THEN
    RAISE EXCEPTION 'rows of this campaign are undecided' USING ERRCODE = 'IV002';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER keep_access_campaign BEFORE UPDATE ON console.access_campaign
  FOR EACH ROW EXECUTE FUNCTION console.keep_access_campaign();

CREATE FUNCTION console.keep_access_campaign_row() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NOT EXISTS (
      SELECT FROM console.access_campaign c WHERE c.id = NEW.campaign_id AND c.xmin = pg_current_xact_id()::xid
    ) THEN
      RAISE EXCEPTION 'who is in a campaign is fixed when it starts' USING ERRCODE = 'IV002';
    END IF;
    RETURN NEW;
  END IF;
  -- Signing off waits for this, and this for signing off.
  PERFORM FROM console.access_campaign c WHERE c.id = OLD.campaign_id AND c.signed_at IS NULL FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'this campaign is signed off' USING ERRCODE = 'IV002';
  END IF;
  IF OLD.decision IS NOT NULL THEN
    RAISE EXCEPTION 'this was decided already' USING ERRCODE = 'IV002';
  END IF;
  IF (NEW.id, NEW.campaign_id, NEW.kind, NEW.subject_id, NEW.name, NEW.address, NEW.role, NEW.tenants, NEW.second_factor, NEW.since,
      NEW.granted_by, NEW.last_act)
    IS DISTINCT FROM (OLD.id, OLD.campaign_id, OLD.kind, OLD.subject_id, OLD.name, OLD.address, OLD.role, OLD.tenants,
      OLD.second_factor, OLD.since, OLD.granted_by, OLD.last_act) THEN
    RAISE EXCEPTION 'who is in a campaign is fixed when it starts' USING ERRCODE = 'IV002';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER keep_access_campaign_row BEFORE INSERT OR UPDATE ON console.access_campaign_row
  FOR EACH ROW EXECUTE FUNCTION console.keep_access_campaign_row();

REVOKE DELETE, TRUNCATE ON console.access_campaign, console.access_campaign_row FROM invigil_app, invigil_platform;
