"""Commands by HTTP, each done once for an Idempotency-Key (services.mongo.commands)."""

from collections.abc import Callable
from typing import Any

from flask import Response, current_app, request

from services.chassis.web import Problem, answer, caller, idempotency_key
from services.mongo import commands
from services.mongo.outcomes import Command, RefusedBefore, Told, fingerprint
from services.notifier.api.blueprint import the_store, the_time
from services.notifier.store import Session
from services.notifier.webhooks.desk import Desk
from services.notifier.webhooks.sealing import SealedOtherwise

__all__ = ["Told", "Work", "once"]

Work = Callable[[Session], Told]
"""What a command does in its transaction; it may run several times and must have no other effect."""


def once(asked: Any, prepare: Callable[[], Work]) -> Response:
    """Carry out what `prepare` returns, unless it was done under this key before. `asked`: the checked body.

    `prepare` looks whether it may be done, and raises Problem. Raises Problem, KeyReused, AnswerGone.
    """
    try:
        told = commands.once(the_store(), _command(asked), prepare, _refusal)
    except RefusedBefore as refused:
        raise Problem(**refused.told) from None
    return answer({**told.document, **_opened(told)}, told.status)


def _command(asked: Any) -> Command | None:
    if (key := idempotency_key()) is None:
        return None
    return Command(f"{caller().actor}/{key}", fingerprint([request.method, request.path, asked]), the_time())


def _opened(told: Told) -> dict[str, str]:
    """Raises Problem."""
    desk: Desk | None = current_app.extensions["desk"]
    try:
        return {name: desk.seal.open(sealed) for name, sealed in told.sealed.items()} if desk else {}
    except SealedOtherwise:
        gone = "This was done before; the key that its secret was sealed with has been replaced. Make a new secret."
        raise Problem(409, "idempotency.answer_gone", gone) from None


def _refusal(error: Exception) -> dict[str, Any] | None:
    names = ("status", "code", "detail", "errors", "extra")
    return {name: getattr(error, name) for name in names} if isinstance(error, Problem) else None
