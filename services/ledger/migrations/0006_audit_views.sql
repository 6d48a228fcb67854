-- For audit views: what is rare is found by its position without reading the book. Partial indexes, so that payments
-- pay for none of them. Beside a running older version: indexes alone.

CREATE INDEX system_cancellations ON transfers (book, version) WHERE cancellation_kind = 'system';
CREATE INDEX reversals ON transfers (book, initiated_position) WHERE kind = 'reversal';
CREATE INDEX limit_changes ON changes (book, position) WHERE type = 'ledger.account-limits-changed.v1';
