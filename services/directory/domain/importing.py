"""A file of members: how it is read, which columns it may have, what is wrong with it. Pure.

Spreadsheets write CSV in many ways: UTF-8 with or without its mark, commas, semicolons or tabs, headers as people
name things. All of that is understood; what is not understood is refused rather than guessed.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.directory.domain.errors import DirectoryError

MOST_BYTES = 900_000
"""Of a file that comes by HTTP; the command takes `MOST_ROWS` of any size."""
MOST_ROWS = 20_000
MOST_AT_ONCE = 200
"""Rows that all-or-nothing takes: they become members in one transaction."""
DELIMITERS = (",", ";", "\t")
_HARMLESS = re.compile(r"'(?=[=+\-@\t\r\n])")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "email": ("useremail", "emailaddress", "mail", "loginemail"),
    "first_name": ("givenname", "forename"),
    "last_name": ("surname", "familyname"),
    "telephone": ("userphone", "usertelephone", "phone"),
    "name": ("business", "businessname", "company", "companyname", "entityname"),
    "business_email": ("entityemail", "companyemail"),
    "business_telephone": ("entityphone", "businessphone", "companyphone"),
    "inc_type": ("legalform", "incorporationtype"),
    "company_number": ("companyno", "registrationnumber"),
    "website": ("url", "web"),
    "declared_turnover": ("turnover",),
    "description": ("about",),
    "address": ("street", "locationaddress", "streetaddress"),
    "city": ("town", "locationcity"),
    "region": ("county", "locationregion"),
    "postal_code": ("postcode", "zip", "zipcode", "locationpostalcode"),
    "country": ("locationcountry",),
    "latitude": ("lat",),
    "longitude": ("lng", "lon", "long"),
    "offers": ("offer", "weoffer"),
    "wants": ("want", "wewant", "needs"),
    "categories": ("category",),
    "status": ("membershipstatus",),
}
"""What a column may be called, besides its name: lower case, letters and digits alone."""
NEEDED = ("email", "name")
IGNORED = frozenset(
    {"entityid", "userid", "account", "accountnumber", "createdat", "memberstartedat", "otherowners", "operators"}
)
"""Columns of an export that a new member gets anew, and those who must agree to belong to a business again."""


class ImportUnreadable(DirectoryError):
    """Not a file of members at all."""


class UnknownImport(DirectoryError):
    """There is no such import."""


class ImportHasErrors(DirectoryError):
    """All or nothing: and not all rows are good."""


class ImportTooLarge(DirectoryError):
    """More rows than all-or-nothing takes."""


class ImportStarted(DirectoryError):
    """It was started, or has ended, before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """What is wrong with one cell, and what to do about it."""

    field: str
    what: str
    next: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands in the file; `number` is that of a spreadsheet, where the header is row 1."""

    number: int
    cells: Mapping[str, str]
    errors: tuple[RowError, ...] = ()


def read(content: bytes) -> list[Row]:
    """The rows of a file, blank ones left out. Raises ImportUnreadable."""
    text = _decoded(content)
    delimiter = _delimiter(text)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [_column(name) for name in next(records, [])]
        _check_header(header)
        rows = list(_rows(header, records))
    except csv.Error as error:
        raise ImportUnreadable(f"Row {records.line_num} can't be read as CSV: look at its quotation marks.") from error
    if not rows:
        raise ImportUnreadable("There is a header, and no row below it.")
    return rows


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportUnreadable("The file is not UTF-8: save it as “CSV UTF-8”, and try again.") from error
    if "\0" in text:
        raise ImportUnreadable("This is no CSV file: save the sheet as “CSV UTF-8”, and try again.")
    return text


def _delimiter(text: str) -> str:
    """The one that makes most columns of the header that are known."""
    first = text.partition("\n")[0]
    known = {sign: sum(_known(name) for name in next(csv.reader([first], delimiter=sign), [])) for sign in DELIMITERS}
    return max(DELIMITERS, key=lambda sign: known[sign])


def _known(name: str) -> bool:
    plain = _plain(name)
    return plain in IGNORED or any(plain in (_plain(column), *others) for column, others in COLUMNS.items())


def _plain(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _column(name: str) -> str:
    """The column that a header names; empty for one that is left out. Raises ImportUnreadable."""
    plain = _plain(name)
    for column, others in COLUMNS.items():
        if plain in (_plain(column), *others):
            return column
    if plain in IGNORED or not plain:
        return ""
    raise ImportUnreadable(f"There is no column “{name[:50]}”. Take it out, or name it one of: {', '.join(COLUMNS)}.")


def _check_header(header: Sequence[str]) -> None:
    named = [name for name in header if name]
    if missing := [name for name in NEEDED if name not in named]:
        raise ImportUnreadable(f"The first row must name the columns; {' and '.join(missing)} can't be left out.")
    if twice := [name for name in dict.fromkeys(named) if named.count(name) > 1]:
        raise ImportUnreadable(f"The column {twice[0]} is there twice: take one out.")


def _rows(header: Sequence[str], records: Iterator[list[str]]) -> Iterator[Row]:
    count = 0
    for number, record in enumerate(records, 2):
        if not any(cell.strip() for cell in record):
            continue
        count += 1
        if count > MOST_ROWS:
            raise ImportUnreadable(f"At most {MOST_ROWS:,} rows at once: split the file.")
        cells = {name: _cell(cell) for name, cell in zip(header, record, strict=False) if name and cell.strip()}
        surplus = any(cell.strip() for cell in record[len(header) :])
        yield Row(number, cells, (_SURPLUS,) if surplus else ())


_SURPLUS = RowError(
    field="", what="This row has more cells than the header.", next="Put texts with commas into quotation marks."
)


def _cell(text: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from running it."""
    return _HARMLESS.sub("", text.strip(), count=1) if text.lstrip().startswith("'") else text.strip()


def harmless(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula (`read` takes the apostrophe off again)."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell


def repeated(rows: Sequence[tuple[int, str]]) -> dict[int, int]:
    """Of rows (number, address): which have an address that an earlier one has, and which one that is."""
    first: dict[str, int] = {}
    found: dict[int, int] = {}
    for number, email in rows:
        if email in first:
            found[number] = first[email]
        elif email:
            first[email] = number
    return found
