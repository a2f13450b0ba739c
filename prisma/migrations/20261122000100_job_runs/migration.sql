-- How often a worker has begun with it: the number is whose turn it is, when one that was thought dead comes back.
ALTER TABLE console.job ADD COLUMN runs int NOT NULL DEFAULT 0;
