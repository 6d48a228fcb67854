"""Every event has a sample that is never edited: whoever reads events must read these for ever."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from events import codec
from services.chassis.clock import rfc3339

SAMPLES = Path(codec.__file__).parent / "samples"
TYPES = sorted(codec.CLASSES)


def read(name: str) -> bytes:
    return (SAMPLES / f"{name}.json").read_bytes().removesuffix(b"\n")


def test_every_type_and_version_has_its_sample():
    assert sorted(path.stem for path in SAMPLES.iterdir()) == sorted({*TYPES, *codec.UPCASTERS})


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.iterdir()))
def test_sample_survives_the_round_trip_byte_for_byte(name: str):
    envelope = codec.decode(read(name))
    assert envelope.type == name
    assert codec.encode(envelope) == read(name)


@pytest.mark.parametrize("name", TYPES)
def test_sample_holds_the_whole_event(name: str):
    """Nothing in the sample that the class doesn't know, nothing that the class would add."""
    envelope = codec.decode(read(name))
    event = codec.event_of(envelope)
    assert event is not None
    assert codec.data_of(event) == envelope.data
    assert event.subject == envelope.subject


@pytest.mark.parametrize("name", TYPES)
def test_sample_keeps_the_rules_of_the_envelope(name: str):
    envelope = codec.decode(read(name))
    service = name.partition(".")[0]
    assert envelope.source.split("/")[1] == service
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", envelope.id)
    assert rfc3339(datetime.fromisoformat(envelope.time).astimezone(UTC)) == envelope.time
    assert envelope.actor.partition(":")[0] in {"user", "admin", "system"}


@pytest.mark.parametrize("name", [name for name in TYPES if name.startswith("ledger.")])
def test_ledger_events_hold_no_address(name: str):
    assert b"@" not in read(name)


def test_legs_and_entries_sum_to_zero():
    initiated = codec.decode(read("ledger.transfer-initiated.v1")).data
    completed = codec.decode(read("ledger.transfer-completed.v1")).data
    assert sum(leg["amount"] for leg in initiated["legs"]) == 0
    assert sum(entry["amount"] for entry in completed["entries"]) == 0
