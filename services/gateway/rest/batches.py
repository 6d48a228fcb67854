"""Many commands about transfers in one call, and what completes without being asked."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document, Parts
from services.gateway.failures import Failure
from services.gateway.permissions import acts
from services.gateway.rest.answers import entries
from services.gateway.rest.blueprint import bp
from services.gateway.rest.members import login, must_own
from services.gateway.rest.operations import Listed, operation
from services.gateway.rest.transfers import meet, my_side, wanted
from services.gateway.rest.views import transfer_view
from services.gateway.schemas_transfers import BatchResults, FeeInForce, StandingConsent, TransferBatch
from services.gateway.scopes import ACCEPT, INITIATE, LOGIN, ScopeMissing
from services.gateway.spending import paid_by_command, settle_batch, within_day_limit

_EXAMPLE = {
    "atomic": False,
    "commands": [
        {"initiate": {"transfer": "out", "initiator": "1000000000000008", "receiver": "2000000000000006",
                      "amount": 12.5, "reference": "invoice 17"}},
        {"change": {"id": "0198f3c2-9f5e-7a31-8f6d-2b1c5d7e9a04", "action": "accept"}},
    ],
}  # fmt: skip


@bp.post("/transfers/batch")
@allow("member")
@acts("operator")
@operation(
    "Many commands at once, each judged as if it came alone",
    body=TransferBatch(),
    data=BatchResults(),
    keyed=True,
    scope=INITIATE,
    notes="One Idempotency-Key covers all of them. A token needs `transfer:accept` too when one is a `change`.",
    codes={422: ("batch.refused", "token.day_limit")},
    example=_EXAMPLE,
)
def transfer_batch(body: Document, key: str | None) -> Document:
    """Done in their order; what one has used up the next one lacks."""
    _require_scope(body)
    parts = session.parts()
    met = {one[side] for command in body["commands"] for one in command.values() for side in _sides(one)}
    names = meet(parts, *sorted(met))
    results = _batch(parts, [_told(command) for command in body["commands"]], body["atomic"], key)
    return {"results": _results(parts, results, names)}


@bp.get("/user/entities/<entity_id>/consent")
@allow("member")
@operation("What completes at once, without an answer of one's business", data=StandingConsent())
def consent(entity_id: str) -> Document:
    """The complete list of rules."""
    return {"rules": session.parts().ledger.consent(must_own(entity_id))}


@bp.put("/user/entities/<entity_id>/consent")
@allow("member")
@acts("owner")
@operation(
    "Say what completes at once: the complete list, an empty one revokes all",
    body=StandingConsent(),
    data=StandingConsent(),
    keyed=True,
    scope=LOGIN,
    codes={404: ("account.unknown",), 422: ("transfer.same_account",)},
    matched="etag",
)
def set_consent(entity_id: str, body: Document, key: str | None) -> Document:
    """Limits hold all the same."""
    return {"rules": session.parts().ledger.set_consent(must_own(entity_id), body["rules"], key=key)}


@bp.get("/fees")
@allow("member")
@operation("What transfers between members cost", data=FeeInForce(), listed=True)
def fees_in_force() -> Listed:
    """Of new proposals; those that wait keep what they were made with."""
    return Listed.whole(session.parts().ledger.fees())


def _batch(parts: Parts, commands: list[Document], atomic: bool, key: str | None) -> list[Document]:
    """Within what a token may move out in a day: all of it together, and then what was done of it."""
    amounts: list[int] = []

    def work(used: str | None) -> list[Document]:
        results = parts.ledger.batch(commands, atomic=atomic, key=used)
        settle_batch(parts, amounts, results, used)
        return results

    def amount() -> int:
        amounts[:] = [paid_by_command(parts, command) for command in commands]
        return sum(amounts)

    return within_day_limit(amount, key, work)


def _sides(one: Mapping[str, Any]) -> set[str]:
    return {"initiator", "receiver"} & one.keys()


def _require_scope(body: Document) -> None:
    """Raises ScopeMissing when a token would do in a batch what it may not do alone."""
    scopes = login().scopes
    if scopes is not None and ACCEPT not in scopes and any("change" in command for command in body["commands"]):
        raise ScopeMissing(ACCEPT)


def _told(command: Mapping[str, Any]) -> Document:
    """One command as the ledger takes it."""
    if "initiate" in command:
        return {"command": "initiate", **wanted(command["initiate"])}
    if "reverse" in command:
        return {"command": "reverse", **command["reverse"]}
    change = command["change"]
    reason = change.get("cancellation_reason")
    given = {"reason": reason} if reason and change["action"] != "accept" else {}
    return {"command": change["action"], "transfer_id": change["transfer_id"], **given}


def _results(parts: Parts, results: list[Document], names: dict[str, str]) -> list[Document]:
    done = [result["document"] for result in results if result["ok"]]
    unnamed = {transfer[side] for transfer in done for side in ("payer", "payee")} - names.keys()
    known = names | meet(parts, *sorted(unnamed))
    return [
        {"ok": True, "transfer": transfer_view(result["document"], my_side(result["document"]), known)}
        if result["ok"]
        else {"ok": False, "errors": list(_errors(result))}
        for result in results
    ]


def _errors(result: Mapping[str, Any]) -> Iterator[Document]:
    """As they would be of the command alone, for the schema `Error`."""
    failure = Failure(422, result["type"], result["detail"], result.get("errors") or {}, {})
    for entry in entries(failure):
        yield {**entry, **{name: result[name] for name in ("max_possible",) if name in result}}
