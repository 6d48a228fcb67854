"""Reads back the structure of a PDF of ours: what a screen reader walks through, and what is for eyes alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.gateway.pdf_text import Pdf, strings_in

_MARK = re.compile(rb"/(\w+) (?:<</MCID (\d+)>> BDC|BMC)\n(.*?)\bEMC\b", re.DOTALL)
_ELEMENT = re.compile(rb"<</S/(\w+)/P (\d+) 0 R(?:/Pg (\d+) 0 R)?(.*?)/K\[(.*)\]>>", re.DOTALL)
_ALT = re.compile(rb"/Alt<([0-9a-f]+)>")


@dataclass
class Node:
    """An element: what it says itself, or the elements in it."""

    kind: str
    said: str = ""
    kids: list["Node"] = field(default_factory=list)
    alt: str = ""
    scope: str = ""

    def all(self, kind: str) -> Iterator["Node"]:
        for kid in self.kids:
            if kid.kind == kind:
                yield kid
            yield from kid.all(kind)


class Structure:
    """The tree of a file."""

    def __init__(self, content: bytes) -> None:
        self.pdf = Pdf(content)
        self.catalog = next(body for body in self.pdf.objects.values() if b"/Type /Catalog" in body)
        self.root = self.referred(self.catalog, "StructTreeRoot")
        self._marks: dict[tuple[int, int], str] = {}
        self.for_eyes: list[str] = []
        self.unmarked: list[str] = []
        for page in self.pdf.page_numbers:
            self._read_page(page)
        first = re.search(rb"/K (\d+) 0 R", self.root)
        assert first
        self.document = self._node(int(first[1]))

    def parents(self) -> dict[int, list[int]]:
        """What each number of the parent tree stands for: numbers of elements, by mark."""
        told = re.findall(rb"(\d+) (?:\[ ([^\]]*) \]|(\d+) 0 R)", self.referred(self.root, "ParentTree"))
        return {int(key): [int(each) for each in re.findall(rb"(\d+) 0 R", many + b" " + one + b" 0 R")]
                for key, many, one in told}  # fmt: skip

    def marks_of(self, element: int) -> list[int]:
        found = _ELEMENT.search(self.pdf.objects[element])
        assert found
        return [int(mark) for mark in re.findall(rb"(?<!\S)(\d+)(?!\S)(?! 0 R)", found[5])]

    def referred(self, body: bytes, name: str) -> bytes:
        found = re.search(rb"/%b (\d+) 0 R" % name.encode(), body)
        return self.pdf.objects[int(found[1])] if found else body[body.index(b"/" + name.encode()) :]

    def _read_page(self, page: int) -> None:
        stream, rest = self.pdf.stream_of_page(page), b""
        fonts = self.pdf.fonts
        end = 0
        for found in _MARK.finditer(stream):
            rest += stream[end : found.start()]
            end = found.end()
            strings = strings_in(found[3], fonts)
            if found[2] is None:
                assert found[1] == b"Artifact"
                self.for_eyes += strings
            else:
                self._marks[page, int(found[2])] = " ".join(strings)
        self.unmarked += strings_in(rest + stream[end:], fonts)

    def _node(self, number: int) -> Node:
        found = _ELEMENT.search(self.pdf.objects[number])
        assert found, self.pdf.objects[number]
        kind, _, page, more, kids = found.groups()
        scope = re.search(rb"/Scope/(\w+)", more)
        alt = _ALT.search(more)
        node = Node(
            kind.decode(),
            alt=bytes.fromhex(alt[1].decode()).decode("utf-16") if alt else "",
            scope=scope[1].decode() if scope else "",
        )
        for kid, mark in re.findall(rb"(\d+) 0 R|(\d+)", kids):
            if mark:
                node.said += self._marks[int(page), int(mark)]
            elif b"/Type /OBJR" not in self.pdf.objects[int(kid)]:
                node.kids.append(self._node(int(kid)))
        return node
