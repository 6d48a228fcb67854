"""One drill: a book, a copy of it for each attack, and what every check says of that copy."""

import io
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import orjson
import psycopg

from deploy.drill import checks
from deploy.drill.attacks import Attack
from deploy.drill.checks import Found
from deploy.drill.knowing import Known
from deploy.drill.places import Place, Places
from deploy.drill.small_book import a_key, live_on
from services.ledger.codes import new_code
from services.ledger.heads import HeadKey, document_of
from services.ledger.replaying import Wish, run_replay
from services.ledger.store.codes import StatementCodes
from services.ledger.store.tree import heads_before

_MOST_HEADS = 1000
_TRADING = """
SELECT account, max_negative, max_positive FROM accounts WHERE book = %s AND standing = 'trading' ORDER BY account"""
_FOLLOWED = "SELECT source, position FROM followed WHERE book = %s"

DATABASE, AUDIT, SIGNING, EXPORT = "service's login", "audit", "signing", "export"
OFFLINE, WITH_KEYS, WITH_HEADS = "mccs-audit", "mccs-audit --keys", "mccs-audit --heads"
IMPORT, CHECK_PAGE = "import", "check page"
CHECKS = (DATABASE, AUDIT, SIGNING, EXPORT, OFFLINE, WITH_KEYS, WITH_HEADS, IMPORT, CHECK_PAGE)
"""In the order in which they are made. `DATABASE` is no check of a copy: it tells who can't even do it."""


@dataclass(frozen=True, slots=True)
class Result:
    """What each check said of one attack; None: nothing."""

    attack: Attack
    said: dict[str, Found | None]

    @property
    def found_by(self) -> list[str]:
        """Who sees it afterwards. That the service's login can't do it stops no superuser."""
        return [name for name in CHECKS if name != DATABASE and self.said[name]]

    @property
    def is_found(self) -> bool:
        return bool(self.found_by)


class Drill:
    """`base` holds the book; `folder` is for files. What others keep is taken before the first attack."""

    def __init__(self, places: Places, base: Place, book: str, key: HeadKey, folder: Path) -> None:
        self._places, self._base, self._book, self._key, self._folder = places, base, book, key, folder
        self._other_key = HeadKey(a_key())
        self._empty = places.make()
        self._target: Place | None = None

    def prepare(self) -> None:
        """Sign what is there, print a statement, let others keep heads and keys, and let life go on. Raises Unsound."""
        if found := checks.audit(self._base, self._book) or checks.sign(self._base, self._book, self._key):
            raise Unsound(found)
        self._codes = [_printed_code(self._base, self._book, self._accounts()[0][0])]
        live_on(self._base.url, self._book, self._accounts())
        self._keep()

    @cached_property
    def known(self) -> Known:
        """What attackers know."""
        return Known.of(self._base.url, self._book)

    def untouched(self) -> dict[str, Found | None]:
        """What the checks say of a copy that nobody attacked: nothing at all, or they would prove nothing."""
        place = self._places.copy(self._base)
        try:
            return self._checked(place)
        finally:
            self._places.remove(place.name)

    def run(self, attack: Attack) -> Result:
        """Attack a copy, and let every check look at it."""
        place = self._places.copy(self._base)
        try:
            refused = checks.refusal(place, self.known, attack)
            self._strike(place, attack)
            return Result(attack, {DATABASE: refused, **self._checked(place)})
        finally:
            self._places.remove(place.name)

    def _strike(self, place: Place, attack: Attack) -> None:
        with psycopg.connect(place.admin_url) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute("ALTER TABLE events DROP CONSTRAINT event_hash_covers_body")
            connection.execute("ALTER TABLE postings DROP CONSTRAINT posting_within_limits")
            attack.strike(connection, self.known)
        if attack.rebuilds:
            # The attacker has our tools, too.
            run_replay(place.owner_url, self._book, "", Wish(swap=True), io.StringIO(), io.StringIO())
        if attack.signs:
            checks.sign(place, self._book, self._key if attack.signs == "the operator's key" else self._other_key)

    def _checked(self, place: Place) -> dict[str, Found | None]:
        file = self._folder / f"{place.name}.ndjson"
        said = {AUDIT: checks.audit(place, self._book), SIGNING: checks.sign(place, self._book, self._key)}
        said[EXPORT] = checks.export(place, self._book, file)
        said |= dict.fromkeys((OFFLINE, WITH_KEYS, WITH_HEADS, IMPORT))
        if file.exists():
            said |= dict(self._of_export(file))
            file.unlink()
        said[CHECK_PAGE] = checks.check_page(place, self._book, self._codes)
        return said

    def _of_export(self, file: Path) -> Iterator[tuple[str, Found | None]]:
        keys, heads = str(self._folder / "keys.json"), str(self._folder / "heads.ndjson")
        yield OFFLINE, checks.offline(file, "--book", self._book)
        yield WITH_KEYS, checks.offline(file, "--book", self._book, "--keys", keys)
        yield WITH_HEADS, checks.offline(file, "--book", self._book, "--keys", keys, "--heads", heads)
        yield IMPORT, self._import(file, Path(keys))

    def _import(self, file: Path, keys: Path) -> Found | None:
        """A refused one leaves nothing behind: then the next has the same empty database."""
        place = self._target or self._places.copy(self._empty)
        with file.open("rb") as opened:
            unit = orjson.loads(opened.readline())["unit"]
        found = checks.import_(place, self._book, unit, file, keys, self._followed)
        self._target = place if found else None
        if not found:
            self._places.remove(place.name)
        return found

    def _keep(self) -> None:
        """Heads and keys, as somebody else has them who looked in time."""
        with psycopg.connect(self._base.url, options="-c timezone=UTC") as connection:
            heads = heads_before(connection, self._book, None, _MOST_HEADS)
            jwks = {jwk for (jwk,) in connection.execute("SELECT jwk FROM head_keys")} | {self._key.jwk}
            self._followed: dict[str, int] = dict(connection.execute(_FOLLOWED, (self._book,)).fetchall())
        lines = b"".join(orjson.dumps(document_of(head)) + b"\n" for head in reversed(heads))
        (self._folder / "heads.ndjson").write_bytes(lines)
        (self._folder / "keys.json").write_bytes(orjson.dumps({"keys": [*map(orjson.loads, sorted(jwks))]}))

    def _accounts(self) -> list[tuple[str, int, int]]:
        """Number and limits of those that still trade."""
        with psycopg.connect(self._base.url) as connection:
            return connection.execute(_TRADING, (self._book,)).fetchall()


class Unsound(Exception):
    """The book that was to be attacked is damaged already."""

    def __init__(self, found: Found) -> None:
        super().__init__(f"The book is damaged before anybody attacked it: {found}")


def _printed_code(place: Place, book: str, account: str) -> str:
    def connecting() -> psycopg.Connection:
        return psycopg.connect(place.url)

    code = new_code(secrets.randbits)
    return StatementCodes(book, connecting).make(
        account, since=None, until=None, code=code, made_at=datetime.now(UTC)
    ).code  # fmt: skip
