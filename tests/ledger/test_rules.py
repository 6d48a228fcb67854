"""The rules beyond paying and accepting, one by one: time, consent, several legs, giving back, closing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from events.ledger import ConsentRule, Leg, TransferCancelled, TransferCompleted, TransferExpiring
from services.ledger.decisions import Moment, decide
from services.ledger.domain import (
    AcceptTransfer,
    AccountNotTrading,
    AdminTransfer,
    Book,
    CancelledBySystem,
    ExpireTransfer,
    InitiateTransfer,
    LedgerError,
    LimitExceeded,
    MalformedCommand,
    NotAuthorised,
    RemindOfTransfer,
    ReverseTransfer,
    SameAccount,
    SetConsent,
    SetStanding,
    TransferAlreadyReversed,
    TransferNotCompleted,
    TransferNotReversible,
    TransferNotYours,
    UnknownAccount,
    instant_text,
)
from tests.ledger.factories import a_transfer, an_account, an_authority

AT = datetime(2026, 2, 1, tzinfo=UTC)
MOMENT = Moment.of(AT, lambda: "fresh")
NOBODY, ADMIN = an_authority(), an_authority(admin=True)


def a_book(*accounts, transfers=()) -> Book:
    return Book({account.account: account for account in accounts}, {t.transfer_id: t for t in transfers})


def from_now(**span: int) -> str:
    return instant_text(AT + timedelta(**span))


def proposal(one, other, **changes) -> InitiateTransfer:
    given = {"initiator": one.account, "counterparty": other.account, "direction": "pay", "amount": 100}
    return InitiateTransfer(**(given | changes))


@pytest.mark.parametrize(
    ("expires_at", "stored"),
    [
        (None, from_now(days=30)),
        (from_now(microseconds=1), from_now(microseconds=1)),
        (from_now(days=366), from_now(days=366)),
        (from_now(), None),
        (from_now(seconds=-1), None),
        (from_now(days=366, microseconds=1), None),
        ("tomorrow", None),
    ],
)
def test_proposal_expires_in_the_future_within_a_year(expires_at, stored):
    one, other = an_account(), an_account()
    command = proposal(one, other, expires_at=expires_at)
    if stored is None:
        with pytest.raises(MalformedCommand):
            decide(a_book(one, other), command, an_authority(one.account), MOMENT)
    else:
        (event,) = decide(a_book(one, other), command, an_authority(one.account), MOMENT).events
        assert event.expires_at == stored


@pytest.mark.parametrize(("expires_at", "in_time"), [(from_now(microseconds=1), True), (from_now(), False)])
def test_at_its_very_moment_a_proposal_has_expired(expires_at, in_time):
    """For who accepts, and for the clock: exactly one of the two may act."""
    one, other = an_account(), an_account()
    transfer = a_transfer(one, other, expires_at=expires_at)
    book = a_book(one, other, transfers=[transfer])
    decision = decide(
        book, AcceptTransfer(transfer_id=transfer.transfer_id), an_authority(other.account), MOMENT
    )  # fmt: skip
    expiry = ExpireTransfer(transfer_id=transfer.transfer_id)
    if in_time:
        assert isinstance(decision.events[0], TransferCompleted)
        with pytest.raises(MalformedCommand):
            decide(book, expiry, NOBODY, MOMENT)
    else:
        assert isinstance(decision.refusal, CancelledBySystem)
        for event in (*decision.events, *decide(book, expiry, NOBODY, MOMENT).events):
            assert isinstance(event, TransferCancelled)
            assert (event.kind, event.code, event.by) == ("expired", "expired", None)


def test_reminder_comes_once():
    one, other = an_account(), an_account()
    transfer = a_transfer(one, other, expires_at=from_now(days=1))
    command = RemindOfTransfer(transfer_id=transfer.transfer_id)
    (event,) = decide(a_book(one, other, transfers=[transfer]), command, NOBODY, MOMENT).events
    assert event == TransferExpiring(transfer_id=transfer.transfer_id, expires_at=from_now(days=1))
    book = a_book(one, other, transfers=[replace(transfer, reminded=True)])
    assert decide(book, command, NOBODY, MOMENT).events == ()


ANY, UP_TO = ConsentRule(party="any", direction="pay"), ConsentRule(party="any", direction="pay", max_amount=100)


@pytest.mark.parametrize(
    ("rules", "direction", "amount", "at_once"),
    [
        ((), "pay", 100, False),
        ((ANY,), "pay", 100, True),
        ((ANY,), "request", 100, False),
        ((UP_TO,), "pay", 100, True),
        ((UP_TO,), "pay", 101, False),
        ((UP_TO, ConsentRule(party="one", direction="pay", max_amount=200)), "pay", 150, True),
        ((ConsentRule(party="one", direction="request", max_amount=100),), "request", 100, True),
        ((ConsentRule(party="other", direction="pay"),), "pay", 100, False),
    ],
)
def test_consent_of_the_other_side_completes_at_once(rules, direction, amount, at_once):
    one = an_account(account="one")
    other = an_account(consent=rules)
    command = proposal(one, other, direction=direction, amount=amount)
    events = decide(a_book(one, other), command, an_authority("one"), MOMENT).events
    assert len(events) == 1 + at_once
    assert (events[0].expires_at is None) == at_once
    if at_once:
        assert (events[1].consent.account, events[1].accepted_by) == (other.account, None)
        assert events[1].consent.rule in rules


@pytest.mark.parametrize(
    ("rules", "error"),
    [
        ((ConsentRule(party="any", direction="request", max_amount=5),), MalformedCommand),
        ((ConsentRule(party="other", direction="request"),), MalformedCommand),
        ((ConsentRule(party="any", direction="pay", max_amount=0),), MalformedCommand),
        ((ANY, UP_TO), MalformedCommand),
        ((ANY,) * 101, MalformedCommand),
        ((ConsentRule(party="nobody", direction="pay"),), UnknownAccount),
        ((ConsentRule(party="one", direction="pay"),), SameAccount),
    ],
)
def test_consent_that_makes_no_sense_is_refused(rules, error):
    one, other = an_account(account="one"), an_account(account="other")
    with pytest.raises(error):
        decide(a_book(one, other), SetConsent(account="one", rules=rules), an_authority("one"), MOMENT)


def test_nobody_consents_for_others_not_even_an_administrator():
    one = an_account()
    with pytest.raises(NotAuthorised):
        decide(a_book(one), SetConsent(account=one.account, rules=(ANY,)), ADMIN, MOMENT)


def legs_of(*pairs) -> tuple[Leg, ...]:
    return tuple(Leg(account=account.account, amount=amount) for account, amount in pairs)


def test_administrator_moves_between_many_at_once():
    a, b, c = an_account(), an_account(), an_account()
    made, done = decide(
        a_book(a, b, c), AdminTransfer(legs=legs_of((a, -30), (b, 10), (c, 20))), ADMIN, MOMENT
    ).events  # fmt: skip
    assert (made.kind, made.initiator, made.payer, made.payee, made.amount) == (
        "admin", "", a.account, b.account, 30,
    )  # fmt: skip
    assert [entry.balance for entry in done.entries] == [-30, 10, 20]


def test_codes_of_an_administrators_transfer_come_in_the_documented_order():
    a, b = an_account(standing="closed", max_negative=0), an_account()
    known = a_book(a, b)
    stranger = an_account()
    for legs, authority, error in (
        (legs_of((stranger, -1)), NOBODY, MalformedCommand),
        (legs_of((stranger, -1), (b, 2)), NOBODY, MalformedCommand),
        (legs_of((stranger, 0), (b, 0)), NOBODY, MalformedCommand),
        (legs_of(*((b, 1 - 2 * (n % 2)) for n in range(22))), NOBODY, MalformedCommand),
        (legs_of((stranger, -1), (a, 2), (a, -1)), NOBODY, UnknownAccount),
        (legs_of((a, -2), (b, 3), (b, -1)), NOBODY, SameAccount),
        (legs_of((a, -1), (b, 1)), NOBODY, NotAuthorised),
        (legs_of((a, -1), (b, 1)), ADMIN, AccountNotTrading),
    ):
        with pytest.raises(error):
            decide(known, AdminTransfer(legs=legs), authority, MOMENT)
    with pytest.raises(LimitExceeded) as refused:
        decide(
            a_book(replace(a, standing="frozen"), b),
            AdminTransfer(legs=legs_of((a, -1), (b, 1)), settle=True),
            ADMIN,
            MOMENT,
        )
    assert refused.value.extra == {"account": a.account, "max_possible": 0}


@pytest.mark.parametrize(("settle", "standing", "allowed"), [
    (False, "trading", True), (False, "frozen", False), (True, "frozen", True), (True, "closed", False),
])  # fmt: skip
def test_frozen_accounts_take_part_only_to_be_settled(settle, standing, allowed):
    a, b = an_account(standing=standing), an_account()
    command = AdminTransfer(legs=legs_of((a, 5), (b, -5)), settle=settle)
    if allowed:
        assert decide(a_book(a, b), command, ADMIN, MOMENT).events
    else:
        with pytest.raises(AccountNotTrading):
            decide(a_book(a, b), command, ADMIN, MOMENT)


def test_account_that_waits_for_its_zero_closes_with_it():
    leaving, other = an_account(balance=40), an_account(balance=-40)
    book = a_book(leaving, other)
    (change,) = decide(
        book, SetStanding(account=leaving.account, standing="closed", reason="gone."), NOBODY, MOMENT
    ).events  # fmt: skip
    assert (change.standing, change.closing) == ("frozen", True)
    waiting = replace(leaving, standing="frozen", closing=True)
    part = AdminTransfer(legs=legs_of((waiting, -39), (other, 39)), settle=True)
    assert len(decide(a_book(waiting, other), part, ADMIN, MOMENT).events) == 2
    whole = AdminTransfer(legs=legs_of((waiting, -40), (other, 40)), settle=True)
    closed = decide(a_book(waiting, other), whole, ADMIN, MOMENT).events[2]
    assert (closed.account, closed.standing, closed.previous) == (leaving.account, "closed", "frozen")


def completed(payer, payee, **changes):
    return a_transfer(payer, payee, status="completed", amount=50, **changes)


@pytest.mark.parametrize(
    ("authority", "changes", "error"),
    [
        ("payer", {}, TransferNotYours),
        ("payee", {"status": "initiated"}, TransferNotCompleted),
        ("payee", {"status": "cancelled"}, TransferNotCompleted),
        ("admin", {"kind": "reversal"}, TransferNotReversible),
        ("payee", {"kind": "admin"}, TransferNotYours),
        ("payee", {"reversed_by": "another"}, TransferAlreadyReversed),
        ("payee", {}, None),
        ("admin", {}, None),
    ],
)
def test_whole_transfer_is_given_back_once_by_who_received_or_an_administrator(authority, changes, error):
    payer, payee = an_account(balance=-50), an_account(balance=50)
    transfer = replace(completed(payer, payee), **changes)
    book = a_book(payer, payee, transfers=[transfer])
    acting = {"payer": an_authority(payer.account), "payee": an_authority(payee.account), "admin": ADMIN}[authority]
    command = ReverseTransfer(transfer_id=transfer.transfer_id, reason="broken")
    if error:
        with pytest.raises(error):
            decide(book, command, acting, MOMENT)
        return
    made, done = decide(book, command, acting, MOMENT).events
    assert (made.kind, made.reverses, made.description) == ("reversal", transfer.transfer_id, "broken")
    assert (made.payer, made.payee, made.amount) == (payee.account, payer.account, 50)
    assert {(entry.account, entry.balance) for entry in done.entries} == {(payer.account, 0), (payee.account, 0)}


def test_every_refusal_has_a_code_of_its_own():
    codes = [error.code for error in LedgerError.__subclasses__()]
    assert len(set(codes)) == len(codes)
