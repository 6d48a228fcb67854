"""The ledger's database and its two roles. In production an administrator does this once by hand (deploy/README.md)."""

import psycopg
from psycopg import sql

DATABASE = "ledger"
OWNER = "ledger_owner"
SERVICE = "ledger"


def create_ledger_database(admin_url: str, *, owner_password: str, service_password: str) -> None:
    """Make what is missing: a role that owns the schema and migrates it, and one that the service runs as.

    The service's role can do nothing but connect; its grants come with the migrations. So not even a hole in the
    service lets anybody change an event. Repeatable; passwords follow the given ones.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        _ensure_role(connection, OWNER, owner_password)
        _ensure_role(connection, SERVICE, service_password)
        _ensure_database(connection)


def _ensure_role(connection: psycopg.Connection, name: str, password: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    statement = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}" if known else "CREATE ROLE {} LOGIN PASSWORD {}")
    connection.execute(statement.format(sql.Identifier(name), sql.Literal(password)))


def _ensure_database(connection: psycopg.Connection) -> None:
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
    database, owner, service = map(sql.Identifier, (DATABASE, OWNER, SERVICE))
    if not known:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, service))
