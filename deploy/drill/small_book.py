"""A small book for a drill without a running system, and what makes any book worth attacking: signed heads, a code."""

import hashlib
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.chassis.clock import system_clock
from services.ledger.domain import AcceptTransfer, Authority, Command, InitiateTransfer, OpenAccount, SetLimits
from services.ledger.handlers import Appender
from services.ledger.records import Request
from services.ledger.store import Writer

BOOK, UNIT = "main", "ocn-uk"
ACCOUNTS = ("1000000000000008", "2000000000000006", "3000000000000004", "4000000000000002")
TRANSFERS = 130
"""Two events each: more than the 256 whose node of the tree is kept."""
HEADS_AFTER = (40, 100)
"""Transfers after which a head is signed, besides the last."""
LIMIT = 100_000


def a_key() -> bytes:
    """A new private key for heads, PEM."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def make_small_book(url: str, sign: Callable[[], object]) -> None:
    """Accounts and transfers among them, over half a year; `sign` is called now and then. Always the same positions."""
    writer, clock = Writer(url, BOOK, unit=UNIT), _Calendar()
    commands = _Commands(Appender(writer, clock))
    for number in ACCOUNTS:
        commands.do(OpenAccount(account=number, entity_id=f"entity-{number[0]}", max_negative=LIMIT,
                                max_positive=LIMIT, standing="trading"))  # fmt: skip
    for count in range(1, TRANSFERS + 1):
        payer, payee = ACCOUNTS[count % 4], ACCOUNTS[(count + 1 + count % 3) % 4]
        amount = 500 + 37 * count % 1900
        proposal = InitiateTransfer(
            initiator=payer, counterparty=payee, direction="pay", amount=amount, description=f"delivery {count}"
        )
        known = commands.do(proposal, payer)["transfer_id"]
        commands.do(AcceptTransfer(transfer_id=str(known)), payee)
        if count in HEADS_AFTER:
            sign()
    writer.close()


def live_on(url: str, book: str, accounts: list[tuple[str, int, int]]) -> None:
    """Some more events, that no head covers yet: limits (account, max_negative, max_positive) that grow by one."""
    writer = Writer(url, book)
    commands = _Commands(Appender(writer, system_clock))
    for count, (account, max_negative, max_positive) in zip(range(4), itertools.cycle(accounts), strict=False):
        commands.do(SetLimits(account=account, max_negative=max_negative + count + 1, max_positive=max_positive,
                              reason="life goes on"))  # fmt: skip
    writer.close()


class _Calendar:
    """One day after the other."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 1, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        self._now += timedelta(hours=16)
        return self._now


class _Commands:
    """Commands as an administrator, or as a member for an account. Raises AssertionError when one is refused."""

    def __init__(self, appender: Appender) -> None:
        self._appender, self._keys = appender, itertools.count(1)

    def do(self, command: Command, account: str | None = None) -> dict[str, object]:
        accounts = frozenset({account} if account else ())
        authority = Authority(
            actor=f"user:of-{account}" if account else "admin:drill", accounts=accounts, is_admin=account is None
        )
        key = f"drill-{next(self._keys)}-{hashlib.sha256(repr(command).encode()).hexdigest()[:8]}"
        request = Request(
            command=command, authority=authority, scope="drill", key=key, fingerprint=key, correlation_id="drill"
        )
        answer: dict[str, object] = orjson.loads(self._appender.execute([request])[0])
        if not answer["ok"]:
            raise AssertionError(answer)
        document: dict[str, object] = answer["document"]  # type: ignore[assignment]
        return document
