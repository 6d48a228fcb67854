"""The loader: refuses where it must, and goes on where it was killed without doing anything twice."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.__main__ import main
from deploy.demo.api import Refused
from deploy.demo.businesses import read_businesses
from deploy.demo.loader import Loader, amount_text, logins
from deploy.demo.plan import plan
from deploy.demo.timekeeping import Clock

NOW = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
BUSINESSES = {business.slug: business for business in read_businesses()}
STEPS = plan(NOW)
BREACHES = {step.proposal.number for step in STEPS if getattr(step, "outcome", "") == "cancelled by the system"}


class Killed(BaseException):
    """The process ends here."""


class System:
    """What the loader knows of the system: answers by idempotency key, effects in order."""

    def __init__(self) -> None:
        self.effects: list[str] = []
        self.answers: dict[str, Any] = {}
        self.dies_after = 10**9

    def get(self, path: str, token: str = "", **_: Any) -> Any:
        assert path == "/user/entities"
        return [{"id": f"id-{token}", "accountNumber": token}]

    def post(self, path: str, body: dict[str, Any], token: str = "", key: str = "") -> Any:
        if path == "/login":
            return {"token": body["email"]}
        if path == "/signup":
            self._once(key, body)
            email = body["userEmail"]
            return {"token": email, "entityID": f"id-{email}", "accountNumber": email}
        return self._once(key, body) | {"id": key}

    def patch(self, path: str, body: dict[str, Any], token: str, key: str) -> Any:
        self._once(key, body)
        if path.startswith("/transfers/") and body["action"] == "accept" and _number(path) in BREACHES:
            raise Refused(422, ("transfer.cancelled_by_system",), "It would break a limit.")
        return {}

    def _once(self, key: str, body: dict[str, Any]) -> dict[str, Any]:
        if len(self.effects) >= self.dies_after:
            raise Killed
        if key not in self.answers:
            self.effects.append(key)
        assert self.answers.setdefault(key, body) == body, "the same key with another body is a conflict"
        return {}


def _number(path: str) -> int:
    return int(path.rpartition("-")[2])


def load(system: System, folder: Path) -> Loader:
    loader = Loader(system, BUSINESSES, Clock(folder / "clock"), "admin")  # type: ignore[arg-type]
    loader.load(STEPS, lambda _: None)
    return loader


def test_every_step_has_one_effect_and_ends_as_planned(tmp_path: Path):
    system = System()
    assert load(system, tmp_path).surprises == []
    assert len(system.effects) == len(STEPS)


@pytest.mark.parametrize("dies_after", [1, 100, 500, 850])
def test_killed_and_started_again_it_does_nothing_twice(tmp_path: Path, dies_after: int):
    system = System()
    system.dies_after = dies_after
    with pytest.raises(Killed):
        load(system, tmp_path)
    system.dies_after = 10**9
    assert load(system, tmp_path).surprises == []
    assert len(system.effects) == len(set(system.effects)) == len(STEPS)


def test_what_ends_otherwise_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(f"{__name__}.BREACHES", set())
    assert len(load(System(), tmp_path).surprises) >= 8


@pytest.mark.parametrize(("minor", "text"), [(5, "0.05"), (1250, "12.50"), (100_000, "1000.00")])
def test_amounts_are_written_exactly(minor: int, text: str):
    assert amount_text(minor) == text


def test_five_logins_are_told():
    told = logins(BUSINESSES.values())
    assert len(told) == 5
    assert all("Demo-pass-1" in line and ".demo.example" in line for line in told)


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({}, "ENVIRONMENT is not"),
        ({"ENVIRONMENT": "production", "PUBLIC_URL": "http://x", "DEVELOPMENT_CLOCK": "/x"}, "ENVIRONMENT is not"),
        ({"ENVIRONMENT": "development"}, "Not set: PUBLIC_URL, DEVELOPMENT_CLOCK"),
    ],
)
def test_it_refuses_with_a_sentence(environ: dict[str, str], sentence: str, capsys: pytest.CaptureFixture[str]):
    assert main(environ) == 1
    assert sentence in capsys.readouterr().err


def test_a_system_that_does_not_run_is_named_and_time_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """A clock that a killed loader left behind is removed, too."""
    clock = tmp_path / "clock"
    clock.write_text("2026-05-01T00:00:00+00:00")
    environ = {"ENVIRONMENT": "development", "PUBLIC_URL": "http://127.0.0.1:9", "DEVELOPMENT_CLOCK": str(clock)}
    assert main(environ) == 1
    assert "http://127.0.0.1:9 does not answer" in capsys.readouterr().err
    assert not clock.exists()
