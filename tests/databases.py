"""Fresh PostgreSQL databases for tests, with the two roles that the ledger knows."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import conninfo, errors, sql

OWNER, SERVICE = "ledger_owner", "ledger"


@dataclass(frozen=True, slots=True)
class Database:
    """A database of one test: `owner_url` acts as `ledger_owner` (migrates), `url` as `ledger` (runs)."""

    name: str
    admin_url: str
    owner_url: str
    url: str


@contextmanager
def fresh_database(admin_url: str) -> Iterator[Database]:
    """A new empty database that belongs to `ledger_owner`; dropped afterwards."""
    name = f"test_{secrets.token_hex(6)}"
    # Roles belong to the whole server, which may be shared with a run that gave them other passwords:
    # so each database has logins of its own, which act as the two.
    logins = {f"{name}_owner": OWNER, f"{name}_service": SERVICE}
    with psycopg.connect(admin_url, autocommit=True) as admin:
        for login, role in logins.items():
            _ensure_role(admin, role)
            _make_login(admin, login, role)
        admin.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(OWNER)))
    owner, service = logins
    try:
        yield Database(name, _url(admin_url, name), _url(admin_url, name, owner), _url(admin_url, name, service))
    finally:
        _drop(admin_url, name, list(logins))


def _ensure_role(admin: psycopg.Connection, role: str) -> None:
    try:
        admin.execute(sql.SQL("create role {}").format(sql.Identifier(role)))
    except (errors.DuplicateObject, errors.UniqueViolation):
        return  # another run made it, perhaps at this very moment


def _make_login(admin: psycopg.Connection, login: str, role: str) -> None:
    names = {"login": sql.Identifier(login), "role": sql.Identifier(role), "password": sql.Literal(login)}
    admin.execute(sql.SQL("create role {login} login password {password} in role {role}").format(**names))
    admin.execute(sql.SQL("alter role {login} set role = {role}").format(**names))


def _drop(admin_url: str, name: str, logins: list[str]) -> None:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        for login in logins:
            admin.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(login)))


def _url(admin_url: str, database: str, login: str | None = None) -> str:
    known = {"port": "5432", "password": ""} | conninfo.conninfo_to_dict(admin_url)
    user, password = (login, login) if login else (known["user"], known["password"])
    return f"postgresql://{user}:{password}@{known['host']}:{known['port']}/{database}"
