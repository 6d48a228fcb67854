"""Webhooks: administrators have the network's, owners of a business its own. Nobody else knows that there are any."""

from flask import Response, current_app

from services.chassis.web import Problem, Unavailable, allow, answer, body, caller, follows, query
from services.notifier.api.blueprint import bp, nothing_there, the_store
from services.notifier.webhooks.desk import Desk
from services.notifier.webhooks.domain import NETWORK, OFFERED, OFFERED_TO_BUSINESSES, Webhook
from services.notifier.webhooks.guard import Forbidden
from services.notifier.webhooks.replays import MAX_POSITIONS, AlreadyReplaying
from services.notifier.webhooks.shapes import (
    SOURCES,
    Changing,
    Log,
    Making,
    Owner,
    Replaying,
    delivery_view,
    replay_view,
    replay_views,
    webhook_view,
)
from services.notifier.webhooks.store import TooManyWebhooks

_OWNER, _MAKING, _CHANGING, _LOG, _REPLAYING = Owner(), Making(), Changing(), Log(), Replaying()


@bp.get("/webhooks")
@allow("member", "admin")
def webhooks() -> Response:
    """The owner's webhooks, and the types of events that they can have."""
    owner = _owner(query(_OWNER)["entity_id"])
    found = [_view(webhook) for webhook in _desk().store.webhooks_of(owner)]
    return answer({"webhooks": found, "offered": _offered(owner)})


@bp.post("/webhooks")
@allow("member", "admin")
@follows("directory")
def make_webhook() -> Response:
    """A new webhook with its secret."""
    asked = body(_MAKING)
    owner = _owner(asked.pop("entity_id"))
    _check_types(owner, asked["types"])
    try:
        made, secret = _desk().make(owner=owner, account=_account(owner), **asked)
    except Forbidden as error:
        raise _forbidden(error) from error
    except TooManyWebhooks as error:
        raise Problem(409, "webhooks.too_many", "There are 20 webhooks already. Delete one first.") from error
    return answer(_view(made) | {"secret": secret}, 201)


@bp.get("/webhooks/<webhook_id>")
@allow("member", "admin")
def webhook(webhook_id: str) -> Response:
    """One webhook."""
    found = _own(webhook_id)
    return answer(_view(found) | {"offered": _offered(found.owner)})


@bp.patch("/webhooks/<webhook_id>")
@allow("member", "admin")
def change_webhook(webhook_id: str) -> Response:
    """Another address, other types, another description."""
    found, asked = _own(webhook_id), body(_CHANGING)
    _check_types(found.owner, asked.get("types", ()))
    try:
        changed = _desk().change(found, asked)
    except Forbidden as error:
        raise _forbidden(error) from error
    return answer(_view(changed or found))


@bp.delete("/webhooks/<webhook_id>")
@allow("member", "admin")
def delete_webhook(webhook_id: str) -> Response:
    """Gone, with its log."""
    _desk().delete(_own(webhook_id))
    return answer({})


@bp.post("/webhooks/<webhook_id>/secret")
@allow("member", "admin")
def rotate_secret(webhook_id: str) -> Response:
    """A new secret; the former one signs beside it for a day."""
    changed, secret = _desk().rotate(_own(webhook_id))
    return answer(_view(changed) | {"secret": secret})


@bp.post("/webhooks/<webhook_id>/<any(pause, resume):action>")
@allow("member", "admin")
def switch_webhook(webhook_id: str, action: str) -> Response:
    """No more deliveries, or go on with those that wait."""
    found, desk = _own(webhook_id), _desk()
    if action == "pause":
        desk.store.pause(found.webhook_id, "asked", desk.clock())
    else:
        desk.store.resume(found.webhook_id, desk.clock())
    return answer(_view(_own(webhook_id)))


@bp.post("/webhooks/<webhook_id>/test")
@allow("member", "admin")
def try_webhook(webhook_id: str) -> Response:
    """A test event on its way: what comes of it is in the log."""
    return answer({"delivery_id": _desk().try_out(_own(webhook_id))}, 202)


@bp.get("/webhooks/<webhook_id>/deliveries")
@allow("member", "admin")
def deliveries(webhook_id: str) -> Response:
    """The log, newest first."""
    asked, found = query(_LOG), _own(webhook_id)
    size = asked["page_size"]
    records, total = _desk().store.deliveries(
        found.webhook_id, asked["state"], skip=(asked["page"] - 1) * size, limit=size
    )
    return answer({"deliveries": [delivery_view(record) for record in records], "total": total})


@bp.post("/webhooks/<webhook_id>/deliveries/<delivery_id>/redelivery")
@allow("member", "admin")
def redeliver(webhook_id: str, delivery_id: str) -> Response:
    """Once more, with three days of tries."""
    if not _desk().redeliver(_own(webhook_id), delivery_id):
        raise Problem(
            409, "webhooks.nothing_to_send", "This delivery still waits, or what it said has been deleted since."
        )
    return answer({"delivery_id": delivery_id}, 202)


@bp.get("/webhooks/<webhook_id>/replays")
@allow("member", "admin")
def replays(webhook_id: str) -> Response:
    """The newest replays, and up to where each source can be replayed."""
    found = _own(webhook_id)
    heads = {name: _head(source) for name, source in SOURCES.items()}
    return answer({"replays": replay_views(_desk().replays.of(found.webhook_id)), "heads": heads})


@bp.post("/webhooks/<webhook_id>/replays")
@allow("member", "admin")
def replay(webhook_id: str) -> Response:
    """Deliver again what the webhook wants, from a position to the newest, at most 100 000 positions."""
    found, asked = _own(webhook_id), body(_REPLAYING)
    if found.state == "paused":
        raise Problem(409, "webhooks.paused", "This webhook is paused. Resume it first.")
    source, first = SOURCES[asked["source"]], asked["position"]
    last = min(_head(source), first + MAX_POSITIONS - 1)
    if first > last:
        raise Problem(422, "webhooks.position_ahead", f"The newest position is {_head(source)}.")
    try:
        begun = _desk().replays.begin(found.webhook_id, source, first, last, _desk().clock())
    except AlreadyReplaying as error:
        raise Problem(409, "webhooks.replaying", "Another replay of this webhook is still running.") from error
    return answer(replay_view(begun), 202)


def webhooks_of(entity_id: str) -> list[dict[str, object]]:
    """A business's webhooks for who may know everything about it; none where there are none at all."""
    desk: Desk | None = current_app.extensions["desk"]
    return [webhook_view(each, desk.clock()) for each in desk.store.webhooks_of(f"entity:{entity_id}")] if desk else []


def _desk() -> Desk:
    desk: Desk | None = current_app.extensions["desk"]
    if desk is None:
        raise Unavailable("webhooks.off", "This network has no webhooks: its operator has set no key for them.", 3600)
    return desk


def _own(webhook_id: str) -> Webhook:
    found = _desk().store.webhook(webhook_id)
    if found is None or not _may(found.owner):
        raise nothing_there()
    return found


def _owner(entity_id: str | None) -> str:
    owner = f"entity:{entity_id}" if entity_id else NETWORK
    if not _may(owner):
        raise nothing_there()
    return owner


def _may(owner: str) -> bool:
    """Who acts on behalf of a business may not have its events sent elsewhere."""
    asking = caller()
    if owner == NETWORK:
        return "admin" in asking.roles
    return not asking.on_behalf_of and owner.removeprefix("entity:") in asking.entities - asking.operated


def _account(owner: str) -> str:
    if owner == NETWORK:
        return ""
    entity = the_store().memory.entity(owner.removeprefix("entity:"))
    if not entity or not entity.get("account"):
        raise nothing_there()
    return str(entity["account"])


def _offered(owner: str) -> list[str]:
    return list(OFFERED if owner == NETWORK else OFFERED_TO_BUSINESSES)


def _check_types(owner: str, types: list[str]) -> None:
    if refused := sorted(set(types) - set(_offered(owner))):
        raise Problem(400, "request.invalid", "These events are not offered.", {"types": refused})


def _forbidden(error: Forbidden) -> Problem:
    return Problem(422, "webhooks.address_forbidden", str(error), {"url": [str(error)]})


def _head(source: str) -> int:
    return the_store().position(source)


def _view(found: Webhook) -> dict[str, object]:
    return webhook_view(found, _desk().clock())
