"""What an audit tells people."""

import sys
from collections.abc import Iterable
from typing import TextIO

from services.ledger.audit import Finding


class Report:
    """Lines for people; `passed` as long as no check failed."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out, self.passed = out, True

    def title(self, text: str) -> None:
        self._print(f"{text}\n{'=' * len(text)}")

    def fact(self, name: str, value: object) -> None:
        self._print(f"  {name:<12} {value}")

    def check(self, what: str, findings: Iterable[Finding]) -> None:
        """`ok` or `FAILED` with every finding, the first bad position first."""
        found = sorted(findings, key=lambda finding: finding.position)
        self._print(f"  {'FAILED' if found else 'ok':<7}{what}")
        for finding in found:
            where = f"position {finding.position}: " if finding.position else ""
            self._print(f"          {where}{finding.sentence}")
        self.passed = self.passed and not found

    def verdict(self) -> None:
        self._print("Everything holds." if self.passed else "SOMETHING IS WRONG: see FAILED above.")

    def _print(self, line: str) -> None:
        print(line, file=self._out, flush=True)
