"""The rules, one by one: each command against accounts and transfers in every state."""

from datetime import UTC, datetime

import pytest

from events.ledger import AccountLimitsChanged, AccountStandingChanged, TransferCancelled, TransferCompleted
from services.ledger.decisions import Moment, decide
from services.ledger.domain import (
    MAX_AMOUNT,
    AcceptTransfer,
    AccountNotTrading,
    Book,
    CancelledBySystem,
    CancelTransfer,
    CounterpartyLimit,
    InitiateTransfer,
    LimitExceeded,
    MalformedCommand,
    NotAuthorised,
    OpenAccount,
    RejectTransfer,
    SameAccount,
    SetLimits,
    SetStanding,
    TransferAlreadyClosed,
    TransferNotYours,
    UnknownAccount,
    UnknownTransfer,
    apply,
    clean_text,
)
from tests.ledger.factories import a_transfer, an_account, an_authority

NOW = "2026-02-01T00:00:00.000000Z"
MOMENT = Moment.of(datetime(2026, 2, 1, tzinfo=UTC), lambda: "fresh")
NOBODY = an_authority()
ADMIN = an_authority(admin=True)


def a_book(*accounts, transfers=()) -> Book:
    return Book({account.account: account for account in accounts}, {t.transfer_id: t for t in transfers})


def propose(book: Book, initiator, counterparty, amount=100, direction="pay", authority=None):
    command = InitiateTransfer(
        initiator=initiator.account, counterparty=counterparty.account, direction=direction, amount=amount
    )
    return decide(book, command, authority or an_authority(initiator.account), MOMENT)


@pytest.mark.parametrize(("direction", "payer_first"), [("pay", True), ("request", False)])
def test_proposal_has_legs_that_sum_to_zero(direction, payer_first):
    one, other = an_account(), an_account()
    (event,) = propose(a_book(one, other), one, other, 70, direction).events
    payer, payee = (one, other) if payer_first else (other, one)
    assert (event.initiator, event.payer, event.payee) == (one.account, payer.account, payee.account)
    assert {(leg.account, leg.amount) for leg in event.legs} == {(payer.account, -70), (payee.account, 70)}
    assert event.transfer_id == "fresh"


@pytest.mark.parametrize("amount", [0, -1, MAX_AMOUNT + 1])
def test_proposal_of_an_impossible_amount_is_malformed(amount):
    one, other = an_account(), an_account()
    with pytest.raises(MalformedCommand):
        propose(a_book(one, other), one, other, amount)


def test_codes_of_a_proposal_come_in_the_documented_order():
    """Everything is wrong at first; each repair shows the next reason."""
    known = {"max_negative": 0, "max_positive": 0}
    one, other = an_account(standing="frozen", **known), an_account(standing="frozen", **known)
    stranger = an_authority("0" * 16)
    with pytest.raises(MalformedCommand):
        propose(a_book(), one, one, 0, authority=stranger)
    with pytest.raises(UnknownAccount):
        propose(a_book(), one, one, authority=stranger)
    with pytest.raises(SameAccount):
        propose(a_book(one), one, one, authority=stranger)
    with pytest.raises(UnknownAccount):
        propose(a_book(one), one, other, authority=stranger)
    with pytest.raises(NotAuthorised):
        propose(a_book(one, other), one, other, authority=stranger)
    with pytest.raises(AccountNotTrading) as refused:
        propose(a_book(one, other), one, other)
    assert refused.value.errors.keys() == {"initiator", "counterparty"}
    one = an_account(**known)
    with pytest.raises(AccountNotTrading) as refused:
        propose(a_book(one, other), one, other)
    assert refused.value.errors.keys() == {"counterparty"}
    other = an_account(**known)
    with pytest.raises(LimitExceeded):
        propose(a_book(one, other), one, other)
    one = an_account(max_negative=100)
    with pytest.raises(CounterpartyLimit):
        propose(a_book(one, other), one, other)


@pytest.mark.parametrize(
    ("balance", "max_negative", "amount", "allowed"),
    [
        (0, 100, 100, True),
        (0, 100, 101, False),
        (-50, 100, 50, True),
        (-50, 100, 51, False),
        (30, 0, 30, True),
        (30, 0, 31, False),
        # Below its limit already (the limit was lowered): any payment leads further away.
        (-200, 100, 1, False),
        # Above its upper limit: paying leads back.
        (9000, 100, 9100, True),
        (9000, 100, 9101, False),
    ],
)
def test_payer_stays_above_the_lower_limit(balance, max_negative, amount, allowed):
    payer = an_account(balance=balance, max_negative=max_negative)
    payee = an_account(max_positive=10**6)
    if allowed:
        assert propose(a_book(payer, payee), payer, payee, amount).events
    else:
        with pytest.raises(LimitExceeded) as refused:
            propose(a_book(payer, payee), payer, payee, amount)
        assert refused.value.extra == {"max_possible": max(0, balance + max_negative)}


@pytest.mark.parametrize(
    ("balance", "max_positive", "amount", "allowed"),
    [
        (0, 100, 100, True),
        (0, 100, 101, False),
        (150, 100, 1, False),
        # Below its lower limit: receiving leads back.
        (-5000, 100, 5100, True),
        (-5000, 100, 5101, False),
    ],
)
def test_payee_stays_below_the_upper_limit(balance, max_positive, amount, allowed):
    payee = an_account(balance=balance, max_positive=max_positive)
    payer = an_account(max_negative=10**6)
    if allowed:
        assert propose(a_book(payer, payee), payee, payer, amount, "request").events
    else:
        with pytest.raises(LimitExceeded) as refused:
            propose(a_book(payer, payee), payee, payer, amount, "request")
        assert refused.value.extra == {"max_possible": max(0, max_positive - balance)}
        with pytest.raises(CounterpartyLimit) as refused:
            propose(a_book(payer, payee), payer, payee, amount)
        assert refused.value.extra == {}


def two_and_a_transfer(**changes):
    payer, payee = an_account(), an_account()
    transfer = a_transfer(payer, payee, **changes)
    return payer, payee, transfer, a_book(payer, payee, transfers=[transfer])


def test_acceptance_moves_the_amount():
    payer, payee, transfer, book = two_and_a_transfer(amount=300)
    decision = decide(
        book, AcceptTransfer(transfer_id=transfer.transfer_id), an_authority(payee.account), MOMENT
    )  # fmt: skip
    (event,) = decision.events
    assert isinstance(event, TransferCompleted)
    assert [(e.account, e.amount, e.balance) for e in event.entries] == [
        (payer.account, -300, -300),
        (payee.account, 300, 300),
    ]
    assert (event.accepted_by, event.effective_at, decision.refusal) == (payee.account, NOW, None)


STEPS = {"accept": AcceptTransfer, "reject": RejectTransfer, "cancel": CancelTransfer}


@pytest.mark.parametrize("step", STEPS)
def test_steps_are_hidden_from_those_who_are_no_party(step):
    _, _, transfer, book = two_and_a_transfer()
    for known in (transfer.transfer_id, "unknown"):
        with pytest.raises(UnknownTransfer):
            decide(book, STEPS[step](transfer_id=known), an_authority(an_account().account), MOMENT)


@pytest.mark.parametrize(
    ("step", "side", "refusal"),
    [
        ("accept", "initiator", TransferNotYours),
        ("reject", "initiator", TransferNotYours),
        ("cancel", "counterparty", TransferNotYours),
        ("accept", "counterparty", None),
        ("reject", "counterparty", None),
        ("cancel", "initiator", None),
    ],
)
@pytest.mark.parametrize("direction", ["pay", "request"])
def test_each_side_has_its_own_steps(step, side, refusal, direction):
    payer, payee = an_account(), an_account()
    initiator = payer if direction == "pay" else payee
    transfer = a_transfer(payer, payee, direction=direction, initiator=initiator.account)
    book = a_book(payer, payee, transfers=[transfer])
    authority = an_authority(getattr(transfer, side))
    command = STEPS[step](transfer_id=transfer.transfer_id)
    if refusal is None:
        assert len(decide(book, command, authority, MOMENT).events) == 1
    else:
        with pytest.raises(refusal):
            decide(book, command, authority, MOMENT)


@pytest.mark.parametrize("status", ["completed", "cancelled"])
@pytest.mark.parametrize("step", STEPS)
def test_nothing_happens_to_a_closed_transfer(step, status):
    payer, payee, transfer, book = two_and_a_transfer(status=status)
    both = an_authority(payer.account, payee.account)
    with pytest.raises(TransferAlreadyClosed) as refused:
        decide(book, STEPS[step](transfer_id=transfer.transfer_id), both, MOMENT)
    assert refused.value.extra == {"transfer_status": status}


def test_wrong_side_is_told_before_closed():
    payer, _, transfer, book = two_and_a_transfer(status="completed")
    with pytest.raises(TransferNotYours):
        decide(book, AcceptTransfer(transfer_id=transfer.transfer_id), an_authority(payer.account), MOMENT)


@pytest.mark.parametrize(
    ("payer", "payee", "code"),
    [
        ({"max_negative": 99}, {}, "limit_exceeded"),
        ({}, {"max_positive": 99}, "limit_exceeded"),
        ({"standing": "frozen"}, {}, "account_not_trading"),
        ({}, {"standing": "closed"}, "account_not_trading"),
        ({"max_negative": 0, "standing": "frozen"}, {}, "account_not_trading"),
    ],
)
def test_acceptance_that_is_no_longer_possible_ends_the_transfer(payer, payee, code):
    payer, payee = an_account(**payer), an_account(**payee)
    transfer = a_transfer(payer, payee, amount=100)
    book = a_book(payer, payee, transfers=[transfer])
    command = AcceptTransfer(transfer_id=transfer.transfer_id)
    decision = decide(book, command, an_authority(payee.account), MOMENT)
    (event,) = decision.events
    assert isinstance(event, TransferCancelled)
    assert (event.kind, event.code, event.by) == ("system", code, None)
    assert isinstance(decision.refusal, CancelledBySystem)
    assert event.reason in str(decision.refusal)


@pytest.mark.parametrize(
    ("command", "by", "kind", "code"),
    [
        (RejectTransfer, "counterparty", "rejected", "declined"),
        (CancelTransfer, "initiator", "cancelled", "withdrawn"),
        (CancelTransfer, None, "cancelled", "cancelled_by_administrator"),
    ],
)
def test_ending_says_who_and_why(command, by, kind, code):
    _, _, transfer, book = two_and_a_transfer()
    authority = an_authority(getattr(transfer, by)) if by else ADMIN
    (event,) = decide(book, command(transfer_id=transfer.transfer_id, reason="sorry"), authority, MOMENT).events
    expected = getattr(transfer, by) if by else None
    assert (event.kind, event.code, event.reason, event.by) == (kind, code, "sorry", expected)


def test_limits_change_one_at_a_time():
    account = an_account(max_negative=10, max_positive=20)
    (event,) = decide(
        a_book(account), SetLimits(account=account.account, reason="r", max_negative=5), ADMIN, MOMENT
    ).events  # fmt: skip
    assert isinstance(event, AccountLimitsChanged)
    assert (event.max_negative, event.max_positive) == (5, 20)
    assert (event.previous.max_negative, event.previous.max_positive) == (10, 20)


@pytest.mark.parametrize("limits", [{"max_negative": -1}, {"max_positive": -1}, {"max_positive": MAX_AMOUNT + 1}])
def test_impossible_limits_are_malformed(limits):
    account = an_account()
    with pytest.raises(MalformedCommand):
        decide(a_book(account), SetLimits(account=account.account, reason="", **limits), ADMIN, MOMENT)


def test_limits_that_stay_the_same_are_no_event():
    account = an_account()
    command = SetLimits(account=account.account, reason="", max_negative=account.max_negative)
    assert decide(a_book(account), command, ADMIN, MOMENT).events == ()


def test_only_administrators_set_limits():
    account = an_account()
    command = SetLimits(account=account.account, reason="", max_negative=1)
    with pytest.raises(NotAuthorised):
        decide(a_book(account), command, an_authority(account.account), MOMENT)


def test_opening_twice_is_no_event():
    account = an_account()
    command = OpenAccount(
        account=account.account, entity_id="e", max_negative=0, max_positive=1, standing="frozen"
    )  # fmt: skip
    assert decide(a_book(account), command, NOBODY, MOMENT).events == ()
    assert len(decide(a_book(), command, NOBODY, MOMENT).events) == 1


@pytest.mark.parametrize("standing", ["frozen", "closed"])
def test_losing_the_standing_ends_what_is_pending_oldest_first(standing):
    one, other, third = an_account(), an_account(), an_account()
    mine = [
        a_transfer(one, other, initiated_position=9),
        a_transfer(third, one, initiated_position=7),
        a_transfer(one, third, status="completed"),
        a_transfer(other, third),
    ]
    book = a_book(one, other, third, transfers=mine)
    events = decide(book, SetStanding(account=one.account, standing=standing, reason="why"), NOBODY, MOMENT).events
    assert isinstance(events[0], AccountStandingChanged)
    assert (events[0].standing, events[0].previous, events[0].reason) == (standing, "trading", "why")
    assert [event.transfer_id for event in events[1:]] == [mine[1].transfer_id, mine[0].transfer_id]
    assert {(event.kind, event.code) for event in events[1:]} == {("system", "account_not_trading")}


def test_account_with_a_balance_is_frozen_instead_of_closed():
    account = an_account(balance=1)
    command = SetStanding(account=account.account, standing="closed", reason="gone.")
    (event,) = decide(a_book(account), command, NOBODY, MOMENT).events
    assert (event.standing, event.reason) == ("frozen", "gone. (not closed: its balance is not zero)")


def test_same_standing_is_no_event():
    account = an_account()
    command = SetStanding(account=account.account, standing="trading", reason="")
    assert decide(a_book(account), command, NOBODY, MOMENT).events == ()


def test_deciding_changes_nothing():
    payer, payee, transfer, book = two_and_a_transfer()
    before = (dict(book.accounts), dict(book.transfers))
    decide(book, AcceptTransfer(transfer_id=transfer.transfer_id), an_authority(payee.account), MOMENT)
    decide(book, SetStanding(account=payer.account, standing="frozen", reason=""), NOBODY, MOMENT)
    assert (book.accounts, book.transfers) == before


def test_applying_a_completion_moves_balances_and_ends_the_transfer():
    payer, payee, transfer, book = two_and_a_transfer(amount=5)
    (event,) = decide(
        book, AcceptTransfer(transfer_id=transfer.transfer_id), an_authority(payee.account), MOMENT
    ).events  # fmt: skip
    apply(book, event, position=12, time=NOW)
    assert (book.accounts[payer.account].balance, book.accounts[payee.account].balance) == (-5, 5)
    assert book.accounts[payer.account].version == 12
    ended = book.transfers[transfer.transfer_id]
    assert (ended.status, ended.ended_at, ended.version) == ("completed", NOW, 12)


@pytest.mark.parametrize(
    ("balance", "can_pay", "can_receive"), [(0, 10, 20), (-10, 0, 30), (-11, 0, 31), (20, 30, 0), (25, 35, 0)]
)
def test_headroom_is_never_negative(balance, can_pay, can_receive):
    account = an_account(balance=balance, max_negative=10, max_positive=20)
    assert (account.can_pay, account.can_receive) == (can_pay, can_receive)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  eggs ", "eggs"),
        ("e\N{COMBINING ACUTE ACCENT}", "é"),
        ("x" * 500, "x" * 500),
        # 501 code points that are 500 after NFC.
        ("e\N{COMBINING ACUTE ACCENT}" + "x" * 499, "é" + "x" * 499),
        ("naïve 日本語 🥚", "naïve 日本語 🥚"),
    ],
)
def test_text_is_normalised(text, cleaned):
    assert clean_text(text) == cleaned


@pytest.mark.parametrize("text", ["x" * 501, "a\nb", "a\0b", "a\x1bb", "a\x85b", "\ud800"])
def test_text_that_is_too_long_or_has_control_characters_is_refused(text):
    with pytest.raises(ValueError):
        clean_text(text)


def test_lines_are_allowed_where_asked():
    assert clean_text("a\r\nb\n", lines=True) == "a\nb"
    with pytest.raises(ValueError):
        clean_text("a\tb", lines=True)
