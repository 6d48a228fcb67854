"""The AsyncAPI description is current, points to what exists, and fits the samples."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import yaml

from events import asyncapi, codec, topics
from tests.events.test_samples import NAMES, read, type_of

DOCUMENT = asyncapi.document()


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (target for name, target in value.items() if name == "$ref")
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from references(item)


def resolve(reference: str) -> Any:
    found: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def test_committed_file_is_current():
    assert asyncapi.FILE.read_text(encoding="utf-8") == asyncapi.text(), "run: python -m events.asyncapi"
    assert yaml.safe_load(asyncapi.text()) == DOCUMENT


def test_every_event_travels_on_one_topic():
    travelling = [cls.TYPE for classes in asyncapi.CHANNELS.values() for cls in classes]
    assert sorted(travelling) == sorted(codec.CLASSES)


def test_every_topic_that_is_created_is_described():
    created = {topic.name for topic in topics.TOPICS if not topic.name.endswith(".dead")}
    assert {channel["address"] for channel in DOCUMENT["channels"].values()} == created


def test_every_reference_leads_somewhere():
    assert all(resolve(reference) for reference in references(DOCUMENT))


@pytest.mark.parametrize("name", [name for name in NAMES if type_of(name) in codec.CLASSES])
def test_sample_fits_its_description(name: str):
    kind = type_of(name)
    envelope, own = DOCUMENT["components"]["messages"][kind]["payload"]["allOf"]
    sample = orjson.loads(read(name))
    assert own["properties"]["type"] == {"const": kind}
    for shape, value in (
        (resolve(envelope["$ref"]), sample),
        (resolve(own["properties"]["data"]["$ref"]), sample["data"]),
    ):
        assert set(shape.get("required", ())) <= set(value) <= set(shape["properties"])
