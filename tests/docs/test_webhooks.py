"""The code in docs/webhooks.md, run as a reader would copy it."""

import re
import time
from datetime import UTC, datetime

import pytest

from services.notifier.webhooks.domain import signature
from tests.architecture.source import ROOT

BODY = b'{"type":"ledger.transfer-completed.v1","data":{"a":"\xc3\xa9"}}'


@pytest.fixture
def is_from_mccs():
    text = (ROOT / "docs/webhooks.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict = {}
    exec(compile(code, "docs/webhooks.md", "exec"), names)
    return names["is_from_mccs"]


def signed(*secrets: str, seconds_ago: int = 0) -> str:
    return signature(secrets, BODY, datetime.fromtimestamp(time.time() - seconds_ago, UTC))


def test_our_signature_is_good(is_from_mccs):
    assert is_from_mccs(signed("whsec_a"), BODY, "whsec_a")
    assert is_from_mccs(signed("whsec_b", "whsec_a"), BODY, "whsec_a")


@pytest.mark.parametrize("forged", ["", "t=1,v1=aa", "v1=aa", "t=x,v1=aa", "t=1,t=2,v1=aa", "t=²,v1=é", ",,=,"])
def test_another_is_not(is_from_mccs, forged):
    assert not is_from_mccs(forged, BODY, "whsec_a")


def test_another_body_secret_or_time_is_not(is_from_mccs):
    good = signed("whsec_a")
    assert not is_from_mccs(good, BODY + b" ", "whsec_a")
    assert not is_from_mccs(good, BODY, "whsec_b")
    assert not is_from_mccs(signed("whsec_a", seconds_ago=301), BODY, "whsec_a")
    moved = re.sub(r"t=\d+", f"t={int(time.time()) + 1}", good)
    assert not is_from_mccs(moved, BODY, "whsec_a")
