"""Doing a command once: a repeat with its Idempotency-Key gets the first answer, whatever has changed since.

What a rule refused is remembered too; what nobody may do, or is not there, is looked at anew.
"""

from collections.abc import Callable
from typing import Any

from flask import Response, current_app, request

from services.chassis.web import Problem, answer, caller, idempotency_key
from services.mongo.outcomes import AnswerGone, Command, KeyReused, OutcomeKnown, Told, fingerprint
from services.notifier.api.blueprint import the_store, the_time
from services.notifier.store import Session
from services.notifier.webhooks.desk import Desk
from services.notifier.webhooks.sealing import SealedOtherwise

__all__ = ["Told", "Work", "once"]

Work = Callable[[Session], Told]
"""What a command does in its transaction; it may run several times and must have no other effect."""

_RULES = (409, 422)


def once(asked: Any, prepare: Callable[[], Work]) -> Response:
    """Carry out what `prepare` returns, unless it was done under this key before. `asked`: the checked body.

    `prepare` looks whether it may be done, and raises Problem. Raises Problem.
    """
    store, key = the_store(), idempotency_key()
    if key is None:
        return _answer(store.transact(prepare()))
    known_as = fingerprint([request.method, request.path, asked])
    command = Command(f"{caller().actor}/{key}", known_as, the_time())
    if response := _again(command):
        return response
    try:
        return _answer(store.transact(_kept(command, prepare())))
    except OutcomeKnown:
        return _again(command) or _answer(store.transact(prepare()))
    except Problem as refusal:
        if refusal.status in _RULES:
            command.refuse(store.outcomes, _told(refusal))
        raise


def _kept(command: Command, work: Work) -> Work:
    def both(session: Session) -> Told:
        told = work(session)
        command.keep(the_store().outcomes_in(session), told)
        return told

    return both


def _again(command: Command) -> Response | None:
    try:
        known = command.again(the_store().outcomes)
    except KeyReused as error:
        raise Problem(409, "idempotency.key_reused", str(error)) from None
    except AnswerGone as error:
        raise Problem(409, "idempotency.answer_gone", str(error)) from None
    if known is None or isinstance(known, Told):
        return _answer(known) if known else None
    raise Problem(**known)


def _answer(told: Told) -> Response:
    return answer({**told.document, **_opened(told)}, told.status)


def _opened(told: Told) -> dict[str, str]:
    """Raises Problem."""
    desk: Desk | None = current_app.extensions["desk"]
    try:
        return {name: desk.seal.open(sealed) for name, sealed in told.sealed.items()} if desk else {}
    except SealedOtherwise:
        gone = "This was done before; the key that its secret was sealed with has been replaced. Make a new secret."
        raise Problem(409, "idempotency.answer_gone", gone) from None


def _told(refusal: Problem) -> dict[str, Any]:
    names = ("status", "code", "detail", "errors", "extra")
    return {name: getattr(refusal, name) for name in names}
