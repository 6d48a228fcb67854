"""Settings: every problem at once, safe defaults, secrets out of sight."""

from dataclasses import dataclass

import pytest

from services.chassis.config import BadSettings, read_settings, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    url: str = setting("URL", "where it is")
    port: int = setting("PORT", "where it listens")
    password: str = setting("PASSWORD", "what opens it", secret=True)
    loud: bool = setting("LOUD", "whether it shouts", default=False)
    limit: int | None = setting("LIMIT", "how much", default=None)
    environment: str = setting("ENVIRONMENT", "which", default="production")


COMPLETE = {"URL": "http://x", "PORT": "80", "PASSWORD": "sesame"}


def test_every_problem_is_named_at_once(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(BadSettings) as refused:
        read_settings(Wanted, {"PORT": "eighty", "LOUD": "perhaps", "PASSWORD": ""})
    told = capsys.readouterr().out
    assert refused.value.code == 78
    assert len(refused.value.problems) == 4
    assert all(name in told for name in ("URL", "PORT", "PASSWORD", "LOUD"))


def test_values_are_converted_and_defaults_taken():
    settings = read_settings(Wanted, COMPLETE | {"LOUD": "TRUE", "LIMIT": "7", "UNRELATED": "x"})
    assert (settings.port, settings.loud, settings.limit, settings.environment) == (80, True, 7, "production")
    assert read_settings(Wanted, COMPLETE).limit is None


def test_an_empty_value_means_not_set():
    assert read_settings(Wanted, COMPLETE | {"LIMIT": "", "ENVIRONMENT": ""}).environment == "production"


def test_a_secret_does_not_show():
    assert "sesame" not in repr(read_settings(Wanted, COMPLETE))


def test_a_secret_may_not_have_a_default():
    with pytest.raises(TypeError, match="PASSWORD"):
        setting("PASSWORD", "what opens it", default="sesame", secret=True)
