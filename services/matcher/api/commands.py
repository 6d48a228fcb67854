"""Commands by HTTP, each done once for an Idempotency-Key (services.mongo.commands)."""

from collections.abc import Callable
from typing import Any

from flask import Response, request

from services.chassis.clock import system_clock
from services.chassis.web import Problem, answer, caller, idempotency_key
from services.matcher.api.blueprint import ERRORS, the_store
from services.matcher.domain import MatcherError
from services.matcher.store import Tx
from services.mongo import commands
from services.mongo.outcomes import Command, RefusedBefore, Told, fingerprint

__all__ = ["Told", "Work", "once"]

Work = Callable[[Tx], Told]
"""What a command does in its transaction; it may run several times and must have no other effect."""


def once(asked: Any, prepare: Callable[[], Work]) -> Response:
    """Carry out what `prepare` returns, unless it was done under this key before. `asked`: the checked body.

    `prepare` looks whether it may be done. Raises Problem, StoreAway, KeyReused, AnswerGone, and what it raises.
    """
    try:
        told = commands.once(the_store(), _command(asked), prepare, _refusal)
    except RefusedBefore as refused:
        raise Problem(**refused.told) from None
    return answer(told.document, told.status)


def _command(asked: Any) -> Command | None:
    if (key := idempotency_key()) is None:
        return None
    return Command(f"{caller().actor}/{key}", fingerprint([request.method, request.path, asked]), system_clock())


def _refusal(error: Exception) -> dict[str, Any] | None:
    if isinstance(error, Problem):
        return {"status": error.status, "code": error.code, "detail": error.detail, "errors": error.errors}
    if not isinstance(error, MatcherError):
        return None
    status, code = ERRORS.get(type(error), (404, ""))
    return {"status": status, "code": code, "detail": str(error)}
