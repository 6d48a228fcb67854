"""docker-compose.yml: whatever stays up is watched, nothing is open that need not be."""

import re
from typing import Any

import pytest
import yaml

from tests.architecture.source import ROOT

SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
STAYING = {name: service for name, service in SERVICES.items() if service.get("restart") != "no"}
# Development's mail page: nothing depends on it, and its image watches itself.
OURS = [name for name in STAYING if name != "mailpit"]


def test_the_five_services_and_four_servers_are_there():
    wanted = {"ledger", "directory", "matcher", "notifier", "gateway", "postgres", "mongo", "kafka", "elasticsearch"}
    assert wanted <= set(STAYING)


@pytest.mark.parametrize("name", OURS)
def test_what_stays_up_has_a_health_check(name: str):
    check = STAYING[name].get("healthcheck", {})
    assert check.get("test")
    assert not check.get("disable")


@pytest.mark.parametrize("name", OURS)
def test_images_are_pinned(name: str):
    image = SERVICES[name].get("image", "")
    assert ":" in image or "build" in SERVICES[name]
    assert not image.endswith(":latest")


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_published_on_loopback_alone(name: str):
    assert all(str(port).startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


def test_what_the_images_copy_reaches_the_engine():
    """.dockerignore lets through what it names with `!`, and nothing else."""
    let_through = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    dockerfile = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
    copied = [source for line in re.findall(r"^COPY (.+)", dockerfile, re.MULTILINE) for source in line.split()[:-1]]
    assert copied
    for source in copied:
        assert any(source == known or source.startswith(f"{known}/") for known in let_through), source


def test_mongodb_undoes_what_a_killed_process_left_open_before_long():
    # As the native one does (deploy/native/servers/mongo.py): whoever wants the same document waits for it.
    assert "transactionLifetimeLimitSeconds=10" in SERVICES["mongo"]["command"]
