"""Databases of the drill: made, copied and removed again, on a PostgreSQL server that is given."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import psycopg
from psycopg import conninfo, sql

from services.ledger.store import migrate


@dataclass(frozen=True, slots=True)
class Place:
    """A database: as the server's superuser, as the owner of the tables, as the service."""

    name: str
    admin_url: str
    owner_url: str
    url: str


class Places:
    """All databases of one drill, with two logins of their own. Use as a context manager: then they are gone."""

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url
        self._prefix = f"drill_{secrets.token_hex(5)}"
        self._owner, self._service = f"{self._prefix}_owner", f"{self._prefix}_service"
        self._password = secrets.token_hex(16)
        self._made: list[str] = []
        # Each removal waits for a checkpoint: the drill goes on meanwhile.
        self._remover = ThreadPoolExecutor(max_workers=1, thread_name_prefix="remove")

    def __enter__(self) -> Self:
        with self._admin() as admin:
            for login in (self._owner, self._service):
                text = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
                admin.execute(text.format(sql.Identifier(login), sql.Literal(self._password)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remover.shutdown()
        for name in list(self._made):
            self._remove(name)
        with self._admin() as admin:
            for login in (self._owner, self._service):
                admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(login)))

    def make(self) -> Place:
        """A database with the ledger's tables, empty."""
        place = self._create(sql.SQL(""))
        migrate(place.owner_url, place.url)
        return place

    def copy(self, original: Place) -> Place:
        """The same database once more; nobody may be connected to the original."""
        return self._create(sql.SQL("TEMPLATE {}").format(sql.Identifier(original.name)))

    def remove(self, name: str) -> None:
        """Soon; one of those made here. What can't be removed now is at the end."""
        self._remover.submit(self._remove, name)

    def _remove(self, name: str) -> None:
        with self._admin() as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        self._made.remove(name)

    def _create(self, template: sql.Composable) -> Place:
        name = f"{self._prefix}_{len(self._made)}_{secrets.token_hex(3)}"
        names = {"name": sql.Identifier(name), "owner": sql.Identifier(self._owner), "template": template}
        self._made.append(name)
        with self._admin() as admin:
            admin.execute(sql.SQL("CREATE DATABASE {name} OWNER {owner} {template}").format(**names))
            # Nobody else can connect while the drill works.
            admin.execute(sql.SQL("REVOKE ALL ON DATABASE {name} FROM PUBLIC").format(**names))
            admin.execute(
                sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {service}").format(
                    service=sql.Identifier(self._service), **names
                )
            )
        return Place(name, self._url(name), self._url(name, self._owner), self._url(name, self._service))

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(self._admin_url, autocommit=True)

    def _url(self, database: str, login: str | None = None) -> str:
        changes = {"dbname": database} | ({"user": login, "password": self._password} if login else {})
        known = {name: str(value) for name, value in conninfo.conninfo_to_dict(self._admin_url).items()}
        return conninfo.make_conninfo(**(known | changes))
