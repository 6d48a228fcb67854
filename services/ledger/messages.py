"""What HTTP workers and committer say to each other over the Unix socket: a length (4 bytes, big-endian), then msgpack.

Both ends are of one release: the shape may change with the code.
"""

import struct
from collections.abc import Iterator
from typing import Any

import msgspec

from services.ledger.batch import Outcome, Request
from services.ledger.domain import (
    AcceptTransfer,
    Authority,
    CancelTransfer,
    Command,
    InitiateTransfer,
    RejectTransfer,
    SetLimits,
)

_LENGTH = struct.Struct("!I")
_COMMANDS: dict[str, type[Any]] = {
    command.__name__: command
    for command in (InitiateTransfer, AcceptTransfer, RejectTransfer, CancelTransfer, SetLimits)
}
"""What a person may cause. Accounts and standings follow the directory alone."""


class Ask(msgspec.Struct, array_like=True):
    """A worker's message. `number` comes back with the answer; `kind` is empty in a ping."""

    number: int
    kind: str = ""
    fields: dict[str, Any] = {}
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
_OUTCOME = msgspec.json.Decoder(Outcome)
ASK = msgspec.msgpack.Decoder(Ask)
ANSWER = msgspec.msgpack.Decoder(Answer)


def ask_of(number: int, request: Request) -> Ask:
    """The message for a request."""
    return Ask(
        number=number,
        kind=type(request.command).__name__,
        fields=msgspec.to_builtins(request.command),
        authority=request.authority,
        scope=request.scope,
        key=request.key,
        fingerprint=request.fingerprint,
        correlation_id=request.correlation_id,
    )


def request_of(ask: Ask) -> Request:
    """The reverse. Raises KeyError, msgspec.ValidationError for what no worker of ours sends."""
    command: Command = msgspec.convert(ask.fields, _COMMANDS[ask.kind])
    if ask.authority is None:
        raise KeyError("authority")
    return Request(
        command=command,
        authority=ask.authority,
        scope=ask.scope,
        key=ask.key,
        fingerprint=ask.fingerprint,
        correlation_id=ask.correlation_id,
    )


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
