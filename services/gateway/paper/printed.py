"""A statement as PDF: A4, one table over as many pages as it needs, and at the end how to check it.

Drawn line by line rather than by a layout engine: the work grows with the entries and no faster, and text is never
read as markup.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from flask_babel import get_locale, gettext, ngettext
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from services.gateway import presenting
from services.gateway.codes import grouped
from services.gateway.network import network_name, unit_name
from services.gateway.paper.reading import Paper, Row
from services.gateway.paper.tagging import COLUMN_HEAD, ROW_HEAD, Element, TaggedCanvas, described
from services.gateway.paper.typeface import BOLD, REGULAR, UNKNOWN, prepare, printable, width, wrapped

INK, SOFT, BRAND = HexColor("#1c2924"), HexColor("#53615a"), HexColor("#12604a")
LINE, WASH = HexColor("#cfc9b8"), HexColor("#e8f1ec")
WIDE, HIGH = A4
LEFT, RIGHT = 18 * mm, WIDE - 18 * mm
TOP, BOTTOM = HIGH - 18 * mm, 24 * mm
SIZE, LEADING, PADDING = 9.0, 11.5, 4.5
HEADING = 18.0
QR = 32 * mm
QUIET = 12.0
"""Left white around the square code: readers want four of its little squares."""
CHECK_HIGH = QR + 40
TOTALS_HIGH = 40.0


@dataclass(frozen=True, slots=True)
class Column:
    """Where one column of the table stands; numbers are right aligned."""

    left: float
    right: float
    number: bool = False


DATE = Column(LEFT, LEFT + 58)
WHOM = Column(LEFT + 62, LEFT + 200)
WHAT = Column(LEFT + 208, RIGHT - 146)
AMOUNT = Column(RIGHT - 140, RIGHT - 72, number=True)
BALANCE = Column(RIGHT - 68, RIGHT, number=True)
COLUMNS = (DATE, WHOM, WHAT, AMOUNT, BALANCE)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row as it is drawn: the lines in each column."""

    cells: tuple[Sequence[str], ...]

    @property
    def high(self) -> float:
        return max(map(len, self.cells)) * LEADING + 2 * PADDING


def pdf(paper: Paper, *, name: str, breathe: Callable[[], None]) -> bytes:
    """The whole file. `name` is the member's; `breathe` is called every now and then: others want to work too."""
    prepare()
    written = io.BytesIO()
    language = str(get_locale()).replace("_", "-")
    canvas = TaggedCanvas(written, language=language, breathe=breathe, pagesize=A4, pageCompression=1)
    canvas.setTitle(gettext("Statement %(code)s", code=grouped(paper.facts["code"])))
    canvas.setAuthor(network_name())
    sheet = _Sheet(canvas, paper, printable(name) or presenting.account_number(paper.facts["account"]))
    pages = _paged(list(_all_placed(paper.rows, breathe)))
    for number, rows in enumerate(pages, 1):
        sheet.page(number, len(pages), rows)
        canvas.showPage()
        breathe()
    canvas.save()
    return written.getvalue()


def qr(address: str) -> QrCodeWidget:
    """The address as a QR code, with a quarter of it redundant: paper is folded and stained."""
    return QrCodeWidget(address, barLevel="Q", barWidth=QR, barHeight=QR, barBorder=0)


def _all_placed(rows: Sequence[Row], breathe: Callable[[], None]) -> Iterator[_Placed]:
    for number, row in enumerate(rows):
        if number % 50 == 0:
            breathe()
        yield _placed(row)


def _placed(row: Row) -> _Placed:
    whom = wrapped(printable(row.name) or presenting.account_number(row.counterparty), REGULAR, SIZE, _room(WHOM))
    what = wrapped(printable(_what(row)), REGULAR, SIZE, _room(WHAT))
    figures = [presenting.signed_figure(row.amount)], [presenting.figure(row.balance)]
    return _Placed(([presenting.plain_day(row.time)], whom, what, *figures))


def _what(row: Row) -> str:
    if row.role == "fee":
        return str(gettext("Fee of a transfer"))
    if row.kind == "transfer":
        return row.description
    kind = presenting.kind_words({"kind": row.kind, "direction": row.direction})
    return f"{kind}: {row.description}" if row.description else kind


def _room(column: Column) -> float:
    return column.right - column.left


def _paged(rows: list[_Placed]) -> list[list[_Placed]]:
    """Which rows stand on which page; the last one has room for the end."""
    pages: list[list[_Placed]] = [[]]
    free = _free(1)
    for row in rows:
        if row.high > free and pages[-1]:
            pages.append([])
            free = _free(len(pages))
        pages[-1].append(row)
        free -= row.high
    if free < TOTALS_HIGH + CHECK_HIGH:
        pages.append([])
    return pages


def _free(number: int) -> float:
    """Room for rows on a page."""
    return TOP - BOTTOM - HEADING - (FIRST_HIGH if number == 1 else NEXT_HIGH)


FIRST_HIGH, NEXT_HIGH = 176.0, 26.0
"""What stands above the table, on the first page and on the others."""


class _Sheet:
    """Draws the pages of one statement."""

    def __init__(self, canvas: TaggedCanvas, paper: Paper, name: str) -> None:
        self._canvas, self._facts, self._address, self._name = canvas, paper.facts, paper.address, name
        self._entries: Element | None = None
        """Their table, which goes on from page to page."""
        self._last = paper.rows[-1] if paper.rows else None
        self._lacking = any(UNKNOWN in printable(row.name + row.description) for row in paper.rows) or UNKNOWN in name

    def page(self, number: int, of: int, rows: list[_Placed]) -> None:
        y = self._opening() if number == 1 else self._continued()
        y = self._table(y, rows) if rows or number == 1 else y
        if number == of:
            self._check(self._totals(y))
        self._foot(number, of)

    def _opening(self) -> float:
        facts = self._facts
        with self._canvas.marked("P"):
            self._text(LEFT, TOP - 9, printable(network_name()), BOLD, 10, BRAND)
        with self._canvas.marked("H1"):
            self._text(LEFT, TOP - 40, gettext("Statement"), BOLD, 24, INK)
        name = wrapped(self._name, BOLD, 13, RIGHT - LEFT)
        with self._canvas.marked("P"):
            self._text(LEFT, TOP - 64, name[0] if len(name) == 1 else f"{name[0][:-1]}…", BOLD, 13, INK)
        account = gettext("Account %(number)s", number=presenting.account_number(facts["account"]))
        with self._canvas.marked("P"):
            self._text(LEFT, TOP - 80, account, REGULAR, 10.5, SOFT)
        middle = LEFT + (RIGHT - LEFT) * 0.55
        self._facts_beside(LEFT, middle - 24, TOP - 106, list(self._what_it_is()))
        self._facts_beside(middle, RIGHT, TOP - 106, list(self._sums()))
        return TOP - FIRST_HIGH

    def _what_it_is(self) -> Iterator[tuple[str, str]]:
        facts = self._facts
        yield gettext("Period"), presenting.period(facts["from"], facts["to"])
        yield gettext("Made"), f"{presenting.plain_moment(facts['made_at'])} ({presenting.zone_words()})"
        yield gettext("Entries"), presenting.count_figure(facts["entries"])
        yield gettext("Ledger positions"), presenting.stretch(facts["from_position"], facts["to_position"])

    def _sums(self) -> Iterator[tuple[str, str]]:
        facts = self._facts
        yield gettext("Opening balance"), presenting.figure(facts["opening_balance"])
        yield gettext("Received"), presenting.signed_figure(facts["received"])
        yield gettext("Paid"), presenting.signed_figure(-facts["paid"])
        yield gettext("Closing balance"), presenting.figure(facts["closing_balance"])

    def _facts_beside(self, left: float, right: float, y: float, facts: list[tuple[str, str]]) -> None:
        with self._canvas.within("Table"):
            for label, value in facts:
                with self._canvas.within("TR"):
                    with self._canvas.marked("TH", ROW_HEAD):
                        self._text(left, y, label, REGULAR, 9.5, SOFT)
                    with self._canvas.marked("TD"):
                        face = BOLD if label == facts[-1][0] or left == LEFT else REGULAR
                        self._right(right, y, value, face, 9.5, INK)
                self._rule(left, right, y - 4.5)
                y -= 15.5

    def _continued(self) -> float:
        shown = wrapped(self._name, BOLD, 10, (RIGHT - LEFT) * 0.6)
        with self._canvas.aside():
            self._text(LEFT, TOP - 9, shown[0] if len(shown) == 1 else f"{shown[0][:-1]}…", BOLD, 10, INK)
            self._right(RIGHT, TOP - 9, presenting.period(self._facts["from"], self._facts["to"]), REGULAR, 10, SOFT)
        return TOP - NEXT_HIGH

    def _table(self, y: float, rows: list[_Placed]) -> float:
        is_new = self._entries is None
        with self._canvas.within(self._entries or "Table") as self._entries:
            self._heads(y, is_new=is_new)
            y -= HEADING
            for row in rows:
                self._row(y, row)
                y -= row.high
        if self._last is None:
            with self._canvas.marked("P"):
                self._text(LEFT, y - 18, gettext("No payment in this time."), REGULAR, SIZE, SOFT)
            return y - 26
        return y

    def _heads(self, y: float, *, is_new: bool) -> None:
        """Told once to who listens, and drawn on every page."""
        with self._canvas.aside():
            self._canvas.setFillColor(WASH)
            self._canvas.rect(LEFT - 4, y - HEADING, RIGHT - LEFT + 8, HEADING, stroke=0, fill=1)
        heads = (gettext("Date"), gettext("With whom"), gettext("Description"), gettext("Amount"), gettext("Balance"))
        with self._canvas.within("TR") if is_new else self._canvas.aside():
            for column, head in zip(COLUMNS, heads, strict=True):
                with self._canvas.marked("TH", COLUMN_HEAD) if is_new else nullcontext():
                    self._in_column(column, y - 12.5, head, BOLD)

    def _row(self, y: float, row: _Placed) -> None:
        with self._canvas.within("TR"):
            for column, lines in zip(COLUMNS, row.cells, strict=True):
                with self._canvas.marked("TD"):
                    for number, line in enumerate(lines):
                        self._in_column(column, y - PADDING - 8.5 - number * LEADING, line, REGULAR)
        self._rule(LEFT, RIGHT, y - row.high)

    def _in_column(self, column: Column, y: float, text: str, face: str) -> None:
        if column.number:
            self._right(column.right, y, text, face, SIZE, INK)
        else:
            self._text(column.left, y, text, face, SIZE, INK)

    def _totals(self, y: float) -> float:
        facts = self._facts
        count = presenting.count_figure(facts["entries"])
        entries = ngettext("%(count)s entry", "%(count)s entries", facts["entries"], count=count)
        told = gettext(
            "%(entries)s · received %(received)s · paid %(paid)s",
            entries=entries,
            received=presenting.figure(facts["received"]),
            paid=presenting.figure(facts["paid"]),
        )
        with self._canvas.marked("P"):
            self._text(LEFT, y - 20, told, REGULAR, SIZE, SOFT)
        with self._canvas.marked("P"):
            closing = gettext("Closing balance in %(unit)s", unit=printable(unit_name()))
            self._right(RIGHT - 76, y - 20, closing, BOLD, SIZE, INK)
            self._right(RIGHT, y - 20, presenting.figure(facts["closing_balance"]), BOLD, 11, INK)
        return y - TOTALS_HIGH

    def _check(self, y: float) -> None:
        with self._canvas.aside():
            self._canvas.setStrokeColor(BRAND)
            self._canvas.setLineWidth(1)
            self._canvas.roundRect(LEFT - 4, y - QR - 2 * QUIET, RIGHT - LEFT + 8, QR + 2 * QUIET, 6, stroke=1, fill=0)
        left, bottom = LEFT - 4 + QUIET, y - QR - QUIET
        self._words_beside(left + QR + QUIET + 4, y - 22)
        self._square(left, bottom)
        if self._lacking:
            note = gettext("A box stands for a character that this typeface lacks.")
            with self._canvas.marked("P"):
                self._text(LEFT, y - QR - 2 * QUIET - 11, note, REGULAR, 8, SOFT)

    def _square(self, left: float, bottom: float) -> None:
        drawing = Drawing(QR, QR)
        drawing.add(qr(self._address))
        place = (left, bottom, left + QR, bottom + QR)
        told = str(gettext("Square code that leads to %(address)s", address=self._address))
        with self._canvas.link(self._address, place, told), self._canvas.marked("Figure", described(told, place)):
            renderPDF.draw(drawing, self._canvas, left, bottom)

    def _words_beside(self, x: float, y: float) -> None:
        with self._canvas.marked("H2"):
            self._text(x, y, gettext("Check this statement"), BOLD, 11, BRAND)
        with self._canvas.marked("P"):
            self._text(x, y - 21, grouped(self._facts["code"]), BOLD, 14.5, INK)
        said = [
            gettext("Anyone may compare it with the ledger, without a login, at"),
            self._address,
            self._signed(),
        ]
        y -= 38
        for text in said:
            with self._canvas.marked("P"):
                for line in wrapped(text, REGULAR, SIZE, RIGHT - x - 4):
                    self._text(x, y, line, REGULAR, SIZE, BRAND if text == self._address else INK)
                    y -= LEADING

    def _signed(self) -> str:
        head = self._facts["head"]
        if head is None:
            return str(gettext("The ledger signs itself every minute; these entries are in its next signed head."))
        return str(
            gettext(
                "Every entry lies in signed head number %(number)s of the ledger, which covers %(size)s events.",
                number=presenting.count_figure(head["number"]),
                size=presenting.count_figure(head["size"]),
            )
        )

    def _foot(self, number: int, of: int) -> None:
        y = 14 * mm
        account = presenting.account_number(self._facts["account"])
        told = gettext("Account %(number)s · code %(code)s", number=account, code=grouped(self._facts["code"]))
        with self._canvas.aside():
            self._text(LEFT, y, told, REGULAR, 8, SOFT)
            self._right(RIGHT, y, gettext("Page %(page)s of %(pages)s", page=number, pages=of), REGULAR, 8, SOFT)

    def _text(self, x: float, y: float, text: str, face: str, size: float, colour: Color) -> None:
        self._canvas.setFont(face, size)
        self._canvas.setFillColor(colour)
        self._canvas.drawString(x, y, text)

    def _right(self, x: float, y: float, text: str, face: str, size: float, colour: Color) -> None:
        self._text(x - width(text, face, size), y, text, face, size, colour)

    def _rule(self, left: float, right: float, y: float) -> None:
        with self._canvas.aside():
            self._canvas.setStrokeColor(LINE)
            self._canvas.setLineWidth(0.4)
            self._canvas.line(left, y, right, y)
