"""The checks, each as those make it who have it: all they get is a copy, and what they kept themselves."""

import io
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import psycopg

from deploy.drill.attacks import Attack, Connection
from deploy.drill.knowing import Known
from deploy.drill.places import Place
from deploy.native.software import CHECKOUT
from services.chassis.clock import system_clock
from services.chassis.process import Stop
from services.ledger.audit import Finding
from services.ledger.auditing import Report, audit_store
from services.ledger.exporting import Wish, run_export
from services.ledger.heads import HeadKey
from services.ledger.importing import Wish as ImportWish
from services.ledger.importing import run_import
from services.ledger.keeping import Keeper, Refused
from services.ledger.store.codes import StatementCodes
from services.ledger.store.keeping import KeptTree
from services.ledger.store.streaming import AuditSource

_KEPT = "kept_heads"
_NAMES = (re.compile(r"event (\d+)"), re.compile(r"position (\d+)"))
"""How a sentence names a position: that of the bad event goes before that of the last good one."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a check says first: the position (0: none in particular), the sentence."""

    position: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.position}: {self.sentence}" if self.position else self.sentence


def refusal(place: Place, known: Known, attack: Attack) -> Found | None:
    """The database's, when somebody tries the same who has no more than the service's login."""
    with psycopg.connect(place.url) as connection:
        try:
            attack.strike(connection, known)
        except psycopg.Error as error:
            return Found(0, f"refused: {str(error).splitlines()[0]}")
        finally:
            connection.rollback()
    return None


class _Findings(Report):
    """Remembers what was found, in the order of the checks."""

    def __init__(self) -> None:
        super().__init__(io.StringIO())
        self.first: Found | None = None

    def check(self, what: str, findings: Iterable[Finding]) -> None:
        found = sorted(findings, key=lambda finding: finding.position)
        if found and self.first is None:
            self.first = Found(found[0].position, found[0].sentence)
        super().check(what, found)


def audit(place: Place, book: str) -> Found | None:
    """`python -m services.ledger audit`, of the copy alone."""
    report = _Findings()
    with AuditSource(place.url, book) as source:
        audit_store(source, book, report)
    return report.first


class _Signer(Keeper):
    """One turn of `schedule`, with its reason."""

    def sign(self) -> None:
        """Raises Refused."""
        self._advance(*self._tree.reached())


def sign(place: Place, book: str, key: HeadKey) -> Found | None:
    """Let `schedule` sign a head over what is there now; what it refuses to sign over."""
    tree = KeptTree(place.url, book)
    try:
        _Signer(tree, key, system_clock, Stop()).sign()
    except Refused as refused:
        return _located(str(refused))
    finally:
        tree.close()
    return None


def export(place: Place, book: str, to: Path) -> Found | None:
    """Write what the ledger exports; what stops it."""
    told = io.StringIO()
    if run_export(place.url, book, "", Wish(output=str(to)), io.BytesIO(), told, seconds=0):
        return None
    return _located(told.getvalue().strip().splitlines()[-1])


def offline(file: Path, *options: str) -> Found | None:
    """`mccs-audit` over an export."""
    command = [sys.executable, "-m", "services.ledger.audit", str(file), "--json", "--quiet", *options]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"mccs-audit could not be run: {done.stderr}")
    if not done.returncode:
        return None
    if not done.stdout:
        return _located(_without(file, done.stderr.strip()))
    findings = orjson.loads(done.stdout)["findings"]
    # Where reading broke off, kept heads of later sizes are missing too: that is no news.
    first = next((each for each in findings if each["check"] != _KEPT), findings[0])
    return Found(first["position"], _without(file, first["sentence"]))


def import_(place: Place, book: str, unit: str, file: Path, keys: Path, followed: Mapping[str, int]) -> Found | None:
    """Into an empty database; what refuses it. `followed` is how far the book had followed other services."""
    told = io.StringIO()
    wish = ImportWish(source=str(file), keys=str(keys), followed=followed)
    if run_import(place.owner_url, book, unit, wish, lambda _: None, out=told, err=io.StringIO()):
        return None
    return _located(_without(file, told.getvalue().strip().removeprefix("Nothing was imported: ")))


def check_page(place: Place, book: str, codes: Iterable[str]) -> Found | None:
    """What the page says of codes that were printed before."""

    @contextmanager
    def connecting() -> Iterator[Connection]:
        with psycopg.connect(place.url) as connection:
            yield connection

    known = StatementCodes(book, connecting)
    for code in codes:
        answer = known.read(code)
        if answer is None:
            return Found(0, "a code that was printed is not known")
        if not answer[1]:
            return Found(answer[0].to_position, "the book no longer says what was printed")
    return None


def _located(sentence: str) -> Found:
    named = next(filter(None, (name.search(sentence) for name in _NAMES)), None)
    return Found(int(named[1]) if named else 0, sentence)


def _without(file: Path, sentence: str) -> str:
    """Each export is another file."""
    return sentence.replace(f"{file}, ", "")
