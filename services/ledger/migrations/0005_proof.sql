-- What lets anyone check the book: a Merkle tree over its chain, signed heads of that tree, and codes of statements.
-- Nothing here is written with commands: `schedule` keeps tree and heads, the HTTP workers make codes. Beside a running
-- older version: new tables alone.

-- Roots of complete subtrees of 256, 65 536 ... events: node `number` of a level covers the leaves from
-- number << level on, as many as 1 << level. What lies between is worked out from these and from `events.hash`.
CREATE TABLE tree_nodes (
    book   text NOT NULL,
    level  smallint NOT NULL CHECK (level IN (8, 16, 24)),
    number bigint NOT NULL CHECK (number >= 0),
    hash   bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (book, level, number)
);

-- Public keys that heads were signed with, of all books; a key that is no longer used stays.
CREATE TABLE head_keys (
    kid      text PRIMARY KEY,
    jwk      text NOT NULL,
    added_at timestamptz NOT NULL
);

-- Signed statements of what the book was at a size; the outbox of `ledger.checkpoints`, `number` is its position.
CREATE TABLE tree_heads (
    book     text NOT NULL REFERENCES book_head,
    number   bigint NOT NULL CHECK (number > 0),
    size     bigint NOT NULL CHECK (size > 0),
    root     bytea NOT NULL CHECK (octet_length(root) = 32),
    hash     bytea NOT NULL CHECK (octet_length(hash) = 32),
    accounts bigint NOT NULL,
    time     timestamptz NOT NULL,
    kid      text NOT NULL REFERENCES head_keys,
    jws      text NOT NULL,
    PRIMARY KEY (book, number),
    CONSTRAINT one_head_per_size UNIQUE (book, size)
);

-- The cursor of `ledger.checkpoints`, and the epoch that fences a relay that was deposed.
CREATE TABLE head_relays (
    book     text PRIMARY KEY REFERENCES book_head,
    epoch    bigint NOT NULL,
    position bigint NOT NULL CHECK (position >= 0)
) WITH (fillfactor = 50);

-- What was printed on a statement, by the random code that was printed with it. Positions are inclusive, empty periods
-- have from_position = to_position + 1.
CREATE TABLE statement_codes (
    code            text PRIMARY KEY CHECK (code ~ '^[0-9A-HJKMNP-TV-Z]{20}$'),
    book            text NOT NULL REFERENCES book_head,
    account         text NOT NULL,
    since           timestamptz,
    until           timestamptz,
    from_position   bigint NOT NULL,
    to_position     bigint NOT NULL,
    opening_balance bigint NOT NULL,
    closing_balance bigint NOT NULL,
    entries         bigint NOT NULL,
    paid            bigint NOT NULL,
    received        bigint NOT NULL,
    made_at         timestamptz NOT NULL,
    CONSTRAINT one_code_per_statement UNIQUE NULLS NOT DISTINCT (book, account, from_position, to_position, since, until),
    -- At commit: a repair of `accounts` takes rows out and puts them in again (docs/adr/0009).
    FOREIGN KEY (book, account) REFERENCES accounts DEFERRABLE INITIALLY DEFERRED
);

CREATE TRIGGER tree_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON tree_nodes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keys_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON head_keys
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER heads_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON tree_heads
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER codes_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON statement_codes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON tree_nodes, head_keys, tree_heads, statement_codes TO :"service";
GRANT SELECT, INSERT, UPDATE ON head_relays TO :"service";
