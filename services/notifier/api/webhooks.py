"""Webhooks: administrators have the network's, owners of a business its own. Nobody else knows that there are any."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Response, current_app

from services.chassis.web import Problem, Unavailable, allow, answer, body, caller, follows, query
from services.notifier.api.blueprint import bp, nothing_there, the_store
from services.notifier.api.commands import Told, Work, once
from services.notifier.schemas import following, window
from services.notifier.store import Session
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
_NOTHING_TO_SEND = "This delivery still waits, or what it said has been deleted since."


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
    asked, desk = body(_MAKING), _desk()

    def prepare() -> Work:
        wanted = dict(asked)
        owner = _owner(wanted.pop("entity_id"))
        _check(owner, wanted)
        wanted |= {"owner": owner, "account": _account(owner)}
        return lambda session: _with_secret(_made(desk.within(session), wanted), 201)

    return once(asked, prepare)


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
    asked, desk = body(_CHANGING), _desk()

    def prepare() -> Work:
        found = _own(webhook_id)
        _check(found.owner, asked)
        return lambda session: _told(desk.within(session).change(found, asked) or found)

    return once(asked, prepare)


@bp.delete("/webhooks/<webhook_id>")
@allow("member", "admin")
def delete_webhook(webhook_id: str) -> Response:
    """Gone, with its log."""
    desk = _desk()

    def prepare() -> Work:
        found = _own(webhook_id)

        def delete(session: Session) -> Told:
            desk.within(session).delete(found)
            return Told()

        return delete

    deleted = once({}, prepare)
    desk.store.sweep(webhook_id)
    return deleted


@bp.post("/webhooks/<webhook_id>/secret")
@allow("member", "admin")
def rotate_secret(webhook_id: str) -> Response:
    """A new secret; the former one signs beside it for a day."""
    desk = _desk()

    def prepare() -> Work:
        _own(webhook_id)
        return lambda session: _with_secret(desk.within(session).rotate(_again(desk.within(session), webhook_id)))

    return once({}, prepare)


@bp.post("/webhooks/<webhook_id>/<any(pause, resume):action>")
@allow("member", "admin")
def switch_webhook(webhook_id: str, action: str) -> Response:
    """No more deliveries, or go on with those that wait."""
    desk = _desk()

    def switch(session: Session) -> Told:
        store = desk.store.within(session)
        if action == "pause":
            store.pause(webhook_id, "asked", desk.clock())
        else:
            store.resume(webhook_id)
        return _told(_again(desk.within(session), webhook_id))

    def prepare() -> Work:
        _own(webhook_id)
        return switch

    switched = once({}, prepare)
    if action == "resume":
        desk.store.wake(webhook_id, desk.clock())
    return switched


@bp.post("/webhooks/<webhook_id>/test")
@allow("member", "admin")
def try_webhook(webhook_id: str) -> Response:
    """A test event on its way: what comes of it is in the log."""
    desk = _desk()

    def prepare() -> Work:
        found = _own(webhook_id)
        return lambda session: Told(document={"delivery_id": desk.within(session).try_out(found)}, status=202)

    return once({}, prepare)


@bp.get("/webhooks/<webhook_id>/deliveries")
@allow("member", "admin")
def deliveries(webhook_id: str) -> Response:
    """The log, newest first."""
    asked, found = query(_LOG), _own(webhook_id)
    size = asked["page_size"]
    records, total = _desk().store.deliveries(found.webhook_id, asked["state"], **window(asked))
    views = [delivery_view(record) for record in records[:size]]
    return answer({"deliveries": views, "total": total, "next": following(records, size, "created_at")})


@bp.post("/webhooks/<webhook_id>/deliveries/<delivery_id>/redelivery")
@allow("member", "admin")
def redeliver(webhook_id: str, delivery_id: str) -> Response:
    """Once more, with three days of tries."""
    desk = _desk()

    def prepare() -> Work:
        found = _own(webhook_id)

        def again(session: Session) -> Told:
            if not desk.within(session).redeliver(found, delivery_id):
                raise Problem(409, "webhooks.nothing_to_send", _NOTHING_TO_SEND)
            return Told(document={"delivery_id": delivery_id}, status=202)

        return again

    return once({}, prepare)


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
    asked, desk = body(_REPLAYING), _desk()
    source, first = SOURCES[asked["source"]], asked["position"]

    def begin(session: Session) -> Told:
        found = _again(desk.within(session), webhook_id)
        if found.state == "paused":
            raise Problem(409, "webhooks.paused", "This webhook is paused. Resume it first.")
        last = min(_head(source), first + MAX_POSITIONS - 1)
        if first > last:
            raise Problem(422, "webhooks.position_ahead", f"The newest position is {_head(source)}.")
        try:
            begun = desk.within(session).replays.begin(webhook_id, source, first, last, desk.clock())
        except AlreadyReplaying as error:
            raise Problem(409, "webhooks.replaying", "Another replay of this webhook is still running.") from error
        return Told(document=replay_view(begun), status=202)

    def prepare() -> Work:
        _own(webhook_id)
        return begin

    return once(asked, prepare)


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
    if owner == NETWORK and not _may(owner):
        told = "Say which of your businesses: the network's webhooks are for administrators."
        raise Problem(400, "request.invalid", "Some fields need correcting.", {"entity_id": [told]})
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


def _check(owner: str, wanted: Mapping[str, Any]) -> None:
    """Raises Problem for what may not be delivered, or where nothing may be delivered to."""
    types = wanted.get("types", ())
    if refused := sorted(set(types) - set(_offered(owner))):
        raise Problem(400, "request.invalid", "These events are not offered.", {"types": refused})
    try:
        if "url" in wanted:
            _desk().check(wanted["url"])
    except Forbidden as error:
        raise Problem(422, "webhooks.address_forbidden", str(error), {"url": [str(error)]}) from error


def _made(desk: Desk, wanted: Mapping[str, Any]) -> Webhook:
    try:
        return desk.make(**wanted)
    except TooManyWebhooks as error:
        raise Problem(409, "webhooks.too_many", "There are 20 webhooks already. Delete one first.") from error


def _again(desk: Desk, webhook_id: str) -> Webhook:
    """As it is inside the transaction. Raises Problem."""
    if (found := desk.store.webhook(webhook_id)) is None:
        raise nothing_there()
    return found


def _told(webhook: Webhook, status: int = 200) -> Told:
    return Told(document=_view(webhook), status=status, subjects=() if webhook.owner == NETWORK else (webhook.owner,))


def _with_secret(webhook: Webhook, status: int = 200) -> Told:
    newest = max(webhook.secrets, key=lambda secret: secret.made_at)
    return replace(_told(webhook, status), sealed={"secret": newest.sealed})


def _head(source: str) -> int:
    return the_store().position(source)


def _view(found: Webhook) -> dict[str, object]:
    return webhook_view(found, _desk().clock())
