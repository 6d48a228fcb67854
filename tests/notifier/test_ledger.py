"""The ledger's own decisions as the notifier hears of them: the right ones are told, and none is asked in vain."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from events.ledger import ConsentRule, FeeRule, Leg
from services.ledger.decisions import Moment, decide
from services.ledger.domain import (
    AcceptTransfer,
    AdminTransfer,
    Authority,
    Book,
    ExpireTransfer,
    InitiateTransfer,
    RemindOfTransfer,
    ReverseTransfer,
)
from services.ledger.domain.folding import apply
from services.notifier.handlers import Policy, effects_of
from services.notifier.knowledge import transfer_of
from tests.eventlog import EventLog
from tests.ledger.factories import an_account
from tests.notifier.given import NothingStored

FARM, BAKERY, OFFICE = "1000000000000008", "2000000000000006", "3000000000000004"
ADMIN = Authority(actor="admin:a", is_admin=True)
FEES = (FeeRule(account=OFFICE, side="payer", fixed=10, basis_points=0),)


class Network(NothingStored):
    """A book of three accounts, and what the notifier would write of its events, each taken alone or all in one run."""

    def __init__(self) -> None:
        accounts = [an_account(account=number, max_negative=50_000) for number in (FARM, BAKERY, OFFICE)]
        self.book = Book(accounts={account.account: account for account in accounts})
        self.log = EventLog("ledger.events", "main")
        self.known = {}
        self._numbers = itertools.count(1)
        self.now = datetime.now(UTC)

    def decide(self, command, authority: Authority, *, later: timedelta = timedelta(0)):
        """The events of `command`, applied."""
        moment = Moment.of(self.now + later, lambda: f"t-{next(self._numbers)}")
        events = decide(self.book, command, authority, moment).events
        for event in events:
            apply(self.book, event, position=next(self._numbers), time=moment.now)
        return events

    def told(self, events) -> list[tuple[str, str]]:
        """Kind and account of each message that stays."""
        run = [(self.log.tell(event).envelope, event) for event in events]
        policy = Policy(max_age=timedelta(days=2), signup_notifications=False)
        made = effects_of(run, self, policy, now=self.now)
        self.known |= {begun.transfer_id: begun for _, event in run if (begun := transfer_of(event))}
        return sorted((message.kind, message.recipient.removeprefix("account:")) for message in made.messages)

    def transfers(self, ids):
        return {each: self.known[each] for each in ids if each in self.known}


@pytest.fixture
def network() -> Network:
    return Network()


def acting_for(*accounts: str) -> Authority:
    return Authority(actor="user:u", accounts=frozenset(accounts))


def propose(**changes) -> InitiateTransfer:
    return InitiateTransfer(
        **{"initiator": FARM, "counterparty": BAKERY, "direction": "pay", "amount": 2500, **changes}
    )


def test_a_proposal_asks_is_reminded_of_and_expires(network: Network):
    (proposed,) = network.decide(propose(), acting_for(FARM))
    assert network.told([proposed]) == [("transfer_initiated", BAKERY)]
    assert network.told(network.decide(RemindOfTransfer(transfer_id=proposed.transfer_id), ADMIN)) == [
        ("transfer_expiring", BAKERY)
    ]
    ended = network.decide(ExpireTransfer(transfer_id=proposed.transfer_id), ADMIN, later=timedelta(days=31))
    assert network.told(ended) == [("transfer_cancelled_by_system", FARM), ("transfer_cancelled_by_system", BAKERY)]


@pytest.mark.parametrize("direction", ["pay", "request"])
def test_a_consent_is_told_to_whose_it_is_and_nobody_is_asked(network: Network, direction):
    bakery = network.book.accounts[BAKERY]
    rule = ConsentRule(party=FARM, direction=direction, max_amount=2500)
    network.book.accounts[BAKERY] = an_account(account=BAKERY, max_negative=bakery.max_negative, consent=(rule,))
    proposed, completed = network.decide(propose(direction=direction), acting_for(FARM))
    assert network.told([proposed, completed]) == [("transfer_by_consent", BAKERY)]


def test_an_acceptance_is_told_whatever_it_costs_and_who_gets_the_fee_hears_nothing(network: Network):
    network.book.fee_rules = FEES
    (proposed,) = network.decide(propose(), acting_for(FARM))
    accepted = network.decide(AcceptTransfer(transfer_id=proposed.transfer_id), acting_for(BAKERY))
    assert len(accepted[0].entries) == 3
    assert network.told([proposed, *accepted]) == [
        ("transfer_accepted", FARM),
        ("transfer_initiated", BAKERY),
        ("transfer_receipt", BAKERY),
    ]
    back = network.decide(ReverseTransfer(transfer_id=proposed.transfer_id, reason="Twice"), ADMIN)
    assert network.told(back) == [("transfer_reversed", FARM), ("transfer_reversed", BAKERY)]


def test_an_administrators_transfer_and_its_reversal_are_told_to_all(network: Network):
    legs = tuple(
        Leg(account=account, amount=amount) for account, amount in ((FARM, -500), (BAKERY, 200), (OFFICE, 300))
    )
    made = network.decide(AdminTransfer(legs=legs), ADMIN)
    everybody = [FARM, BAKERY, OFFICE]
    assert network.told(made) == [("transfer_by_admin", account) for account in everybody]
    back = network.decide(ReverseTransfer(transfer_id=made[0].transfer_id, reason="Wrong"), ADMIN)
    assert network.told(back) == [("transfer_reversed", account) for account in everybody]


def test_what_a_business_gives_back_is_told_to_both(network: Network):
    (proposed,) = network.decide(propose(), acting_for(FARM))
    accepted = network.decide(AcceptTransfer(transfer_id=proposed.transfer_id), acting_for(BAKERY))
    network.told([proposed, *accepted])
    back = network.decide(ReverseTransfer(transfer_id=proposed.transfer_id, reason="Sorry"), acting_for(BAKERY))
    assert back[0].initiator == BAKERY
    assert network.told(back) == [("transfer_reversed", FARM), ("transfer_reversed", BAKERY)]


def test_an_account_that_closes_itself_says_nothing(network: Network):
    farm = an_account(account=FARM, balance=500, standing="frozen", closing=True)
    network.book.accounts[FARM] = farm
    legs = (Leg(account=FARM, amount=-500), Leg(account=OFFICE, amount=500))
    made = network.decide(AdminTransfer(legs=legs, settle=True), ADMIN)
    assert made[-1].standing == "closed"
    assert network.told(made[2:]) == []


def test_what_is_asked_says_until_when_and_what_is_not_has_no_end(network: Network):
    """What the mail's minute of waiting rests on."""
    (proposed,) = network.decide(propose(), acting_for(FARM))
    at_once = network.decide(AdminTransfer(legs=(Leg(account=FARM, amount=-1), Leg(account=OFFICE, amount=1))), ADMIN)
    assert proposed.expires_at is not None
    assert at_once[0].expires_at is None
    assert [type(event).__name__ for event in at_once] == ["TransferInitiated", "TransferCompleted"]
