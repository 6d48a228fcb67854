-- Statements and balances as of then from the key of the postings alone: amount and balance lie in it. While it is
-- built, postings can't be written (some seconds for a million); commands wait, none fails.

ALTER TABLE postings
    DROP CONSTRAINT postings_pkey,
    ADD CONSTRAINT postings_pkey PRIMARY KEY (book, account, position) INCLUDE (amount, balance);

-- A table that only grows is vacuumed late; until then its rows are looked up in the table as well.
ALTER TABLE postings SET (autovacuum_vacuum_insert_scale_factor = 0.02);
