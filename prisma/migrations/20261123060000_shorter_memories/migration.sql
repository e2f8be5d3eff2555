-- Nothing to change: memories are written in their third version from here on, and an older program, which cannot read
-- them, shall see that this database is newer than it is.
SELECT 1;
