-- Expiry, consent, fees, several legs, reversals, the history of limits; and one call that writes a batch.
-- Beside a running older version: new columns are optional to it, checks are wider, foreign keys are looked at when it
-- commits (it writes in another order).

ALTER TABLE accounts
    ADD COLUMN closing boolean NOT NULL DEFAULT false,
    ADD COLUMN consent text,
    ADD CONSTRAINT closing_account_is_frozen CHECK (NOT closing OR standing = 'frozen');

-- `legs` is empty when there are but two, -amount of the payer and +amount of the payee.
ALTER TABLE transfers
    ADD COLUMN legs        text,
    ADD COLUMN expires_at  timestamptz,
    ADD COLUMN reminded    boolean NOT NULL DEFAULT false,
    ADD COLUMN accepted_by text,
    ADD COLUMN consent     text,
    ADD COLUMN reverses    uuid,
    ADD COLUMN reversed_by uuid,
    DROP CONSTRAINT initiator_is_party,
    ADD CONSTRAINT initiator_is_party
        CHECK (initiator IN (payer, payee) OR (initiator = '' AND kind <> 'transfer')),
    ADD CONSTRAINT only_reversals_reverse CHECK ((kind = 'reversal') = (reverses IS NOT NULL)),
    ADD CONSTRAINT administrators_ask_nobody CHECK (kind = 'transfer' OR status <> 'cancelled');
UPDATE transfers SET accepted_by = CASE WHEN initiator = payer THEN payee ELSE payer END WHERE status = 'completed';
CREATE UNIQUE INDEX one_reversal_per_transfer ON transfers (book, reverses) WHERE reverses IS NOT NULL;
CREATE INDEX open_transfers_by_expiry ON transfers (book, expires_at) WHERE status = 'initiated';

ALTER TABLE transfers
    ADD CONSTRAINT payer_exists FOREIGN KEY (book, payer) REFERENCES accounts DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT payee_exists FOREIGN KEY (book, payee) REFERENCES accounts DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE postings
    ADD CONSTRAINT account_exists FOREIGN KEY (book, account) REFERENCES accounts DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT event_exists FOREIGN KEY (book, position) REFERENCES events DEFERRABLE INITIALLY DEFERRED;
-- None to transfers: while the table is young the planner takes a wrong index for that check, and the whole batch pays.
-- An event's `closes` names the transfer.

-- Accounts besides payer and payee that an administrator's transfer is listed for.
CREATE TABLE transfer_parties (
    book               text NOT NULL,
    account            text NOT NULL,
    initiated_position bigint NOT NULL,
    transfer_id        uuid NOT NULL,
    PRIMARY KEY (book, account, initiated_position),
    FOREIGN KEY (book, account) REFERENCES accounts DEFERRABLE INITIALLY DEFERRED
);

-- The history of each account (`subject` is its number) and of the book's own rules (`fee-rules`, `policy`).
CREATE TABLE changes (
    book     text NOT NULL,
    subject  text NOT NULL,
    position bigint NOT NULL,
    time     timestamptz NOT NULL,
    type     text NOT NULL,
    actor    text NOT NULL,
    data     text NOT NULL,
    PRIMARY KEY (book, subject, position),
    FOREIGN KEY (book, position) REFERENCES events
);
INSERT INTO changes (book, subject, position, time, type, actor, data)
SELECT book, substr(document ->> 'subject', 9), position, time, type, document ->> 'actor', document ->> 'data'
FROM (SELECT book, position, time, type, body::json AS document FROM events WHERE type LIKE 'ledger.account-%') AS read;

-- What is in force now: caches of the newest such events. What was never set is empty: then the defaults hold.
CREATE TABLE book_rules (
    book      text PRIMARY KEY REFERENCES book_head,
    policy    text,
    fee_rules text
);

-- Raised when the tables were repaired: what writers remember of before is no longer to be built on.
ALTER TABLE book_head ADD COLUMN epoch bigint NOT NULL DEFAULT 0;

CREATE TRIGGER changes_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER parties_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON transfer_parties
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A whole batch in one call. The fence first: a writer whose view of the head is old writes nothing, not even refusals.
CREATE FUNCTION append_batch(
    of_book text, expected bigint, known_epoch bigint, new_position bigint, new_hash bytea, new_time timestamptz,
    new_events json, new_postings json, new_accounts json, new_transfers json, new_outcomes json,
    new_changes json, new_parties json, new_policy text, new_fee_rules text, of_source text, source_position bigint
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF new_position > expected THEN
        UPDATE book_head SET position = new_position, hash = new_hash, time = new_time
            WHERE book = of_book AND position = expected AND epoch = known_epoch;
    ELSE
        PERFORM FROM book_head WHERE book = of_book AND position = expected AND epoch = known_epoch;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'another writer moved the head of %', of_book USING ERRCODE = 'serialization_failure';
    END IF;
    IF new_accounts IS NOT NULL THEN
        INSERT INTO accounts (book, account, entity_id, balance, max_negative, max_positive, standing, closing, consent,
                              version)
        SELECT of_book, r.account, r.entity_id, r.balance, r.max_negative, r.max_positive, r.standing, r.closing,
               r.consent, r.version
        FROM json_to_recordset(new_accounts) AS r (account text, entity_id text, balance bigint, max_negative bigint,
            max_positive bigint, standing text, closing boolean, consent text, version bigint)
        ON CONFLICT (book, account) DO UPDATE SET
            balance = excluded.balance, max_negative = excluded.max_negative, max_positive = excluded.max_positive,
            standing = excluded.standing, closing = excluded.closing, consent = excluded.consent,
            version = excluded.version;
    END IF;
    IF new_events IS NOT NULL THEN
        INSERT INTO events (book, position, event_id, type, time, opens, closes, prev_hash, hash, body)
        SELECT of_book, r.position, r.event_id, r.type, new_time, r.opens, r.closes,
               decode(r.prev_hash, 'hex'), decode(r.hash, 'hex'), r.body
        FROM json_to_recordset(new_events) AS r (position bigint, event_id uuid, type text, opens uuid, closes uuid,
            prev_hash text, hash text, body text);
    END IF;
    IF new_transfers IS NOT NULL THEN
        INSERT INTO transfers (book, transfer_id, kind, direction, initiator, payer, payee, amount, legs, description,
                               reference, status, initiated_position, initiated_at, expires_at, reminded, ended_at,
                               accepted_by, consent, cancellation_kind, cancellation_code, cancellation_reason,
                               cancelled_by, reverses, reversed_by, version)
        SELECT of_book, r.transfer_id, r.kind, r.direction, r.initiator, r.payer, r.payee, r.amount, r.legs,
               r.description, r.reference, r.status, r.initiated_position, r.initiated_at, r.expires_at, r.reminded,
               r.ended_at, r.accepted_by, r.consent, r.cancellation_kind, r.cancellation_code, r.cancellation_reason,
               r.cancelled_by, r.reverses, r.reversed_by, r.version
        FROM json_to_recordset(new_transfers) AS r (transfer_id uuid, kind text, direction text, initiator text,
            payer text, payee text, amount bigint, legs text, description text, reference text, status text,
            initiated_position bigint, initiated_at timestamptz, expires_at timestamptz, reminded boolean,
            ended_at timestamptz, accepted_by text, consent text, cancellation_kind text, cancellation_code text,
            cancellation_reason text, cancelled_by text, reverses uuid, reversed_by uuid, version bigint)
        ON CONFLICT (book, transfer_id) DO UPDATE SET
            status = excluded.status, ended_at = excluded.ended_at, version = excluded.version,
            reminded = excluded.reminded, accepted_by = excluded.accepted_by, consent = excluded.consent,
            cancellation_kind = excluded.cancellation_kind, cancellation_code = excluded.cancellation_code,
            cancellation_reason = excluded.cancellation_reason, cancelled_by = excluded.cancelled_by,
            reversed_by = excluded.reversed_by;
    END IF;
    IF new_postings IS NOT NULL THEN
        INSERT INTO postings (book, account, position, time, transfer_id, amount, balance, max_negative, max_positive)
        SELECT of_book, r.account, r.position, new_time, r.transfer_id, r.amount, r.balance, r.max_negative,
               r.max_positive
        FROM json_to_recordset(new_postings) AS r (account text, position bigint, transfer_id uuid, amount bigint,
            balance bigint, max_negative bigint, max_positive bigint);
    END IF;
    IF new_outcomes IS NOT NULL THEN
        INSERT INTO outcomes (book, scope, key, fingerprint, outcome)
        SELECT of_book, r.scope, r.key, r.fingerprint, r.outcome
        FROM json_to_recordset(new_outcomes) AS r (scope text, key text, fingerprint text, outcome text);
    END IF;
    IF new_changes IS NOT NULL THEN
        INSERT INTO changes (book, subject, position, time, type, actor, data)
        SELECT of_book, r.subject, r.position, new_time, r.type, r.actor, r.data
        FROM json_to_recordset(new_changes) AS r (subject text, position bigint, type text, actor text, data text);
    END IF;
    IF new_parties IS NOT NULL THEN
        INSERT INTO transfer_parties (book, account, initiated_position, transfer_id)
        SELECT of_book, r.account, r.initiated_position, r.transfer_id
        FROM json_to_recordset(new_parties) AS r (account text, initiated_position bigint, transfer_id uuid);
    END IF;
    IF new_policy IS NOT NULL OR new_fee_rules IS NOT NULL THEN
        INSERT INTO book_rules (book, policy, fee_rules) VALUES (of_book, new_policy, new_fee_rules)
        ON CONFLICT (book) DO UPDATE SET policy = coalesce(excluded.policy, book_rules.policy),
            fee_rules = coalesce(excluded.fee_rules, book_rules.fee_rules);
    END IF;
    IF of_source IS NOT NULL THEN
        INSERT INTO followed (book, source, position) VALUES (of_book, of_source, source_position)
        ON CONFLICT ON CONSTRAINT followed_pkey DO UPDATE SET position = excluded.position;
    END IF;
    IF new_position > expected THEN
        PERFORM pg_notify('ledger_events', of_book);
    END IF;
END $$;

GRANT SELECT, INSERT ON transfer_parties, changes TO :"service";
GRANT SELECT, INSERT, UPDATE ON book_rules TO :"service";
