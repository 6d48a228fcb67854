"""Everything that is known here about somebody, for their data export."""

from typing import Any

from services.directory.domain.audit import Entry
from services.directory.handlers.writing import By, Directory, note
from services.directory.store import personal

Exported = dict[str, Any]

ROWS_MAX = 20_000
"""Of one collection: the newest; an export has an end."""


def export(directory: Directory, by: By, subject: str) -> Exported:
    """`{subject, at, collections: {name: [row]}}`, everything as JSON knows it; the export goes into the audit log."""
    found = personal.about(directory.store, subject)
    note(directory, by, Entry(action="data.exported", subject=subject))
    rows = {name: [_plain(row) for row in rows[-ROWS_MAX:]] for name, rows in found.items()}
    return {"subject": subject, "at": directory.clock(), "collections": rows}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {("id" if name == "_id" else str(name)): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
