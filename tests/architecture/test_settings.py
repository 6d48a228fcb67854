"""Every setting is explained where people look for it: in its service's README and in .env.example."""

import ast
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from importlib import import_module
from typing import Any

import pytest
import yaml

from tests.architecture.source import ROOT, SERVICES, python, rows, tree

MAY_READ_THE_ENVIRONMENT = {"__main__.py", "app.py", "commands.py", "config.py"}
THE_SYSTEMS_OWN = {"PATH", "HOME", "XDG_CACHE_HOME", "JAVA_HOME"}
# Of a WSGI request, whose environ is another.
OF_A_REQUEST = re.compile(r"HTTP_|REQUEST_METHOD|QUERY_STRING|PATH_INFO|CONTENT_LENGTH")
EXAMPLE = ROOT / ".env.example"
# What Compose need not say: the image sets the first; the names are within stores that serve this system alone.
NOT_FOR_COMPOSE = re.compile(r"BIND_HOST|\w+_MONGO_DATABASE|\w+_INDEX_PREFIX")


def settings_of(service: str) -> dict[str, Field[Any]]:
    """The fields of every settings dataclass of a service, by variable."""
    module = import_module(f"services.{service}.config")
    classes = [value for value in vars(module).values() if isinstance(value, type) and is_dataclass(value)]
    return {item.metadata["variable"]: item for cls in classes for item in fields(cls)}


def shown_default(item: Field[Any]) -> str:
    """The default as a README shows it."""
    if item.metadata["secret"]:
        return "secret"
    if item.default is MISSING:
        return "–"
    if isinstance(item.default, bool):
        return str(item.default).lower()
    return "" if item.default is None else str(item.default)


def read_by_hand() -> Iterator[str]:
    """Variables that code asks the environment for by name: `environ.get("X")`, `environ["X"]`."""
    for path in python("services/", "deploy/"):
        source = (ROOT / path).read_text(encoding="utf-8")
        asked = re.findall(r"environ(?:\.get\(|\[)\"([A-Z][A-Z_]+)\"", source)
        yield from (name for name in asked if not OF_A_REQUEST.match(name))
        yield from re.findall(r"_VARIABLE = \"([A-Z][A-Z_]+)\"", source)


def in_compose() -> set[str]:
    """Variables that docker-compose.yml takes from `.env`."""
    return set(re.findall(r"\$\{([A-Z][A-Z_0-9]+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))


def given_by_compose(service: str) -> set[str]:
    """Variables that docker-compose.yml gives to any process of a service."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    own = [value for name, value in services.items() if name == service or name.startswith(f"{service}-")]
    return {name for value in own for name in value["environment"]}


def in_example() -> list[str]:
    return re.findall(r"^#?\s?([A-Z][A-Z_0-9]+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("service", SERVICES)
def test_the_readme_table_is_the_dataclass(service: str):
    settings = settings_of(service)
    told = {cells[0]: cells for cells in rows(f"services/{service}/README.md") if re.fullmatch("[A-Z_0-9]+", cells[0])}
    assert set(told) == set(settings)
    for variable, item in settings.items():
        assert told[variable][1] == shown_default(item), variable
        assert told[variable][2], f"{variable} has no explanation"


@pytest.mark.parametrize("service", SERVICES)
def test_settings_have_the_prefix_of_their_service_or_are_shared(service: str):
    others = {f"{other.upper()}_" for other in SERVICES if other != service}
    foreign = {name for name in settings_of(service) if name.startswith(tuple(others))}
    addresses = {f"{other.upper()}_URL" for other in SERVICES} if service == "gateway" else set()
    assert foreign <= addresses


@pytest.mark.parametrize("service", SERVICES)
def test_compose_hands_on_every_setting(service: str):
    """Else what an operator writes into `.env` is ignored without a word."""
    wanted = {name for name in settings_of(service) if not NOT_FOR_COMPOSE.fullmatch(name)}
    assert wanted <= given_by_compose(service)


def test_the_example_is_complete_and_names_nothing_else():
    wanted = {name for service in SERVICES for name in settings_of(service)}
    wanted |= set(read_by_hand()) | in_compose()
    told = in_example()
    assert len(told) == len(set(told)), "a variable is explained twice"
    assert set(told) == wanted - THE_SYSTEMS_OWN


def test_the_example_holds_no_secret():
    text = EXAMPLE.read_text(encoding="utf-8")
    secrets = {name for service in SERVICES for name, item in settings_of(service).items() if item.metadata["secret"]}
    for name in secrets:
        value = re.search(rf"^#?\s?{name}=(.*)$", text, re.MULTILINE)
        assert value is not None
        assert not value[1], f"{name}: name a place for it, no value"


def test_nothing_but_the_outermost_reads_the_environment():
    for path in python("services/", "events/"):
        if path.name in MAY_READ_THE_ENVIRONMENT or path.parent.name == "chassis":
            continue
        for node in ast.walk(tree(path)):
            assert not (isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")), path
