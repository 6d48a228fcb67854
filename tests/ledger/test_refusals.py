"""docs/ledger.md tells the truth about refusals: codes, statuses, sentences, and which of several answers."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from events.ledger import ConsentRule, FeeRule, Leg
from services.ledger import api, domain
from services.ledger.decisions import Moment, decide
from services.ledger.domain import (
    AcceptTransfer,
    Account,
    AdminTransfer,
    Book,
    CancelTransfer,
    InitiateTransfer,
    LedgerError,
    RejectTransfer,
    ReverseTransfer,
    SetConsent,
    SetFeeRules,
    SetLimits,
    SetPolicy,
    Transfer,
)
from tests.architecture.source import python, rows, tree
from tests.ledger.factories import a_transfer, an_account, an_authority

MOMENT = Moment.of(datetime(2026, 1, 1, tzinfo=UTC), lambda: "fresh")
UNKNOWN = "0" * 16
A, B, C, FEES = (f"{digit}" * 16 for digit in "1234")
REFUSALS = [cls for cls in vars(domain).values() if isinstance(cls, type) and issubclass(cls, LedgerError)]
CODES = {cls.code for cls in REFUSALS if cls is not LedgerError}

ADDED_LATER = {"request.invalid", "transfer.cancelled_by_system"}
"""The edge names fields, the committer adds the transfer: `test_api` looks at both."""

CATALOGUE = {cells[0]: cells for cells in rows("docs/ledger.md") if len(cells) == 4 and cells[1].isdecimal()}
PRECEDENCE = {
    cells[0]: re.findall(r"[a-z]+\.[a-z_]+", cells[1])
    for cells in rows("docs/ledger.md")
    if len(cells) == 2 and "." in cells[1]
}


def sentences() -> set[str]:
    """Every text in the ledger's code; what varies in one is `…`."""
    found = set()
    for path in (*python("services/ledger/"), *python("services/chassis/")):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                found.add("".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values))
    return found


def test_the_catalogue_has_every_code_with_its_status():
    assert {code: int(cells[1]) for code, cells in CATALOGUE.items()} == dict(api.STATUS_OF)
    assert CATALOGUE.keys() - CODES == {"internal"}


@pytest.mark.parametrize("code", CATALOGUE)
def test_the_sentence_is_one_that_is_said(code):
    assert CATALOGUE[code][2] in sentences()


def test_every_code_of_the_rules_has_a_place_in_the_precedence():
    placed = {code for codes in PRECEDENCE.values() for code in codes}
    assert placed == CODES - {"batch.refused", "idempotency.key_reused"}


def a_book(*, fees: FeeRule | None = None, transfer: Transfer | None = None, **changes: dict) -> Book:
    """A, B, C and FEES, all with room for 1000 either way; `a`, `b`, `fee` are changes of theirs."""
    names = {"a": A, "b": B, "c": C, "fee": FEES}
    accounts: dict[str, Account] = {}
    for name, number in names.items():
        accounts[number] = an_account(**{"account": number, "max_positive": 1000} | changes.get(name, {}))
    book = Book(accounts, {}, fee_rules=(fees,) if fees else ())
    if transfer:
        book.transfers[transfer.transfer_id] = transfer
    return book


def proposal(**changes) -> Transfer:
    """From A to B, open."""
    return a_transfer(an_account(account=A), an_account(account=B), transfer_id="known", **changes)


COMPLETED = {"status": "completed", "ended_at": "2026-01-01T00:00:00.000000Z"}
FROZEN, EMPTY, FULL = {"standing": "frozen"}, {"max_negative": 0}, {"max_positive": 0}
FAIR = FeeRule(account=FEES, side="payer", fixed=1, basis_points=0)
GREEDY = FeeRule(account=FEES, side="payee", fixed=10**6, basis_points=0)
ADMIN, NOBODY = an_authority(admin=True), an_authority()


def capped(account: str) -> domain.Authority:
    """An operator who may move next to nothing."""
    return replace(an_authority(account), caps=frozenset({(account, 1)}))


def paying(initiator=A, counterparty=B, amount=100) -> InitiateTransfer:
    return InitiateTransfer(initiator=initiator, counterparty=counterparty, direction="pay", amount=amount)


def legs(*pairs: tuple[str, int]) -> AdminTransfer:
    return AdminTransfer(legs=tuple(Leg(account=account, amount=amount) for account, amount in pairs))


def consent(account: str, *parties: str, direction="pay") -> SetConsent:
    return SetConsent(account=account, rules=tuple(ConsentRule(party=each, direction=direction) for each in parties))


def fee(account: str, fixed: int = 1) -> SetFeeRules:
    return SetFeeRules(rules=(FeeRule(account=account, side="payer", fixed=fixed, basis_points=0),), reason="x")


Rung = tuple[Book, object, domain.Authority]


def of_initiate() -> Iterator[Rung]:
    full = {"a": EMPTY, "b": FULL, "fee": FULL}
    yield a_book(), paying(UNKNOWN, UNKNOWN, 0), NOBODY
    yield a_book(), paying(UNKNOWN, UNKNOWN), NOBODY
    yield a_book(a=FROZEN), paying(A, A), NOBODY
    yield a_book(a=FROZEN), paying(), NOBODY
    yield a_book(a=FROZEN, fees=GREEDY), paying(), capped(A)
    yield a_book(a=FROZEN, fees=GREEDY), paying(), an_authority(A)
    yield a_book(fee=FROZEN, fees=GREEDY), paying(), an_authority(A)
    yield a_book(**full | {"fee": FROZEN | FULL}, fees=FAIR), paying(), an_authority(A)
    yield a_book(**full, fees=FAIR), paying(), an_authority(A)
    yield a_book(b=FULL, fee=FULL, fees=FAIR), paying(), an_authority(A)
    yield a_book(fee=FULL, fees=FAIR), paying(), an_authority(A)


def of_accept() -> Iterator[Rung]:
    command = AcceptTransfer(transfer_id="known")
    yield a_book(transfer=proposal(**COMPLETED)), command, an_authority(C)
    yield a_book(transfer=proposal(**COMPLETED)), command, an_authority(A)
    yield a_book(transfer=proposal(**COMPLETED), b=FROZEN), command, an_authority(B)
    yield a_book(transfer=proposal(), b=FROZEN), command, capped(B)
    yield a_book(transfer=proposal(), b=FROZEN), command, an_authority(B)


def of_reject() -> Iterator[Rung]:
    command = RejectTransfer(transfer_id="known")
    for account in (C, A, B):
        yield a_book(transfer=proposal(**COMPLETED)), command, an_authority(account)


def of_cancel() -> Iterator[Rung]:
    command = CancelTransfer(transfer_id="known")
    for account in (C, B, A):
        yield a_book(transfer=proposal(**COMPLETED)), command, an_authority(account)


def of_payees_reverse() -> Iterator[Rung]:
    command, done = ReverseTransfer(transfer_id="known", reason="x"), proposal(**COMPLETED)
    stopped = {"a": FROZEN | FULL, "b": EMPTY}
    yield a_book(transfer=proposal(reversed_by="other"), **stopped), command, an_authority(C)
    yield a_book(transfer=proposal(reversed_by="other"), **stopped), command, an_authority(A)
    yield a_book(transfer=proposal(reversed_by="other"), **stopped), command, an_authority(B)
    yield a_book(transfer=replace(done, reversed_by="other"), **stopped), command, an_authority(B)
    yield a_book(transfer=done, **stopped), command, capped(B)
    yield a_book(transfer=done, **stopped), command, an_authority(B)
    yield a_book(transfer=done, a=FULL, b=EMPTY), command, an_authority(B)
    yield a_book(transfer=done, a=FULL), command, an_authority(B)


def of_administrators_reverse() -> Iterator[Rung]:
    command, done = ReverseTransfer(transfer_id="known", reason="x"), proposal(**COMPLETED)
    stopped = {"a": {"standing": "closed"} | FULL, "b": EMPTY}
    reversal = {"kind": "reversal", "reversed_by": "other"}
    yield a_book(**stopped), command, ADMIN
    yield a_book(transfer=proposal(**reversal), **stopped), command, ADMIN
    yield a_book(transfer=replace(done, **reversal), **stopped), command, ADMIN
    yield a_book(transfer=replace(done, reversed_by="other"), **stopped), command, ADMIN
    yield a_book(transfer=done, **stopped), command, ADMIN
    yield a_book(transfer=done, a=FROZEN | FULL, b=EMPTY), command, ADMIN


def of_admin_transfer() -> Iterator[Rung]:
    yield a_book(), legs((UNKNOWN, -1), (UNKNOWN, 2)), NOBODY
    yield a_book(), legs((UNKNOWN, -1), (UNKNOWN, 1)), NOBODY
    yield a_book(a=FROZEN), legs((A, -1), (A, 1)), NOBODY
    yield a_book(a=FROZEN | EMPTY), legs((A, -1), (B, 1)), NOBODY
    yield a_book(a=FROZEN | EMPTY), legs((A, -1), (B, 1)), ADMIN
    yield a_book(a=EMPTY), legs((A, -1), (B, 1)), ADMIN


def of_set_limits() -> Iterator[Rung]:
    yield a_book(), SetLimits(account=UNKNOWN, max_negative=-1, reason=""), NOBODY
    yield a_book(), SetLimits(account=UNKNOWN, max_negative=1, reason=""), NOBODY
    yield a_book(), SetLimits(account=A, max_negative=1, reason=""), NOBODY


def of_set_consent() -> Iterator[Rung]:
    yield a_book(), consent(UNKNOWN, "any", direction="request"), NOBODY
    yield a_book(), consent(A, UNKNOWN, A), NOBODY
    yield a_book(), consent(A, A), NOBODY
    yield a_book(), consent(A, B), NOBODY


def of_set_fees() -> Iterator[Rung]:
    yield a_book(), fee(UNKNOWN, 0), NOBODY
    yield a_book(), fee(UNKNOWN), NOBODY
    yield a_book(fee=FROZEN), fee(FEES), NOBODY
    yield a_book(fee=FROZEN), fee(FEES), ADMIN


def of_set_policy() -> Iterator[Rung]:
    yield a_book(), SetPolicy(reason="x", reminder_days=31), NOBODY
    yield a_book(), SetPolicy(reason="x", reminder_days=3), NOBODY


LADDERS: dict[str, Callable[[], Iterator[Rung]]] = {
    "propose": of_initiate,
    "accept": of_accept,
    "reject": of_reject,
    "cancel": of_cancel,
    "reverse, by the payee": of_payees_reverse,
    "reverse, by an administrator": of_administrators_reverse,
    "administrator's transfer": of_admin_transfer,
    "set limits": of_set_limits,
    "set consent": of_set_consent,
    "set fees": of_set_fees,
    "set policy": of_set_policy,
}
"""Situations in which more and more is in order, while everything later in the precedence is not."""


def refusal_of(book: Book, command, authority: domain.Authority) -> LedgerError:
    try:
        refusal = decide(book, command, authority, MOMENT).refusal
    except LedgerError as error:
        refusal = error
    assert refusal is not None, command
    return refusal


def test_every_command_has_its_precedence():
    assert PRECEDENCE.keys() == LADDERS.keys()


@pytest.mark.parametrize("command", LADDERS)
def test_the_first_that_applies_answers(command):
    assert [refusal_of(*rung).code for rung in LADDERS[command]()] == PRECEDENCE[command]


def test_extra_members_are_those_of_the_catalogue():
    """Of every refusal on the ladders: the codes that have some are shown with them."""
    told = {code: set(re.findall(r"[a-z_]+", cells[3].partition(":")[0])) for code, cells in CATALOGUE.items()}
    seen: dict[str, set[str]] = {}
    for refusal in (refusal_of(*rung) for ladder in LADDERS.values() for rung in ladder()):
        errors = {"errors"} if refusal.errors else set()
        seen.setdefault(refusal.code, set()).update(refusal.extra.keys() | errors)
    words = {"for", "administrators"}
    assert {code: told[code] - words for code in seen if code not in ADDED_LATER} == {
        code: extra for code, extra in seen.items() if code not in ADDED_LATER
    }
