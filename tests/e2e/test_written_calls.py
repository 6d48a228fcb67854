"""What docs/api-tour.md and docs/api.http tell programs to send is sent, as it is written there."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from deploy.native.system import System
from tests.e2e.api_client import Api
from tests.e2e.conftest import PASSWORD
from tests.e2e.http_file import send_all

pytestmark = pytest.mark.e2e

DOCS = Path(__file__).parents[2] / "docs"
ADMIN = "admin@mccs.example"
"""Whom the fixture `admin` made."""


def test_the_tour_goes_as_it_is_written(system: System, admin: Api, tmp_path: Path) -> None:
    blocks = re.findall(r"^```bash\n(.*?)^```$", (DOCS / "api-tour.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    settings = {"MCCS": system.address, "MCCS_ADMIN": ADMIN, "MCCS_ADMIN_PASSWORD": PASSWORD}
    taken = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "".join(blocks)],
        env={**os.environ, **settings}, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert taken.returncode == 0, taken.stdout + taken.stderr
    found, proposed, accepted, balance, size, root = taken.stdout.split("\n")[:6]
    assert found.startswith("Tour Farm ")
    assert (proposed, accepted, balance) == ("initiated", "completed", "-25.0")
    assert int(size) > 0
    assert re.fullmatch("[0-9a-f]{64}", root)


def test_all_calls_of_the_http_file_succeed(system: System, admin: Api) -> None:
    given = {"api": f"{system.address}/api/v1", "admin": ADMIN, "adminPassword": PASSWORD}
    sent = list(send_all((DOCS / "api.http").read_text("utf-8"), given))
    assert len(sent) > 10
    assert [(each.title, each.body) for each in sent if each.status != 200] == []
