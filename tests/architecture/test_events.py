"""Every event has a producer and consumers, or a note; the README of events says which; topics fit together."""

import ast
import re
from functools import cache
from importlib import import_module

import pytest

from events import asyncapi, codec, topics
from tests.architecture.source import SERVICES, python, rows, tree

CONSUMERS = ("ledger", "directory", "matcher", "notifier")
TOLD = {cells[0]: cells for cells in rows("events/README.md")}


def named(node: ast.AST) -> str:
    """`X` of `X` and of `events.X`."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


@cache
def names_used(service: str) -> set[str]:
    return {named(node) for path in python(f"services/{service}/") for node in ast.walk(tree(path))}


@cache
def names_called(service: str) -> set[str]:
    nodes = (node for path in python(f"services/{service}/") for node in ast.walk(tree(path)))
    return {named(node.func) for node in nodes if isinstance(node, ast.Call)}


def subscribed(service: str) -> set[str]:
    """Topics whose constants the service's consumer uses, or the settings name for it."""
    files = python(
        f"services/{service}/consumer.py", f"services/{service}/ledger_audit.py", f"services/{service}/config.py"
    )
    names = {named(node) for path in files for node in ast.walk(tree(path))}
    known = {name: value for name, value in vars(topics).items() if isinstance(value, str) and "." in value}
    return {value for name, value in known.items() if name in names}


@pytest.mark.parametrize("cls", codec.CLASSES.values(), ids=lambda cls: cls.TYPE)
def test_an_event_is_told_by_its_service_and_consumed_as_the_readme_says(cls: type):
    producer = cls.TYPE.partition(".")[0]
    _, when, consumers = TOLD[cls.TYPE]
    assert (cls.__name__ in names_called(producer)) != when.startswith("not yet: ")
    using = {service for service in SERVICES if service != producer and cls.__name__ in names_used(service)}
    # The search index follows every event about an entity by its subject.
    if producer == "directory" and "entity_id" in cls.__dataclass_fields__:
        using.add("directory")
    if consumers.startswith("—"):
        assert len(consumers) > 5, "say why nobody consumes it"
        assert not using
    else:
        assert set(consumers.split(", ")) == using


def test_the_readme_names_every_event_and_topic_and_nothing_else():
    assert {name for name in TOLD if name.endswith(".v1")} == set(codec.CLASSES)
    for channel, classes in asyncapi.CHANNELS.items():
        assert TOLD[channel][4] == classes[0].TYPE.partition(".")[0], "the producer"


@pytest.mark.parametrize("topic", topics.TOPICS, ids=lambda topic: topic.name)
def test_the_readme_tells_a_topics_consumers(topic: topics.Topic):
    if topic.name.endswith(".dead"):
        return
    consumers = {part.partition(" ")[0] for part in TOLD[topic.name][5].split(", ")} - {"—"}
    assert consumers == {service for service in CONSUMERS if topic.name in subscribed(service)}
    assert TOLD[topic.name][2] == str(topic.partitions)


def test_whoever_parks_has_topics_for_it():
    for service in CONSUMERS:
        source = " ".join(ast.unparse(tree(path)) for path in python(f"services/{service}/"))
        parks = re.search(r"parks(: bool)? = (True|field\(default=True)", source)
        wanted = {topics.dead_letters(name, service) for name in subscribed(service)} if parks else set()
        there = {topic.name for topic in topics.TOPICS if topic.name.endswith(f".{service}.dead")}
        assert there == wanted, service


def test_every_consumer_has_a_group_of_its_own_name():
    for service in CONSUMERS:
        module = import_module(f"services.{service}.consumer")
        assert getattr(module, "GROUP", service) == service
