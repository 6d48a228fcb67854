"""Commands as callers send them over HTTP, and what they were told: for a later look at the order they were done in."""

import itertools
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import orjson

from services.ledger.domain import (
    AcceptTransfer,
    AdminTransfer,
    Authority,
    CancelTransfer,
    CommandBatch,
    InitiateTransfer,
    RejectTransfer,
    ReverseTransfer,
    SetConsent,
    SetFeeRules,
    SetLimits,
    SetPolicy,
)
from services.ledger.handlers import Appender
from services.ledger.records import Request
from tests.ledger.processes import Instance

_STEPS = {AcceptTransfer: "accept", RejectTransfer: "reject", CancelTransfer: "cancel", ReverseTransfer: "reverse"}
_IN_BATCHES = {
    **_STEPS, InitiateTransfer: "initiate", AdminTransfer: "admin_transfer", SetLimits: "set_limits",
    SetConsent: "set_consent",
}  # fmt: skip
_FOR_ADMINS = AdminTransfer | SetLimits | SetFeeRules | SetPolicy


@dataclass(slots=True)
class Sent:
    """A command and its answer. `sent` and `answered` count along one line for all callers."""

    command: Any
    authority: Authority
    name: str
    sent: int
    at: datetime
    answered: int = 0
    status: int = 0
    content: bytes = b""
    position: str = ""

    @property
    def answer(self) -> dict[str, Any]:
        document: dict[str, Any] = orjson.loads(self.content)
        return document


class Callers:
    """All who use one ledger: over HTTP, and the processes that have an appender of their own."""

    def __init__(self, instances: Sequence[Instance], appender: Appender) -> None:
        self._instances, self._appender = instances, appender
        self._line, self._numbers = itertools.count(1), itertools.count(1)
        self._one_at_a_time = threading.Lock()
        self.all: list[Sent] = []

    def send(self, command: Any, authority: Authority, through: int = 0) -> Sent:
        """Send and insist until there is an answer."""
        sent = Sent(command, authority, f"command-{next(self._numbers)}", next(self._line), datetime.now(UTC))
        self.all.append(sent)
        if is_for_people(command):
            sent.status, sent.content, sent.position = self._ask(sent, through)
        else:
            sent.status, sent.content = self._append(sent)
        sent.answered = next(self._line)
        return sent

    def repeat(self, sent: Sent, through: int = 0) -> None:
        """The same answer to the same key, byte for byte, from whichever instance."""
        told = sent.status, sent.content, sent.position
        assert not is_for_people(sent.command) or self._ask(sent, through) == told

    def reuse(self, sent: Sent, through: int = 0) -> None:
        """Another body under the key of `sent`: refused, and nothing happens (its name is in no event)."""
        if isinstance(sent.command, InitiateTransfer) and sent.status != 400:
            changed = replace(sent.command, description=f"{sent.command.description} and more")
            other = replace(sent, command=changed)
            status, content, _ = self._ask(other, through, correlation=f"another-{sent.name}")
            assert (status, orjson.loads(content)["type"]) == (409, "idempotency.key_reused")

    def _ask(self, sent: Sent, through: int, correlation: str = "") -> tuple[int, bytes, str]:
        instance, authority = self._instances[through % len(self._instances)], sent.authority
        roles = ("member", "admin") if authority.is_admin else ("member",)
        token = instance.token(*authority.accounts, roles=roles, subject="u1")
        headers = {"Correlation-Id": correlation or sent.name}
        response = instance.insist_on(*request_of(sent.command), token=token, key=f"key-{sent.name}", headers=headers)
        return response.status, response.data, response.headers.get("Position", "")

    def _append(self, sent: Sent) -> tuple[int, bytes]:
        request = Request(
            command=sent.command, authority=sent.authority, scope="system:test", key=sent.name, fingerprint="f",
            correlation_id=sent.name,
        )  # fmt: skip
        with self._one_at_a_time:
            (answer,) = self._appender.execute([request])
        outcome = orjson.loads(answer)
        if outcome["ok"]:
            return 200, orjson.dumps(outcome["document"])
        return 422, orjson.dumps({"type": outcome["code"], "errors": outcome["errors"] or {}, **outcome["extra"]})


def is_for_people(command: Any) -> bool:
    """Whether it has a route."""
    return isinstance(command, (*_IN_BATCHES, CommandBatch, SetFeeRules, SetPolicy))


def fits(command: Any, authority: Authority) -> bool:
    """Whether the route lets the role in, so that the rules judge it."""
    if isinstance(command, CommandBatch):
        return all(type(single) in _IN_BATCHES for single in command.commands)
    return authority.is_admin or not isinstance(command, _FOR_ADMINS)


def request_of(command: Any) -> tuple[str, str, Any]:
    """Method, path and body."""
    body = _fields(command)
    if step := _STEPS.get(type(command)):
        return "POST", f"/transfers/{body.pop('transfer_id')}/{step}", body
    match command:
        case SetLimits():
            return "PATCH", f"/accounts/{body.pop('account')}/limits", body
        case SetConsent():
            return "PUT", f"/accounts/{body.pop('account')}/consent", body
        case SetFeeRules():
            return "PUT", "/fees", body
        case SetPolicy():
            return "PATCH", "/policy", body
        case AdminTransfer():
            return "POST", "/admin-transfers", body
        case CommandBatch(commands=commands, atomic=atomic):
            lines = [{"command": _IN_BATCHES[type(single)], **_fields(single)} for single in commands]
            return "POST", "/batches", {"atomic": atomic, "commands": lines}
    return "POST", "/transfers", body


def _fields(command: Any) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(command)
    return {name: value for name, value in fields.items() if value is not None}
