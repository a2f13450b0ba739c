-- The first masking was fooled by nested comments, backslashes at the end of a string, tags that are not ASCII and double
-- quotes. What it may have let through goes: a statement's text is fetched again, by the new rules, while the server knows it.
DELETE FROM telemetry.query_text
WHERE text ~ '[''\\]'
   OR text ~ '\*/'
   OR text ~ '\$[^0-9]'
   OR text ~ '[[:alnum:]]@[[:alnum:]]'
   OR text ~ '"[^"]*[^A-Za-z0-9_$"][^"]*"';

UPDATE telemetry.lock_episode
SET root_app = regexp_replace(root_app, '\S*@\S*', '?', 'g'),
    root_query = CASE WHEN root_query !~ '[''\\@]|\*/|\$[^0-9]' THEN root_query END,
    tree = regexp_replace(tree::text, '[^\s"\\]*[[:alnum:]]@[[:alnum:]][^\s"\\]*', '?', 'g')::jsonb
WHERE root_app ~ '@'
   OR root_query ~ '[''\\@]|\*/|\$[^0-9]'
   OR tree::text ~ '[[:alnum:]]@[[:alnum:]]';

UPDATE console.alert_episode
SET says = regexp_replace(says, '\S*[[:alnum:]]@[[:alnum:]]\S*', '?', 'g')
WHERE says ~ '[[:alnum:]]@[[:alnum:]]';

UPDATE telemetry.load SET app = regexp_replace(app, '\S*@\S*', '?', 'g') WHERE app ~ '@';
UPDATE telemetry.load_1m SET app = regexp_replace(app, '\S*@\S*', '?', 'g') WHERE app ~ '@';
UPDATE telemetry.load_5m SET app = regexp_replace(app, '\S*@\S*', '?', 'g') WHERE app ~ '@';
UPDATE telemetry.load_1h SET app = regexp_replace(app, '\S*@\S*', '?', 'g') WHERE app ~ '@';
