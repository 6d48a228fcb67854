"""The lines of docs/audit.md that check an export of the activity log do so: they are taken from there and run."""

import hashlib
import json
import subprocess
import sys
import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.directory.domain.audit import GENESIS, Header, chained, digest_of

DOCUMENT = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")


def script() -> str:
    begin = DOCUMENT.index("    import hashlib, json, sys\n")
    return textwrap.dedent(DOCUMENT[begin : DOCUMENT.index("With filters an export has holes")])


def an_export(size: int = 5) -> list[dict[str, Any]]:
    lines, previous = [], GENESIS
    for position in range(1, size + 1):
        details, salt = {"before": {}, "after": {"name": f"Ümlaut {position}"}, "reason": ""}, f"{position:032x}"
        header = Header(
            position=position,
            time="2026-01-31T12:00:00.000000Z",
            action="category.renamed",
            subject="category/x",
            concerns=("entity/e",),
            actor="admin:a",
            on_behalf_of=None,
            origin="",
            correlation_id="r",
            digest=digest_of(details, salt),
        )
        line = {**asdict(header), "previous": previous, "hash": (previous := chained(header, previous))}
        lines.append(line | {"details": details, "salt": salt})
    del lines[2]["details"], lines[2]["salt"]
    return lines


def run(tmp_path: Path, lines: list[dict[str, Any]]) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "log.ndjson"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return subprocess.run([sys.executable, "-c", script(), str(file)], capture_output=True, text=True, check=False)


def test_the_lines_print_the_head_of_a_good_export_and_stop_at_a_bad_entry(tmp_path: Path):
    good = an_export()
    assert run(tmp_path, good).stdout.strip() == f"5:{good[-1]['hash']}"
    assert hashlib.sha256(b"mccs directory audit log").hexdigest() == good[0]["previous"]
    for position, changes in ((2, {"actor": "admin:b"}), (4, {"details": {"before": {}, "after": {}, "reason": ""}})):
        bad = an_export()
        bad[position - 1] |= changes
        told = run(tmp_path, bad)
        assert told.returncode == 1
        assert f"AssertionError: changed at {position}" in told.stderr or f"AssertionError: {position}" in told.stderr
    missing = an_export()
    del missing[1]
    assert "changed at 3" in run(tmp_path, missing).stderr
