-- How many rows of a file went in: fewer than it has lines, where faulty ones were skipped. Until now it was all or nothing.
ALTER TABLE console."import" ADD COLUMN "imported_rows" INTEGER;
UPDATE console."import" SET imported_rows = line_count WHERE state = 'IMPORTED';
