"""Doing a command once: a repeat with its idempotency key gets the first answer, whatever has changed since.

What a rule refused is remembered too; what nobody may do, or is not there, is looked at anew.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from services.mongo.outcomes import AnswerGone, Command, KeyReused, OutcomeKnown, Outcomes, Told

ERRORS: Mapping[type[Exception], tuple[int, str]] = {
    KeyReused: (409, "idempotency.key_reused"),
    AnswerGone: (409, "idempotency.answer_gone"),
}
"""What `once` raises, for a service's table of errors."""

_RULES = (409, 422)

Session = TypeVar("Session")
"""What a service's work is given in its transaction."""


class Store(Protocol[Session]):
    """Where a service's commands take effect."""

    def transaction(self, work: Callable[[Session], Told], /) -> Told:
        """Run `work` in a transaction; it may run several times."""

    def outcomes_in(self, session: Session, /) -> Outcomes:
        """What came of commands, inside a transaction."""

    def known(self, command: Command, /) -> Told | None:
        """What came of one before (`Command.again`)."""

    def refuse(self, command: Command, refusal: Mapping[str, Any], /) -> None:
        """Keep how one was refused."""


def once(
    store: Store[Session],
    command: Command | None,
    prepare: Callable[[], Callable[[Session], Told]],
    refusal_of: Callable[[Exception], Mapping[str, Any] | None],
) -> Told:
    """Carry out what `prepare` returns, unless `command` was done before; None: it has no key.

    `prepare` looks whether it may be done. `refusal_of` says how an error refuses (`status`, …), if it does. Raises
    KeyReused, AnswerGone, RefusedBefore, and what `prepare`, its work and the store raise.
    """
    if command is None:
        return store.transaction(prepare())
    if known := store.known(command):
        return known
    try:
        return store.transaction(_kept(store, command, prepare()))
    except OutcomeKnown:
        # The same command ran beside this one and was first: what came of that counts.
        return store.known(command) or store.transaction(prepare())
    except Exception as error:
        refusal = refusal_of(error)
        if refusal and refusal["status"] in _RULES:
            store.refuse(command, refusal)
        raise


def _kept(store: Store[Session], command: Command, work: Callable[[Session], Told]) -> Callable[[Session], Told]:
    def both(session: Session) -> Told:
        told = work(session)
        command.keep(store.outcomes_in(session), told)
        return told

    return both
