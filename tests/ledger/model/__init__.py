"""What a book should do, in the plainest words: written apart from the ledger's own decisions, to hold them against.

`state` is what is in a book and what can happen, `accounts` and `transfers` are the commands. Sentences are not
predicted; codes, their order, figures, events and what is shown are.
"""

import re
from functools import cache
from typing import Any

from services.ledger.domain import Authority, CommandBatch
from tests.ledger.model.accounts import Accounts
from tests.ledger.model.state import Answer, Refusal
from tests.ledger.model.transfers import Transfers


class Model(Accounts, Transfers):
    """One book."""

    def execute(self, command: Any, authority: Authority) -> Answer:
        """What `command` should be answered; its effects happen."""
        if isinstance(command, CommandBatch):
            return self._many(command, authority)
        return self._one(command, authority)

    def would(self, command: Any, authority: Authority) -> Answer:
        """The same, without effects."""
        before = self._copy()
        answer = self.execute(command, authority)
        self._restore(before)
        return answer

    def _many(self, command: CommandBatch, authority: Authority) -> Answer:
        before, reached, lines = self._copy(), len(self.events), []
        for number, single in enumerate(command.commands):
            answer = self._one(single, authority)
            lines.append(answer.line())
            if command.atomic and not answer.ok:
                self._restore(before)
                self.seen["batch.refused"] += 1
                line = answer.line()
                # What an acceptance would have ended is open again.
                line.pop("transfer", None)
                return Answer(False, code="batch.refused", extra={"index": number, "refused": line})
        position = len(self.events) if len(self.events) > reached else None
        return Answer(True, position, {"results": lines})

    def _one(self, command: Any, authority: Authority) -> Answer:
        name, reached = type(command).__name__, len(self.events)
        try:
            document = getattr(self, _method(name))(command, authority)
            refusal = None
        except Refusal as error:
            document, refusal = None, error
        position = len(self.events) if len(self.events) > reached else None
        self.seen[refusal.code if refusal else name] += 1
        if refusal is None:
            return Answer(True, position, document)
        return Answer(False, position, None, refusal.code, refusal.errors, refusal.extra)


@cache
def _method(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


__all__ = ["Answer", "Model"]
