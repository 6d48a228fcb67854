"""Each lack has its sentence and its remedy."""

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.native.java import Java, java_from
from deploy.native.preflight import APT, MONGO_LIBRARIES, Machine, missing_on, refuse_if_missing
from deploy.native.trouble import Trouble

GOOD = Machine(
    python=(3, 11),
    system="Linux",
    processor="x86_64",
    java=Java(version=17, home=Path("/java")),
    has_maven=True,
    libraries=frozenset(MONGO_LIBRARIES),
    free_megabytes=5_000,
)


def sentences(machine: Machine, *, installing: bool = True) -> str:
    found = missing_on(machine, megabytes=2_000, installing=installing)
    return "\n".join(f"{thing.what} -> {thing.remedy}" for thing in found)


def test_good_machine_lacks_nothing():
    assert sentences(GOOD) == ""
    refuse_if_missing([])


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (replace(GOOD, python=(3, 10)), f"Python 3.11 or newer (this is 3.10) -> {APT} python3.11"),
        (replace(GOOD, java=None), f"Java 17 or newer, or a Docker engine -> {APT} openjdk-17"),
        (replace(GOOD, java=Java(version=11, home=Path("/old"))), "(found 11 in /old)"),
        (replace(GOOD, has_maven=False), f"Maven, to fetch Kafka and Elasticsearch -> {APT} maven"),
        (replace(GOOD, libraries=frozenset()), f"-> {APT} libcurl4 libssl3 liblzma5"),
        (replace(GOOD, free_megabytes=10), "Free disk space: 2000 MB needed, 10 MB there"),
        (replace(GOOD, system="Darwin"), "this is Darwin on x86_64 -> Install Docker"),
        (replace(GOOD, processor="riscv64"), "this is Linux on riscv64"),
    ],
)
def test_each_lack_is_named_with_its_remedy(machine: Machine, expected: str):
    assert expected in sentences(machine)


def test_everything_is_named_at_once():
    poor = replace(GOOD, python=(3, 9), java=None, has_maven=False, free_megabytes=1)
    with pytest.raises(Trouble) as trouble:
        refuse_if_missing(missing_on(poor, megabytes=2_000, installing=True))
    assert str(trouble.value).count("->") == 4


def test_maven_is_needed_for_the_installation_only():
    assert sentences(replace(GOOD, has_maven=False), installing=False) == ""


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("java.home = /opt/jdk 21\n    java.specification.version = 21\n", Java(21, Path("/opt/jdk 21"))),
        ("    java.home = /old\n    java.specification.version = 1.8\n", Java(8, Path("/old"))),
        ("no Java at all", None),
    ],
)
def test_java_is_recognised(printed: str, expected: Java | None):
    assert java_from(printed) == expected
