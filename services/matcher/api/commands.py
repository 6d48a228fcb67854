"""Doing a command once: a repeat with its Idempotency-Key gets the first answer, whatever has changed since.

What a rule refused is remembered too; what nobody may do, or is not there, is looked at anew.
"""

from collections.abc import Callable
from typing import Any

from flask import Response, request

from services.chassis.clock import system_clock
from services.chassis.web import Problem, answer, caller, idempotency_key
from services.matcher.api.blueprint import ERRORS, the_store
from services.matcher.domain import MatcherError
from services.matcher.store import Tx
from services.mongo.outcomes import AnswerGone, Command, KeyReused, OutcomeKnown, Told, fingerprint

__all__ = ["Told", "Work", "once"]

Work = Callable[[Tx], Told]
"""What a command does in its transaction; it may run several times and must have no other effect."""

_RULES = (409, 422)


def once(asked: Any, prepare: Callable[[], Work]) -> Response:
    """Carry out what `prepare` returns, unless it was done under this key before. `asked`: the checked body.

    `prepare` looks whether it may be done. Raises Problem, StoreAway, and what it raises.
    """
    store, key = the_store(), idempotency_key()
    if key is None:
        return _answer(store.transaction(prepare()))
    known_as = fingerprint([request.method, request.path, asked])
    command = Command(f"{caller().actor}/{key}", known_as, system_clock())
    if response := _again(command):
        return response
    try:
        return _answer(store.transaction(_kept(command, prepare())))
    except OutcomeKnown:
        # The same command ran beside this one and was first: what came of that counts.
        return _again(command) or _answer(store.transaction(prepare()))
    except (Problem, MatcherError) as refusal:
        told = _told(refusal)
        if told["status"] in _RULES:
            store.refuse(command, told)
        raise


def _kept(command: Command, work: Work) -> Work:
    def both(tx: Tx) -> Told:
        told = work(tx)
        command.keep(tx.outcomes, told)
        return told

    return both


def _again(command: Command) -> Response | None:
    try:
        known = the_store().known(command)
    except KeyReused as error:
        raise Problem(409, "idempotency.key_reused", str(error)) from None
    except AnswerGone as error:
        raise Problem(409, "idempotency.answer_gone", str(error)) from None
    if known is None or isinstance(known, Told):
        return _answer(known) if known else None
    raise Problem(**known)


def _answer(told: Told) -> Response:
    return answer(told.document, told.status)


def _told(refusal: Problem | MatcherError) -> dict[str, Any]:
    if isinstance(refusal, Problem):
        return {"status": refusal.status, "code": refusal.code, "detail": refusal.detail, "errors": refusal.errors}
    status, code = ERRORS.get(type(refusal), (404, ""))
    return {"status": status, "code": code, "detail": str(refusal)}
