"""Everything that is known of a person or a business, as a zip: JSON as it is kept, CSV to look at, a README.

What the directory knows comes in one answer, what the ledger knows page by page; the file is made on disk, not in
memory, and has an end (`ENTRIES_MAX`).
"""

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO, Any

from flask import Response

from services.gateway.clients import Document, Parts, Refused
from services.gateway.legs import fee_of, moved

ENTRIES_MAX = 50_000
"""Of an account's statement, and of its transfers: the newest."""
_PAGE = 100
_IN_MEMORY = 2_000_000
_LARGE = 640
_TOLD = (
    *("transfer_id", "kind", "direction", "initiator", "payer", "payee", "amount", "legs", "description", "reference"),
    *("status", "by_consent", "initiated_at", "expires_at", "ended_at", "reverses", "reversed_by"),
)
"""Of a transfer: what its parties are told anyway."""
_PIECE = 65_536

_README = """What we know about you
======================

This is everything that is kept about {subject}, as of {at}.

*.json   as it is kept: one file for each kind of record.
*.csv    the same as a table, for a spreadsheet; what is nested is written as JSON.
statement.csv, statement.json   of a business: what was paid and received, the newest first, in the smallest unit
         (hundredths of a credit); negative is what was paid.
transfers.csv, transfers.json   of a business: what was proposed, paid, received, declined or withdrawn, the newest
         proposal first: who pays whom, what for, what became of it and when. `moved` is what it does to this account,
         or would do, fees included.
told.csv, told.json   the mails to you, and those to others that are about you (`to_you` says which), the newest
         first, for as long as they are known: what kind, when, and the ids and amounts in them.
told_preferences.csv, told_preferences.json   of a business: what it wants to be told, how and when.
webhooks.csv, webhooks.json   of a business: the addresses that its events are sent to.
picture.webp   the picture of the business.

{files}
Passwords, and the secrets of links, tokens and second factors, are not in here: they are kept as digests or encrypted.
The words of mails that were sent are not kept.
"""


def person(parts: Parts, user_id: str) -> Response:
    """What is known of a person, as a file. Raises Refused, PartDown, StepUpNeeded."""
    known = parts.directory.user_data(user_id)
    return _zipped(known, {"told": parts.notifier.user_data(user_id)}, None, f"my-data-{user_id}.zip")


def business(parts: Parts, entity_id: str) -> Response:
    """What is known of a business, with its transfers, mails and picture. Raises Refused, PartDown, StepUpNeeded."""
    known = parts.directory.entity_data(entity_id)
    entity = parts.directory.entity(entity_id)
    account, of_notifier = entity["account"], parts.notifier.entity_data(entity_id)
    more = {
        "statement": list(_entries(parts, account)),
        "transfers": list(_transfers(parts, account)),
        "told": of_notifier["messages"],
        # A notifier of before tells neither.
        "told_preferences": [of_notifier["preferences"]] if "preferences" in of_notifier else [],
        "webhooks": of_notifier.get("webhooks", []),
    }
    return _zipped(known, more, _picture(parts, entity), f"business-data-{entity_id}.zip")


def _entries(parts: Parts, account: str) -> Iterator[Document]:
    before, left = None, ENTRIES_MAX
    while left > 0:
        page = parts.ledger.statement(account, before=before, limit=_PAGE)
        yield from page["entries"]
        before, left = page["next"], left - _PAGE
        if before is None:
            return


def _transfers(parts: Parts, account: str) -> Iterator[Document]:
    names: dict[str, str | None] = {}
    before, left = None, ENTRIES_MAX
    while left > 0:
        page = parts.ledger.transfers(account=account, before=before, page_size=_PAGE)
        unknown = {number for found in page["transfers"] for number in (found["payer"], found["payee"])} - names.keys()
        if unknown:
            known = parts.directory.entities(accounts=sorted(unknown))["entities"]
            names |= dict.fromkeys(unknown) | {entity["account"]: entity["name"] for entity in known}
        yield from (_transfer(found, account, names) for found in page["transfers"])
        before, left = page["next"], left - _PAGE
        if before is None:
            return


def _transfer(found: Document, account: str, names: Mapping[str, str | None]) -> Document:
    cancellation = found["cancellation"] or {}
    return {
        **{name: found[name] for name in _TOLD},
        "payer_name": names.get(found["payer"]),
        "payee_name": names.get(found["payee"]),
        "moved": moved(found, account),
        "fee": fee_of(found, account),
        "cancellation": cancellation.get("kind"),
        "cancellation_reason": cancellation.get("reason"),
    }


def _picture(parts: Parts, entity: Document) -> bytes | None:
    try:
        return parts.directory.picture(entity["picture"], _LARGE) if entity.get("picture") else None
    except Refused:
        return None


def _zipped(known: Document, more: Mapping[str, list[Document]], picture: bytes | None, name: str) -> Response:
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 -- the answer closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        told = []
        tables: dict[str, list[Document]] = {**known["collections"], **more}
        for table, rows in sorted(tables.items()):
            archive.writestr(f"{table}.json", json.dumps(rows, ensure_ascii=False, indent=1))
            if rows:
                archive.writestr(f"{table}.csv", _csv(rows))
            told.append(f"{table}: {len(rows)}")
        if picture:
            archive.writestr("picture.webp", picture)
        files = "".join(f"{line}\n" for line in told)
        archive.writestr("README.txt", _README.format(subject=known["subject"], at=known["at"], files=files))
    file.seek(0)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    response = Response(_pieces(file), content_type="application/zip", headers=headers)
    response.call_on_close(file.close)
    return response


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _csv(rows: list[Document]) -> str:
    names = sorted({name for row in rows for name in row})
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in names])
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # A spreadsheet must not take what somebody typed for a formula.
    return f"'{text}" if text[:1] in "=+-@\t\r" and not isinstance(value, int | float) else text
