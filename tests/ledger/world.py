"""A book that tests of reading write to, in memory or in PostgreSQL, and its reader."""

from dataclasses import replace

from events.ledger import FeeRule, Leg
from services.ledger.domain import AdminTransfer, ReverseTransfer, SetFeeRules
from services.ledger.handlers import Appender
from services.ledger.questions import EntryFilter, TransferFilter
from tests.ledger.factories import (
    a_request,
    accepting,
    an_account_number,
    opening,
    paying,
)
from tests.ledger.fakes import decoded

EVERY_STATUS = ("initiated", "completed", "cancelled")
WIDE = {"max_negative": 1_000_000, "max_positive": 1_000_000}


class World:
    """A book that is written to, and its reader."""

    def __init__(self, appender: Appender, reader) -> None:
        self._appender, self.reader = appender, reader

    def do(self, *requests) -> list[dict]:
        """Have all done in one batch; their documents."""
        outcomes = decoded(self._appender.execute(requests))
        assert all(outcome.ok for outcome in outcomes), outcomes
        return [outcome.document for outcome in outcomes]

    def open(self, count=1, **limits) -> list[str]:
        numbers = sorted(an_account_number() for _ in range(count))
        self.do(*(opening(number, **(limits or WIDE)) for number in numbers))
        return numbers

    def pay(self, payer, payee, amount, description="", reference=None) -> str:
        """A transfer that is accepted at once; its id."""
        request = paying(payer, payee, amount)
        command = replace(request.command, description=description, reference=reference)
        (proposed,) = self.do(replace(request, command=command))
        self.do(accepting(proposed["transfer_id"], payee))
        return proposed["transfer_id"]

    def administer(self, *legs, description="") -> str:
        """An administrator's transfer of (account, amount) each; its id."""
        command = AdminTransfer(legs=tuple(Leg(account=a, amount=n) for a, n in legs), description=description)
        return self.do(a_request(command, admin=True))[0]["transfer_id"]

    def charge(self, *rules: FeeRule) -> None:
        self.do(a_request(SetFeeRules(rules=rules, reason="costs"), admin=True))

    @property
    def position(self) -> int:
        return self.reader.head()["position"]

    def entries(self, account, **only):
        return list(self.reader.statement(account, limit=100, only=EntryFilter(**only)).entries)

    def ids(self, account, statuses=EVERY_STATUS, limit=100, offset=0, before=None, **only) -> list[str]:
        found, _ = self.reader.transfers(
            account, statuses, limit=limit, offset=offset, before=before, only=TransferFilter(**only)
        )
        return [transfer.transfer_id for transfer in found]


def a_mixed_book(world: World) -> tuple[str, str, str, str]:
    """Transfers of all kinds of the first account; the last one gets fees."""
    mine, other, third, fees = world.open(4)
    world.pay(mine, other, 100, "Eggs and 50% milk", "INV-1")
    world.pay(other, mine, 30, "under_score")
    world.pay(third, mine, 30, "back\\slash", "inv-2")
    world.charge(FeeRule(account=fees, side="payer", fixed=3, basis_points=0))
    world.pay(mine, third, 200, "eggs again")
    first = world.administer((third, -60), (mine, 40), (other, 20), description="settling")
    world.administer((mine, -5), (fees, 5), description="a fee by hand")
    world.do(a_request(ReverseTransfer(transfer_id=first, reason="settled twice"), admin=True))
    world.administer((third, -10), (other, 4), (mine, 6), description="shared EGGS")
    world.administer((other, -4), (third, 10), (mine, -6), description="unshared")
    return mine, other, third, fees
