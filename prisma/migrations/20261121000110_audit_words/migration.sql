-- The words of contents, so that free text is found without reading every content. Filled from the tree, after the act has
-- committed: no act waits for it, and what is not yet here is searched plainly.
CREATE TABLE audit.words (
  at timestamptz(3) NOT NULL,
  entry_id uuid NOT NULL,
  college_id uuid,
  words tsvector NOT NULL,
  PRIMARY KEY (at, entry_id)
) PARTITION BY RANGE (at);
CREATE INDEX words_words_idx ON audit.words USING gin (words);
-- Up to which index of the tree words have been taken; a row for each step, because nothing in this schema is ever changed.
CREATE TABLE audit.words_until (
  size bigint PRIMARY KEY,
  at timestamptz NOT NULL
);
SELECT public.ensure_partitions('audit.words', '1 month', least(now() - interval '13 months', coalesce((SELECT min(at) FROM audit.entry), now())), now() + interval '2 months');

-- Words are not leakproof to search: nobody reads the table, the view filters by scope itself, as the other search views do.
GRANT SELECT, INSERT ON audit.words, audit.words_until TO invigil_sequencer;
GRANT SELECT ON audit.words TO invigil_reader;
GRANT SELECT ON audit.words_until TO invigil_app, invigil_platform;
GRANT CREATE ON SCHEMA audit TO invigil_reader;
CREATE VIEW audit.search_words AS
  SELECT at, entry_id, words FROM audit.words
  WHERE current_user = 'invigil_platform' OR college_id = any ((SELECT nullif(current_setting('app.college_ids', true), '')::uuid[])::uuid[]);
ALTER VIEW audit.search_words OWNER TO invigil_reader;
REVOKE CREATE ON SCHEMA audit FROM invigil_reader;
REVOKE ALL ON audit.search_words FROM invigil_reader;
GRANT SELECT ON audit.search_words TO invigil_reader;
GRANT SELECT ON audit.search_words TO invigil_app, invigil_platform;

-- Content that is erased leaves no words behind. Taking words and erasing exclude each other (7190204), so none come after.
CREATE FUNCTION audit.forget_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7190204);
  DELETE FROM audit.words w WHERE w.at = OLD.at AND w.entry_id = OLD.entry_id;
  RETURN NULL;
END
$$;
CREATE TRIGGER forget_words AFTER DELETE ON audit.content FOR EACH ROW EXECUTE FUNCTION audit.forget_words();
