"""Every event has samples that are never edited: whoever reads events must read these for ever.

`<type>.json` is the first of a type, `<type>.<what>.json` another that shows what came to it later.
"""

import base64
import json
import re
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
import rfc8785

from events import asyncapi, codec
from services.chassis.clock import rfc3339

SAMPLES = Path(codec.__file__).parent / "samples"
TYPES = sorted(codec.CLASSES)
DOCUMENTS = sorted(asyncapi.DOCUMENTS)
NAMES = sorted({path.stem for path in SAMPLES.iterdir()} - set(DOCUMENTS))


def read(name: str) -> bytes:
    return (SAMPLES / f"{name}.json").read_bytes().removesuffix(b"\n")


def type_of(name: str) -> str:
    """`ledger.transfer-initiated.v1` of `ledger.transfer-initiated.v1.fees`."""
    return ".".join(name.split(".")[:3])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_without_envelope_has_a_sample_in_canonical_form(name: str):
    document = msgspec.json.decode(read(name), type=asyncapi.DOCUMENTS[name], strict=True)
    assert rfc8785.dumps(msgspec.to_builtins(document)) == read(name)


def test_the_sample_of_a_head_is_what_is_signed():
    head = json.loads(read("ledger.checkpoints"))
    header, payload, _ = (base64.urlsafe_b64decode(part + "==") for part in head.pop("jws").split("."))
    assert json.loads(header) == {"alg": "EdDSA", "kid": head.pop("kid"), "typ": "mccs-head+jwt"}
    assert json.loads(payload) == head | {"iss": "/ledger/main"}
    assert rfc8785.dumps(json.loads(payload)) == payload


def test_every_type_and_version_has_its_sample():
    known = {*TYPES, *codec.UPCASTERS}
    assert known <= set(NAMES)
    assert {type_of(name) for name in NAMES} == known


@pytest.mark.parametrize("cls", codec.CLASSES.values(), ids=lambda cls: cls.TYPE)
def test_every_field_is_in_some_sample(cls: type):
    seen = {field for name in NAMES if type_of(name) == cls.TYPE for field in codec.decode(read(name)).data}
    assert seen == {field.name for field in fields(cls)}


@pytest.mark.parametrize("name", NAMES)
def test_sample_survives_the_round_trip_byte_for_byte(name: str):
    envelope = codec.decode(read(name))
    assert envelope.type == type_of(name)
    assert codec.encode(envelope) == read(name)


@pytest.mark.parametrize("name", [name for name in NAMES if type_of(name) in TYPES])
def test_sample_holds_the_whole_event(name: str):
    """Nothing in the sample that the class doesn't know, nothing that the class would add."""
    envelope = codec.decode(read(name))
    event = codec.event_of(envelope)
    assert event is not None
    assert codec.data_of(event) == envelope.data
    assert event.subject == envelope.subject


@pytest.mark.parametrize("name", NAMES)
def test_sample_keeps_the_rules_of_the_envelope(name: str):
    envelope = codec.decode(read(name))
    service = name.partition(".")[0]
    assert envelope.source.split("/")[1] == service
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", envelope.id)
    assert rfc3339(datetime.fromisoformat(envelope.time).astimezone(UTC)) == envelope.time
    assert envelope.actor.partition(":")[0] in {"user", "admin", "system"}


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("ledger.")])
def test_ledger_events_hold_no_address(name: str):
    assert b"@" not in read(name)


@pytest.mark.parametrize("name", [name for name in NAMES if {"legs", "entries"} & codec.decode(read(name)).data.keys()])
def test_legs_and_entries_sum_to_zero(name: str):
    data = codec.decode(read(name)).data
    moved = data.get("legs") or data.get("entries")
    assert sum(each["amount"] for each in moved) == 0
    assert len({each["account"] for each in moved}) == len(moved) >= 2


@pytest.mark.parametrize(("direction", "most"), [("pay", None), ("request", 10_000)])
def test_consent_sample_names_the_limit_of_a_request_alone(direction: str, most: int | None):
    rules = codec.decode(read("ledger.account-consent-changed.v1")).data["rules"]
    assert [rule.get("max_amount") for rule in rules if rule["direction"] == direction] == [most]
