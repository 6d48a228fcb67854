"""What HTTP workers and committer say to each other over the Unix socket: a length (4 bytes, big-endian), then msgpack.

Both ends are of one release: the shape may change with the code.
"""

import struct
from collections.abc import Iterator
from typing import Any

import msgspec

from services.ledger.domain import (
    AcceptTransfer,
    AdminTransfer,
    Authority,
    CancelTransfer,
    Command,
    CommandBatch,
    InitiateTransfer,
    RejectTransfer,
    ReverseTransfer,
    SetConsent,
    SetFeeRules,
    SetLimits,
    SetPolicy,
)
from services.ledger.records import Outcome, Request

_LENGTH = struct.Struct("!I")
_COMMANDS: dict[str, msgspec.msgpack.Decoder[Any]] = {
    command.__name__: msgspec.msgpack.Decoder(command)
    for command in (
        InitiateTransfer, AcceptTransfer, RejectTransfer, CancelTransfer, AdminTransfer, ReverseTransfer,
        SetLimits, SetConsent, SetFeeRules, SetPolicy,
    )
}  # fmt: skip
"""What a person may cause. Accounts and standings follow the directory alone, time is the clock's."""

_BATCH = CommandBatch.__name__


_NOTHING = msgspec.Raw(b"\xc0")
"""msgpack's nil. An empty `Raw` would be no element at all, and the message too short by one."""


class Ask(msgspec.Struct, array_like=True):
    """A worker's message. `number` comes back with the answer; `kind` is empty in a ping."""

    number: int
    kind: str = ""
    command: msgspec.Raw = _NOTHING
    authority: Authority | None = None
    scope: str = ""
    key: str = ""
    fingerprint: str = ""
    correlation_id: str = ""


class Answer(msgspec.Struct, array_like=True):
    """The committer's. `outcome` is stored JSON; None: busy, whether it happened is unknown."""

    number: int
    outcome: str | None = None


_ENCODER = msgspec.msgpack.Encoder()
_MANY = msgspec.msgpack.Decoder(tuple[bool, list[tuple[str, msgspec.Raw]]])
_OUTCOME = msgspec.json.Decoder(Outcome)
ASK = msgspec.msgpack.Decoder(Ask)
ANSWER = msgspec.msgpack.Decoder(Answer)


def ask_of(number: int, request: Request) -> Ask:
    """The message for a request."""
    return Ask(
        number=number,
        kind=type(request.command).__name__,
        command=msgspec.Raw(_ENCODER.encode(_plain(request.command))),
        authority=request.authority,
        scope=request.scope,
        key=request.key,
        fingerprint=request.fingerprint,
        correlation_id=request.correlation_id,
    )


def request_of(ask: Ask) -> Request:
    """The reverse. Raises KeyError, msgspec.DecodeError for what no worker of ours sends."""
    if ask.authority is None:
        raise KeyError("authority")
    return Request(
        command=_command(ask.kind, ask.command),
        authority=ask.authority,
        scope=ask.scope,
        key=ask.key,
        fingerprint=ask.fingerprint,
        correlation_id=ask.correlation_id,
    )


def _plain(command: Command) -> Any:
    if not isinstance(command, CommandBatch):
        return command
    return command.atomic, [(type(single).__name__, single) for single in command.commands]


def _command(kind: str, raw: msgspec.Raw) -> Command:
    if kind != _BATCH:
        single: Command = _COMMANDS[kind].decode(raw)
        return single
    atomic, commands = _MANY.decode(raw)
    return CommandBatch(commands=tuple(_COMMANDS[name].decode(fields) for name, fields in commands), atomic=atomic)


def outcome_of(answer: Answer) -> Outcome | None:
    """The outcome in an answer; None when the committer was busy."""
    return None if answer.outcome is None else _OUTCOME.decode(answer.outcome)


def pack(message: Ask | Answer) -> bytes:
    """A message as it travels."""
    payload = _ENCODER.encode(message)
    return _LENGTH.pack(len(payload)) + payload


class Unpacker:
    """Cuts a stream of bytes into payloads."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, received: bytes) -> Iterator[bytes]:
        """The payloads that are complete with `received`."""
        self._buffer += received
        start = 0
        while len(self._buffer) - start >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer, start)
            end = start + _LENGTH.size + length
            if len(self._buffer) < end:
                break
            yield bytes(self._buffer[start + _LENGTH.size : end])
            start = end
        del self._buffer[:start]
