"""Whether the answers that many callers got at once are those of one order: that of the positions.

The log is gone through with the model. What left events has its place; what left none must be right at some place
between what was answered before it was sent and what was sent after it was answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.ledger.domain import CommandBatch
from tests.ledger.model import Answer, Model
from tests.ledger.over_http import Sent
from tests.ledger.play import require_same

_NOT_OF_THE_RULES = {"type", "title", "status", "detail", "correlation_id", "errors", "unit"}


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as the log has it."""

    position: int
    type: str
    time: str
    correlation: str
    opens: str | None


@dataclass(slots=True)
class _Floating:
    sent: Sent
    first: int
    last: int
    why: str = ""


def require_serial(model: Model, events: Sequence[Stored], everything: Sequence[Sent]) -> int:
    """`model` is at the position before `events`. How many answers had no place of their own."""
    places: dict[str, list[Stored]] = {}
    for event in events:
        places.setdefault(event.correlation, []).append(event)
    known = {sent.name: sent for sent in everything}
    assert places.keys() <= known.keys(), "events that nobody asked for"
    placed = [(known[name], found) for name, found in places.items()]
    floating = [_window(sent, placed, len(model.events)) for sent in everything if sent.name not in places]
    count = len(floating)
    floating = _settle(model, floating)
    answered_before = 0
    for sent, found in placed:
        assert sent.answered > answered_before, f"{sent} was answered before what comes before it was sent"
        answered_before = max(answered_before, sent.sent)
        _replay(model, sent, found)
        floating = _settle(model, floating)
    assert not floating, "\n".join(f"right at no place: {each}" for each in floating[:3])
    return count


def _window(sent: Sent, placed: Sequence[tuple[Sent, list[Stored]]], start: int) -> _Floating:
    before = [found[-1].position for other, found in placed if other.answered < sent.sent]
    after = [found[0].position - 1 for other, found in placed if other.sent > sent.answered]
    return _Floating(sent, max(before, default=start), min(after, default=2**63))


def _replay(model: Model, sent: Sent, found: Sequence[Stored]) -> None:
    reached = len(model.events)
    model.now, model.ids = datetime.fromisoformat(found[0].time), [event.opens for event in found if event.opens]
    expected = model.execute(sent.command, sent.authority)
    assert [event.position for event in found] == list(range(reached + 1, reached + 1 + len(found)))
    assert [event.type for event in found] == model.events[reached:], (sent, found)
    _require_answer(sent, expected)
    if sent.position:
        assert sent.position == f"ledger={expected.position}"


def _settle(model: Model, floating: Sequence[_Floating]) -> list[_Floating]:
    """Those that have not found their place up to here."""
    return [each for each in floating if not (each.first <= len(model.events) <= each.last and _is_right(model, each))]


def _is_right(model: Model, each: _Floating) -> bool:
    model.now = max(model.last + timedelta(microseconds=1), each.sent.at)
    model.ids = []
    try:
        _require_floating(model, each.sent)
    except AssertionError as error:
        each.why = str(error)
        return False
    return True


def _require_floating(model: Model, sent: Sent) -> None:
    if sent.status == 400 and isinstance(sent.command, CommandBatch):
        # The whole of a batch is looked at before any of it is decided.
        codes = {model.would(single, sent.authority).code for single in sent.command.commands}
        assert "request.invalid" in codes
        return
    expected = model.would(sent.command, sent.authority)
    assert expected.position is None
    _require_answer(sent, expected)


def _require_answer(sent: Sent, expected: Answer) -> None:
    answer = sent.answer
    if expected.ok:
        assert sent.status == 200, (sent, expected)
        answer.pop("unit", None)
        require_same(answer, expected.document)
        return
    assert answer.get("type") == expected.code, (sent, expected)
    if expected.code != "request.invalid":
        errors: dict[str, Any] = answer.get("errors", {})
        assert {name: len(sentences) for name, sentences in errors.items()} == (expected.errors or {})
        extra = {name: value for name, value in answer.items() if name not in _NOT_OF_THE_RULES}
        require_same(extra, expected.extra)
