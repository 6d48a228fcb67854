"""Carries out the plan through the REST API: each step as the member or the administrator whose step it is.

Every call bears an idempotency key that depends on the step alone, so a start after a crash goes through
the same steps again and only those that are missing have an effect.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from deploy.demo.api import Api, Refused
from deploy.demo.businesses import Business
from deploy.demo.plan import waves
from deploy.demo.steps import Apply, Decide, End, Propose, SetLimits, SignUp, Step, key_of
from deploy.demo.timekeeping import Clock

ADMIN = ("admin1@dev.null", "password")
AUDITOR = ("auditor1@dev.null", "password")
PASSWORD = "Demo-pass-1"  # noqa: S105 -- printed for everyone to use, in development alone
_AT_ONCE = 8

Progress = Callable[[int], None]


@dataclass(slots=True)
class Member:
    """A business that has signed up, as its person uses the API."""

    token: str
    entity_id: str
    account: str


@dataclass(slots=True)
class Loader:
    """Does the steps; `surprises` are those that did not end as planned."""

    api: Api
    businesses: dict[str, Business]
    clock: Clock
    admin_token: str
    takes_coordinates: bool = False
    surprises: list[str] = field(default_factory=list)
    _members: dict[str, Member] = field(default_factory=dict)
    _transfers: dict[int, str] = field(default_factory=dict)

    def load(self, steps: Sequence[Step], progress: Progress) -> None:
        """All steps, in order; those of one wave at once. Raises Refused."""
        done = 0
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            for wave in waves(steps):
                list(pool.map(self._do, wave))
                done += len(wave)
                progress(done)

    def _do(self, step: Step) -> None:
        self.clock.reach(step.at)
        match step:
            case SignUp():
                self._members[step.slug] = self._sign_up(step)
            case Apply():
                member = self._members[step.slug]
                self.api.post(f"/user/entities/{member.entity_id}/trading-application", {}, member.token, key_of(step))
            case Decide():
                self._change(step, {"status": step.status, "reason": step.reason, **self._categories(step)})
            case SetLimits():
                self._change(step, _limits(step))
            case Propose():
                self._propose(step)
            case End():
                self._end(step)

    def _sign_up(self, step: SignUp) -> Member:
        business = self.businesses[step.slug]
        try:
            made = self.api.post("/signup", _registration(business, self.takes_coordinates), key=key_of(step))
            return Member(made["token"], made["entityID"], made["accountNumber"])
        except Refused as refusal:
            if "user.email_taken" not in refusal.codes:
                raise
        token = self.api.post("/login", {"email": business.email, "password": PASSWORD})["token"]
        own = self.api.get("/user/entities", token)[0]
        return Member(token, own["id"], own["accountNumber"])

    def _categories(self, step: Decide) -> dict[str, Any]:
        return {"categories": list(self.businesses[step.slug].categories)} if step.status == "accepted" else {}

    def _change(self, step: Decide | SetLimits, changes: dict[str, Any]) -> None:
        path = f"/admin/entities/{self._members[step.slug].entity_id}"
        self.api.patch(path, changes, self.admin_token, key_of(step))

    def _propose(self, step: Propose) -> None:
        initiator, counterparty = self._members[step.initiator], self._members[step.counterparty]
        body = {
            "transfer": step.direction,
            "initiator": initiator.account,
            "receiver": counterparty.account,
            "amount": amount_text(step.amount),
            "description": step.description,
        }
        made = self.api.post("/transfers", body, initiator.token, key_of(step))
        self._transfers[step.number] = made["id"]

    def _end(self, step: End) -> None:
        path = f"/transfers/{self._transfers[step.proposal.number]}"
        body = {"action": step.action} | ({"cancellationReason": step.reason} if step.reason else {})
        by_system = False
        try:
            self.api.patch(path, body, self._members[step.by].token, key_of(step))
        except Refused as refusal:
            by_system = "transfer.cancelled_by_system" in refusal.codes
            if not by_system:
                raise
        if by_system != (step.outcome == "cancelled by the system"):
            self.surprises.append(f"transfer {step.proposal.number} should be {step.outcome}")


def amount_text(amount: int) -> str:
    """`1250` → `12.50`: exact, for the API."""
    return f"{amount // 100}.{amount % 100:02d}"


def logins(businesses: Iterable[Business]) -> list[str]:
    """Five members to log in as, one line each."""
    trading = [business for business in businesses if business.status == "tradingAccepted"]
    return [f"{business.email}  {PASSWORD}  ({business.name}, {business.profile['city']})" for business in trading[:5]]


def _limits(step: SetLimits) -> dict[str, Any]:
    return {
        "maxNegativeBalance": amount_text(step.max_negative),
        "maxPositiveBalance": amount_text(step.max_positive),
        "reason": step.reason,
    }


def _registration(business: Business, with_coordinates: bool) -> dict[str, Any]:
    given = dict(business.profile)
    telephone = given.pop("telephone")
    if not with_coordinates:
        del given["latitude"], given["longitude"]
    return {
        **given,
        "userEmail": business.email,
        "password": PASSWORD,
        "firstName": business.first_name,
        "lastName": business.last_name,
        "userPhone": telephone,
        "entityName": business.name,
        "entityPhone": telephone,
        "showTagsMatchedSinceLastLogin": False,
        "receiveDailyMatchNotificationEmail": True,
    }
