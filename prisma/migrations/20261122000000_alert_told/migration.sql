-- Who was told that something began is told that it ended; what began in silence is told when the silence is over.
ALTER TABLE console.alert_episode ADD COLUMN told_at timestamptz(3);
UPDATE console.alert_episode SET told_at = fired_at;
