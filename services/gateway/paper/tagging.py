"""What is drawn on a page said once more as a structure: headings, tables with header cells, pictures with words.

ISO 32000-1, 14.7 and 14.8. A reader reads a statement aloud by it, cell by cell, and none of the lines and running
heads that only eyes need. ReportLab draws and knows no structure, so this writes the operators around what is drawn and
hands the tree over when the file is written (ADR 22).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFObject, PDFString
from reportlab.pdfgen.canvas import Canvas

_Canvas: Any = Canvas
"""It bears no types: what is called on it can't be checked."""
COLUMN_HEAD, ROW_HEAD = b"/A<</O/Table/Scope/Column>>", b"/A<</O/Table/Scope/Row>>"


class Element(PDFObject):
    """A node of the tree. It writes itself: a long statement has tens of thousands."""

    # ReportLab writes a reference where such an object is named, and the object once.
    __RefOnly__ = 1

    def __init__(self, kind: str, parent: PDFObject, more: bytes = b"") -> None:
        self.kind, self.parent, self.more = kind.encode(), parent, more
        self.kids: list[Any] = []
        self.page: PDFObject | None = None
        """Where the marks among its kids are drawn."""

    def format(self, document: Any) -> bytes:
        """As in the file."""
        if self.kind == b"TR":
            document.breathe()
        page = b"/Pg " + _reference(self.page, document) if self.page else b""
        kids = b" ".join(_kid(kid, document) for kid in self.kids)
        parent = _reference(self.parent, document)
        return b"<</S/%b/P %b%b%b/K[%b]>>" % (self.kind, parent, page, self.more, kids)


def _kid(kid: Any, document: Any) -> bytes:
    """The number of a mark, the place of a link, or another element."""
    return b"%d" % kid if isinstance(kid, int) else _reference(kid, document)


def _reference(kid: Any, document: Any) -> bytes:
    found: bytes = document.Reference(kid).format(document)
    return found


class TaggedCanvas(_Canvas):  # type: ignore[misc]
    """A canvas that keeps the structure of what is drawn on it, in the order in which it is to be read."""

    def __init__(self, file: Any, *, language: str, breathe: Callable[[], None], **settings: Any) -> None:
        super().__init__(file, **settings)
        # Writing the tree of a long statement takes a second: others want to work meanwhile.
        self._doc.breathe = breathe
        self._root = PDFDictionary({"Type": PDFName("StructTreeRoot")})
        self._around = [Element("Document", self._root)]
        # What each number that a page or a link bears stands for: the elements of the page's marks, or the link.
        self._owners: list[list[Element] | Element] = []
        self._marks: list[Element] = []
        self._numbers: dict[str, int] = {}
        self.setCatalogEntry("Lang", language)
        self.setCatalogEntry("MarkInfo", {"Marked": "true"})
        self.setViewerPreference("DisplayDocTitle", "true")

    @contextmanager
    def within(self, element: str | Element) -> Iterator[Element]:
        """What follows belongs to a new element of that kind, or to one that goes on: a table, a row."""
        inside = self._add(element) if isinstance(element, str) else element
        self._around.append(inside)
        yield inside
        self._around.pop()

    @contextmanager
    def marked(self, kind: str, more: bytes = b"") -> Iterator[None]:
        """What is drawn meanwhile, all on one page, is this element."""
        element = self._add(kind, more)
        self._turn_page()
        element.page = self._doc.thisPageRef()
        element.kids.append(len(self._marks))
        self.addLiteral(f"/{kind} <</MCID {len(self._marks)}>> BDC")
        self._marks.append(element)
        yield
        self.addLiteral("EMC")

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is drawn meanwhile is for eyes alone: lines, running heads, page numbers."""
        self.addLiteral("/Artifact BMC")
        yield
        self.addLiteral("EMC")

    @contextmanager
    def link(self, address: str, place: Sequence[float], said: str) -> Iterator[None]:
        """What follows leads there; `place` are left, bottom, right and top of where one clicks."""
        with self.within("Link") as element:
            yield
            number = len(self._owners)
            self.linkURL(address, place, relative=0, StructParent=number, Contents=PDFString(said))
            element.page = self._doc.thisPageRef()
            element.kids.append(PDFDictionary({"Type": PDFName("OBJR"), "Obj": self._annotationrefs[-1]}))
            self._owners.append(element)

    def save(self) -> None:
        """Write the file, with its structure."""
        numbers: list[Any] = []
        for number, owner in enumerate(self._owners):
            numbers += [number, PDFArray(owner) if isinstance(owner, list) else owner]
        self._root.dict |= {
            "K": self._around[0],
            "ParentTree": PDFDictionary({"Nums": PDFArray(numbers)}),
            "ParentTreeNextKey": len(self._owners),
        }
        self.setCatalogEntry("StructTreeRoot", self._root)
        super().save()

    def showPage(self) -> None:  # noqa: N802 -- ReportLab's name
        """Begin the next page."""
        name = self._doc.thisPageName()
        super().showPage()
        page = self._doc.Pages.pages[-1]
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents, page.Tabs = self._numbers.get(name), PDFName("S")

    def _add(self, kind: str, more: bytes = b"") -> Element:
        element = Element(kind, self._around[-1], more)
        self._around[-1].kids.append(element)
        return element

    def _turn_page(self) -> None:
        name = self._doc.thisPageName()
        if name not in self._numbers:
            self._numbers[name] = len(self._owners)
            self._marks = []
            self._owners.append(self._marks)


def described(words: str, place: Sequence[float]) -> bytes:
    """Of a picture: what it shows, and its left, bottom, right and top."""
    box = " ".join(f"{edge:.1f}" for edge in place)
    alt = f"\ufeff{words}".encode("utf-16-be").hex()
    return f"/Alt<{alt}>/A<</O/Layout/Placement/Block/BBox[{box}]>>".encode()
