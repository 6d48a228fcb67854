"""The database knows the rules by itself: each constraint is broken here, as the service and as the owner."""

import psycopg
import pytest
from psycopg import errors, sql

from services.ledger.handlers import Appender
from services.ledger.store import Writer, migrate
from tests.databases import fresh_database
from tests.ledger.everything import everything
from tests.ledger.fakes import Ticking

pytestmark = pytest.mark.integration

BOOK = "main"
HISTORY = ("events", "postings", "outcomes", "changes", "transfer_parties")
STATE = ("accounts", "transfers", "book_head", "book_rules", "followed", "relays", "head_relays")
PROOF = ("tree_nodes", "head_keys", "tree_heads", "statement_codes")
"""What proves the history: as lasting as the history itself."""


@pytest.fixture(scope="module")
def full(postgres_admin_url):
    """A database with a book in which everything happened; tests leave it as it is."""
    with fresh_database(postgres_admin_url) as database:
        migrate(database.owner_url, database.url)
        writer, clock = Writer(database.url, BOOK), Ticking()
        everything(Appender(writer, clock), clock)
        writer.close()
        with psycopg.connect(database.url) as connection:
            connection.execute("INSERT INTO followed VALUES ('main', 'directory', 1)")
            connection.execute("INSERT INTO relays VALUES ('main', 1, 1)")
            connection.execute("INSERT INTO head_relays VALUES ('main', 1, 1)")
            connection.execute("INSERT INTO tree_nodes VALUES ('main', 8, 0, sha256(''))")
            connection.execute("INSERT INTO head_keys VALUES ('k', '{}', now())")
            connection.execute(
                "INSERT INTO tree_heads VALUES ('main', 1, 1, sha256(''), sha256(''), 1, now(), 'k', 'jws')"
            )
            connection.execute(
                "INSERT INTO statement_codes SELECT '00000000000000000000', 'main', account, NULL, NULL, 1, 1, 0, 0, "
                "0, 0, 0, now() FROM accounts LIMIT 1"
            )
        yield database


@pytest.fixture(params=["service", "owner"])
def connection(request, full):
    """Undone afterwards."""
    with psycopg.connect(full.url if request.param == "service" else full.owner_url) as opened:
        yield opened
        opened.rollback()


def copied(table: str, where: str = "true", **changes) -> sql.Composed:
    """One more row: a copy of one that is there, with `changes`."""
    return sql.SQL(
        "INSERT INTO {table} SELECT (jsonb_populate_record(found, {changes})).* "
        "FROM {table} AS found WHERE {where} LIMIT 1"
    ).format(table=sql.Identifier(table), where=sql.SQL(where), changes=psycopg.types.json.Jsonb(changes))


ONE = "1111222233334444"
ID = "0190a8a0-0000-7000-8000-000000000000"


def an_event(where: str = "true", **what: str) -> sql.SQL:
    """A sound new event at a position far away, but for `what`: expressions by column."""
    columns = {
        "book": "book", "position": "position + 1000", "event_id": "gen_random_uuid()", "type": "type", "time": "time",
        "opens": "NULL::uuid", "closes": "NULL::uuid", "prev_hash": "prev_hash", "body": "body",
    } | what  # fmt: skip
    columns.setdefault("hash", _hash(**columns))
    names, values = ", ".join(columns), ", ".join(columns.values())
    return sql.SQL(f"INSERT INTO events ({names}) SELECT {values} FROM events WHERE {where} LIMIT 1")


def _hash(position: str, prev_hash: str, body: str, **_: str) -> str:
    return f"sha256({prev_hash} || int8send({position}) || convert_to({body}, 'UTF8'))"


def posted(*rows: str) -> sql.SQL:
    """Postings of one statement: account, position, amount, balance, limits."""
    values = ", ".join(f"('main', {row})" for row in rows)
    return sql.SQL(
        "INSERT INTO postings (book, account, position, amount, balance, max_negative, max_positive, time, "
        f"transfer_id) SELECT v.*, now(), gen_random_uuid() FROM (VALUES {values}) AS v"
    )


KNOWN = "(SELECT account FROM accounts ORDER BY account LIMIT 1)"
OTHER = "(SELECT account FROM accounts ORDER BY account OFFSET 1 LIMIT 1)"
PROPOSED = "status = 'initiated'"
DONE = "status = 'completed' AND kind = 'transfer'"
FRESH = {"transfer_id": ID}

CHECKS = {
    "accounts_account_check": copied("accounts", account="12"),
    "accounts_max_negative_check": copied("accounts", account=ONE, max_negative=-1),
    "accounts_max_positive_check": copied("accounts", account=ONE, max_positive=-1),
    "accounts_standing_check": copied("accounts", account=ONE, standing="asleep"),
    "closed_account_is_empty": sql.SQL("UPDATE accounts SET standing = 'closed' WHERE balance <> 0"),
    "closing_account_is_frozen": sql.SQL("UPDATE accounts SET closing = true WHERE standing = 'trading'"),
    "book_head_book_check": copied("book_head", book="Ä"),
    "book_head_hash_check": sql.SQL("UPDATE book_head SET hash = '\\x00'"),
    "book_head_position_check": sql.SQL("UPDATE book_head SET position = -1"),
    "book_head_unit_check": sql.SQL("UPDATE book_head SET unit = ''"),
    "event_hash_covers_body": an_event(hash="prev_hash"),
    "events_position_check": an_event(position="0"),
    "events_prev_hash_check": an_event(prev_hash="'\\x00'::bytea"),
    "followed_position_check": copied("followed", source="x", position=0),
    "posting_within_limits": posted(f"{KNOWN}, 5, -5, -11, 10, 10", f"{OTHER}, 5, 5, 5, 10, 10"),
    "postings_amount_check": posted(f"{KNOWN}, 5, 0, 0, 10, 10", f"{OTHER}, 5, 0, 0, 10, 10"),
    "postings_sum_to_zero": posted(f"{KNOWN}, 5, -5, -5, 10, 10", f"{OTHER}, 5, 4, 4, 10, 10"),
    "relays_position_check": sql.SQL("UPDATE relays SET position = -1"),
    "head_relays_position_check": sql.SQL("UPDATE head_relays SET position = -1"),
    "tree_nodes_hash_check": copied("tree_nodes", number=1, hash="\\x00"),
    "tree_nodes_level_check": copied("tree_nodes", level=9),
    "tree_nodes_number_check": copied("tree_nodes", number=-1),
    "tree_heads_number_check": copied("tree_heads", number=0, size=2),
    "tree_heads_size_check": copied("tree_heads", number=2, size=0),
    "tree_heads_root_check": copied("tree_heads", number=2, size=2, root="\\x00"),
    "tree_heads_hash_check": copied("tree_heads", number=2, size=2, hash="\\x00"),
    "statement_codes_code_check": copied("statement_codes", code="O" * 20, to_position=2),
    "administrators_ask_nobody": sql.SQL(
        "UPDATE transfers SET status = 'cancelled', cancellation_kind = 'system' WHERE kind = 'admin'"
    ),
    "cancellation_when_cancelled": sql.SQL(f"UPDATE transfers SET cancellation_kind = 'system' WHERE {DONE}"),
    "ended_when_not_open": sql.SQL(f"UPDATE transfers SET ended_at = NULL WHERE {DONE}"),
    "initiator_is_party": copied("transfers", PROPOSED, **FRESH, initiator=""),
    "only_reversals_reverse": copied("transfers", PROPOSED, **FRESH, reverses=ID),
    "transfers_amount_check": copied("transfers", PROPOSED, **FRESH, amount=0),
    "transfers_direction_check": copied("transfers", PROPOSED, **FRESH, direction="up"),
    "transfers_kind_check": copied("transfers", PROPOSED, **FRESH, kind="gift"),
    "transfers_status_check": copied("transfers", DONE, **FRESH, status="lost"),
    "two_different_parties": copied("transfers", PROPOSED, **FRESH, payer=ONE, payee=ONE, initiator=ONE),
}
UNIQUE = {
    "accounts_pkey": copied("accounts"),
    "book_head_pkey": copied("book_head"),
    "book_rules_pkey": copied("book_rules"),
    "changes_pkey": copied("changes"),
    "events_event_id_key": an_event(event_id="event_id"),
    "events_pkey": copied("events", "opens IS NULL AND closes IS NULL"),
    "followed_pkey": copied("followed"),
    "outcomes_pkey": copied("outcomes"),
    "postings_pkey": sql.SQL("INSERT INTO postings SELECT * FROM postings"),
    "relays_pkey": copied("relays"),
    "head_relays_pkey": copied("head_relays"),
    "tree_nodes_pkey": copied("tree_nodes"),
    "head_keys_pkey": copied("head_keys"),
    "tree_heads_pkey": copied("tree_heads", size=2),
    "one_head_per_size": copied("tree_heads", number=2),
    "statement_codes_pkey": copied("statement_codes", to_position=2),
    "one_code_per_statement": copied("statement_codes", code="1" * 20),
    "transfer_parties_pkey": copied("transfer_parties"),
    "transfers_pkey": copied("transfers"),
    "one_initiation_per_transfer": an_event("opens IS NOT NULL", opens="opens"),
    "one_ending_per_transfer": an_event("closes IS NOT NULL", closes="closes"),
    "one_reversal_per_transfer": copied("transfers", "kind = 'reversal'", **FRESH),
}
AT_ONCE = {
    "accounts_book_fkey": copied("accounts", book="nowhere"),
    "book_rules_book_fkey": copied("book_rules", book="nowhere"),
    "changes_book_position_fkey": copied("changes", position=999),
    "followed_book_fkey": copied("followed", book="nowhere"),
    "relays_book_fkey": copied("relays", book="nowhere"),
    "head_relays_book_fkey": copied("head_relays", book="nowhere"),
    "tree_heads_book_fkey": copied("tree_heads", book="nowhere"),
    "statement_codes_book_fkey": copied("statement_codes", code="1" * 20, book="nowhere"),
    "tree_heads_kid_fkey": copied("tree_heads", number=2, size=2, kid="x"),
}
AT_COMMIT = {
    "account_exists": posted(f"'{ONE}', 5, -5, -5, 10, 10", f"{OTHER}, 5, 5, 5, 10, 10"),
    "event_exists": posted(f"{KNOWN}, 999, -5, -5, 10, 10", f"{OTHER}, 999, 5, 5, 10, 10"),
    "payer_exists": copied("transfers", PROPOSED, **FRESH, payer=ONE, initiator=ONE),
    "payee_exists": copied("transfers", PROPOSED, **FRESH, payee=ONE),
    "transfer_parties_book_account_fkey": copied("transfer_parties", account=ONE),
    "statement_codes_book_account_fkey": copied("statement_codes", code="1" * 20, account=ONE),
}
TRIGGERS = {
    "events_never_change": "events",
    "postings_never_change": "postings",
    "outcomes_never_change": "outcomes",
    "changes_never_change": "changes",
    "parties_never_change": "transfer_parties",
    "tree_never_changes": "tree_nodes",
    "keys_never_change": "head_keys",
    "heads_never_change": "tree_heads",
    "codes_never_change": "statement_codes",
}
KEYS = {
    "events": "book, position",
    "outcomes": "book, scope, key",
    "changes": "book, subject, position",
    "postings": "book, account, position",
    "transfer_parties": "book, account, initiated_position",
    "tree_nodes": "book, level, number",
    "head_keys": "kid",
    "tree_heads": "book, number",
    "statement_codes": "code",
}


@pytest.mark.parametrize("name", CHECKS)
def test_check_holds(connection, name):
    sentence = "do not sum to zero" if name == "postings_sum_to_zero" else f'"{name}"'
    with pytest.raises(errors.CheckViolation, match=sentence):
        connection.execute(CHECKS[name])


@pytest.mark.parametrize("name", UNIQUE)
def test_what_is_once_stays_once(connection, name):
    with pytest.raises(errors.UniqueViolation, match=f'"{name}"'):
        connection.execute(UNIQUE[name])


@pytest.mark.parametrize("name", AT_ONCE)
def test_what_is_named_exists(connection, name):
    with pytest.raises(errors.ForeignKeyViolation, match=f'"{name}"'):
        connection.execute(AT_ONCE[name])


@pytest.mark.parametrize("name", AT_COMMIT)
def test_what_is_named_exists_when_it_is_committed(connection, name):
    """Not before: an older version writes the tables in another order."""
    assert connection.execute(AT_COMMIT[name]).rowcount >= 1
    with pytest.raises(errors.ForeignKeyViolation, match=f'"{name}"'):
        connection.commit()


@pytest.mark.parametrize("table", TRIGGERS.values())
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_history_never_changes(connection, table, statement):
    """The service has no right to, the owner meets the trigger."""
    column = KEYS[table].partition(",")[0]
    with pytest.raises((errors.InsufficientPrivilege, errors.RestrictViolation)):
        connection.execute(statement.format(table, column, column))


@pytest.mark.parametrize("table", TRIGGERS.values())
def test_owner_meets_the_trigger_where_rows_are_inserted_again(full, table):
    with psycopg.connect(full.owner_url) as connection:
        statement = f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT DO NOTHING"
        assert connection.execute(statement).rowcount == 0
        key = KEYS[table]
        column = key.partition(",")[0]
        with pytest.raises(errors.RestrictViolation, match="history is never changed"):
            connection.execute(
                f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({key}) DO UPDATE SET {column} = 'x'"
            )


def test_unit_never_changes(connection):
    connection.execute("UPDATE book_head SET unit = 'hours'")
    with pytest.raises(errors.RestrictViolation, match="can't be mixed in"):
        connection.execute("UPDATE book_head SET unit = 'pounds'")


def test_every_constraint_is_broken_here(full):
    """What a later migration adds has to be added to the tables above."""
    with psycopg.connect(full.owner_url) as opened:
        rows = opened.execute("""
            SELECT conname FROM pg_constraint WHERE contype <> 'n' AND connamespace = 'public'::regnamespace
            UNION SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
                WHERE indisunique AND relnamespace = 'public'::regnamespace
            UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal""").fetchall()
    known = {*CHECKS, *UNIQUE, *AT_ONCE, *AT_COMMIT, *TRIGGERS, "unit_never_changes", "schema_migrations_pkey"}
    assert {name for (name,) in rows} == known


FORBIDDEN = [
    "CREATE TABLE mine (a int)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE OR REPLACE FUNCTION require_zero_sum() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "ALTER TABLE events ADD COLUMN more int",
    "ALTER TABLE postings DROP CONSTRAINT posting_within_limits",
    "ALTER TABLE events DISABLE TRIGGER ALL",
    "ALTER TABLE events DISABLE TRIGGER events_never_change",
    "ALTER TABLE events OWNER TO CURRENT_USER",
    "ALTER FUNCTION refuse_change() RENAME TO allow_change",
    "DROP TRIGGER events_never_change ON events",
    "DROP TABLE events",
    "DROP FUNCTION require_zero_sum() CASCADE",
    "DROP INDEX one_ending_per_transfer",
    "SET session_replication_role = replica",
    "SET LOCAL session_replication_role = 'local'",
    "INSERT INTO schema_migrations (number, name) VALUES (99, 'x')",
    "DELETE FROM schema_migrations",
    "CREATE TRIGGER mine BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE RULE mine AS ON INSERT TO events DO INSTEAD NOTHING",
    *(f"UPDATE {table} SET book = book" for table in HISTORY),
    "UPDATE tree_nodes SET hash = hash",
    "UPDATE head_keys SET jwk = jwk",
    "UPDATE tree_heads SET root = root",
    "UPDATE statement_codes SET paid = paid",
    *(f"DELETE FROM {table}" for table in (*HISTORY, *PROOF, *STATE)),
    *(f"TRUNCATE {table} CASCADE" for table in (*HISTORY, *PROOF, *STATE)),
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_service_has_no_right_to(full, statement):
    with psycopg.connect(full.url) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement)


def test_service_does_not_become_the_owner(full):
    with psycopg.connect(full.url) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("SET ROLE ledger_owner")


def test_owner_can_not_switch_all_triggers_off_for_a_session(full):
    with psycopg.connect(full.owner_url) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("SET session_replication_role = replica")
