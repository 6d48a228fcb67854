-- The event store of the ledger. `events` is the truth and the outbox; accounts, transfers and postings are caches of
-- it, written in the same transaction. The service's role is granted SELECT and INSERT on what never changes.
-- No foreign keys from what every command writes: each would lock a hot row; the decisions and `audit` see to them.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on %: history is never changed', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TABLE book_head (
    book     text PRIMARY KEY CHECK (book ~ '^[a-z0-9-]{1,40}$'),
    position bigint NOT NULL CHECK (position >= 0),
    hash     bytea NOT NULL CHECK (octet_length(hash) = 32),
    time     timestamptz NOT NULL
) WITH (fillfactor = 10);

CREATE TABLE events (
    book      text NOT NULL,
    position  bigint NOT NULL CHECK (position > 0),
    event_id  uuid NOT NULL UNIQUE,
    type      text NOT NULL,
    time      timestamptz NOT NULL,
    opens     uuid,
    closes    uuid,
    prev_hash bytea NOT NULL CHECK (octet_length(prev_hash) = 32),
    hash      bytea NOT NULL,
    -- The canonical bytes. Never jsonb: the hash covers them as they are.
    body      text NOT NULL,
    PRIMARY KEY (book, position),
    CONSTRAINT event_hash_covers_body
        CHECK (hash = sha256(prev_hash || int8send(position) || convert_to(body, 'UTF8')))
);
CREATE UNIQUE INDEX one_initiation_per_transfer ON events (opens) WHERE opens IS NOT NULL;
CREATE UNIQUE INDEX one_ending_per_transfer ON events (closes) WHERE closes IS NOT NULL;

CREATE TABLE accounts (
    book         text NOT NULL REFERENCES book_head,
    account      text NOT NULL CHECK (account ~ '^[0-9]{16}$'),
    entity_id    text NOT NULL,
    balance      bigint NOT NULL,
    max_negative bigint NOT NULL CHECK (max_negative >= 0),
    max_positive bigint NOT NULL CHECK (max_positive >= 0),
    standing     text NOT NULL CHECK (standing IN ('trading', 'frozen', 'closed')),
    version      bigint NOT NULL,
    PRIMARY KEY (book, account),
    CONSTRAINT closed_account_is_empty CHECK (standing <> 'closed' OR balance = 0)
) WITH (fillfactor = 60);

CREATE TABLE transfers (
    book                text NOT NULL,
    transfer_id         uuid NOT NULL,
    kind                text NOT NULL CHECK (kind IN ('transfer', 'admin', 'reversal')),
    direction           text NOT NULL CHECK (direction IN ('pay', 'request')),
    initiator           text NOT NULL,
    payer               text NOT NULL,
    payee               text NOT NULL,
    amount              bigint NOT NULL CHECK (amount > 0),
    description         text NOT NULL,
    reference           text,
    status              text NOT NULL CHECK (status IN ('initiated', 'completed', 'cancelled')),
    initiated_position  bigint NOT NULL,
    initiated_at        timestamptz NOT NULL,
    ended_at            timestamptz,
    cancellation_kind   text,
    cancellation_code   text,
    cancellation_reason text,
    cancelled_by        text,
    version             bigint NOT NULL,
    PRIMARY KEY (book, transfer_id),
    CONSTRAINT two_different_parties CHECK (payer <> payee),
    CONSTRAINT initiator_is_party CHECK (initiator IN (payer, payee)),
    CONSTRAINT ended_when_not_open CHECK ((status = 'initiated') = (ended_at IS NULL)),
    CONSTRAINT cancellation_when_cancelled CHECK ((status = 'cancelled') = (cancellation_kind IS NOT NULL))
) WITH (fillfactor = 70);
CREATE INDEX transfers_by_position ON transfers (book, initiated_position);
CREATE INDEX transfers_by_payer ON transfers (book, payer, initiated_position);
CREATE INDEX transfers_by_payee ON transfers (book, payee, initiated_position);
CREATE INDEX open_transfers_by_payer ON transfers (book, payer) WHERE status = 'initiated';
CREATE INDEX open_transfers_by_payee ON transfers (book, payee) WHERE status = 'initiated';

-- Limits are those in force at the position. A side that pays may not end below its limit, one that receives
-- not above it; moving back towards the limits is always possible.
CREATE TABLE postings (
    book         text NOT NULL,
    account      text NOT NULL,
    position     bigint NOT NULL,
    time         timestamptz NOT NULL,
    transfer_id  uuid NOT NULL,
    amount       bigint NOT NULL CHECK (amount <> 0),
    balance      bigint NOT NULL,
    max_negative bigint NOT NULL,
    max_positive bigint NOT NULL,
    PRIMARY KEY (book, account, position),
    CONSTRAINT posting_within_limits
        CHECK (CASE WHEN amount < 0 THEN balance >= -max_negative ELSE balance <= max_positive END)
);

CREATE FUNCTION require_zero_sum() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
    SELECT position INTO wrong FROM written
        GROUP BY book, position HAVING sum(amount) <> 0 OR count(*) < 2 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the postings of position % do not sum to zero', wrong USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
-- All postings of an event come in one statement, so this is exact and costs one look per batch.
CREATE TRIGGER postings_sum_to_zero AFTER INSERT ON postings
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION require_zero_sum();

CREATE TABLE outcomes (
    book        text NOT NULL,
    scope       text NOT NULL,
    key         text NOT NULL,
    fingerprint text NOT NULL,
    outcome     text NOT NULL,
    PRIMARY KEY (book, scope, key)
);

-- How far this book has followed the topics of other services.
CREATE TABLE followed (
    book     text NOT NULL REFERENCES book_head,
    source   text NOT NULL,
    position bigint NOT NULL CHECK (position > 0),
    PRIMARY KEY (book, source)
) WITH (fillfactor = 50);

-- The relay's cursor, and the epoch that fences a relay that was deposed.
CREATE TABLE relays (
    book     text PRIMARY KEY REFERENCES book_head,
    epoch    bigint NOT NULL,
    position bigint NOT NULL CHECK (position >= 0)
) WITH (fillfactor = 50);

CREATE TRIGGER events_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER postings_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON postings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER outcomes_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON outcomes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The fence: a writer whose view of the head is old writes nothing.
CREATE FUNCTION advance_head(of_book text, expected bigint, new_position bigint, new_hash bytea, new_time timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE book_head SET position = new_position, hash = new_hash, time = new_time
        WHERE book = of_book AND position = expected;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'another writer moved the head of %', of_book USING ERRCODE = 'serialization_failure';
    END IF;
END $$;

-- The first position at or after an instant. Times never go back along positions, so halving finds it without an index.
CREATE FUNCTION first_position_at(of_book text, instant timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    low    bigint := 1;
    high   bigint;
    middle bigint;
BEGIN
    SELECT position + 1 INTO high FROM book_head WHERE book = of_book;
    WHILE low < high LOOP
        middle := (low + high) / 2;
        IF (SELECT time FROM events WHERE book = of_book AND position = middle) < instant THEN
            low := middle + 1;
        ELSE
            high := middle;
        END IF;
    END LOOP;
    RETURN low;
END $$;

GRANT SELECT, INSERT ON events, postings, outcomes TO :"service";
GRANT SELECT, INSERT, UPDATE ON book_head, accounts, transfers, followed, relays TO :"service";
