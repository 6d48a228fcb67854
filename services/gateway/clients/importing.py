"""The directory, as far as files of members go: in and out."""

from services.gateway.calling import Document, Stream
from services.gateway.part import Part, segment

CHECK_SECONDS = 30.0
"""Thousands of rows are checked one by one."""


class Importing(Part):
    """Imports, and the export of the community."""

    def check_import(self, csv: str, *, name: str = "", key: str | None = None) -> Document:
        """An Import in state `checked`: nothing is changed. Refused: import.unreadable."""
        return self._write("POST", "/imports", {"csv": csv, "name": name}, key, CHECK_SECONDS)

    def imports(self) -> list[Document]:
        """The last ones, newest first."""
        found: list[Document] = self._get("/imports")["imports"]
        return found

    def import_(self, import_id: str) -> Document:
        """How far one is. Refused: import.unknown."""
        return self._get(f"/imports/{segment(import_id)}")

    def import_errors(self, import_id: str, *, after: int = 0, limit: int = 100) -> Document:
        """`{rows: [{number, errors: [{field, what, next}]}], next}`."""
        return self._get(f"/imports/{segment(import_id)}/errors", after=after, limit=limit)

    def start_import(self, import_id: str, *, mode: str, invite: bool, key: str | None = None) -> Document:
        """Refused: import.started_already, import.has_errors, import.too_large."""
        return self._write("POST", f"/imports/{segment(import_id)}/start", {"mode": mode, "invite": invite}, key)

    def stop_import(self, import_id: str, *, key: str | None = None) -> Document:
        """Let the rest be."""
        return self._write("DELETE", f"/imports/{segment(import_id)}", {}, key)

    def community_export(self) -> Stream:
        """A zip of CSVs."""
        return self._open("/community-export")
