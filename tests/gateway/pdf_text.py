"""Reads back what a PDF of ours says: its text by the fonts' own tables, and its links. Nothing of a viewer."""

import base64
import re
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"^(\d+) 0 obj\s(.*?)\nendobj", re.DOTALL | re.MULTILINE)
_SHOWN = re.compile(rb"/(F\d+\+?\d*) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_MAPPED = re.compile(rb"^<([0-9A-F]{2})> <([0-9A-F]{4,})>", re.MULTILINE)
_CONTROL = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class Pdf:
    """The pages of a file as lists of the strings drawn on them."""

    def __init__(self, content: bytes) -> None:
        assert content.startswith(b"%PDF-1.")
        assert content.rstrip().endswith(b"%%EOF")
        self.objects = {int(number): body for number, body in _OBJECT.findall(content)}
        self.fonts = dict(self._read_fonts())
        self.page_numbers = list(self._page_numbers())
        self.pages = [strings_in(self.stream_of_page(number), self.fonts) for number in self.page_numbers]
        self.links = [
            link.decode("latin-1") for body in self.objects.values() for link in re.findall(rb"/URI \((.*?)\)", body)
        ]

    @property
    def text(self) -> str:
        return "\n".join("\n".join(page) for page in self.pages)

    def _page_numbers(self) -> Iterator[int]:
        for body in self.objects.values():
            if b"/Type /Pages" in body and (kids := re.search(rb"/Kids \[(.*?)\]", body, re.DOTALL)):
                yield from (int(number) for number in re.findall(rb"(\d+) 0 R", kids[1]))

    def _read_fonts(self) -> Iterator[tuple[str, dict[int, str]]]:
        for body in self.objects.values():
            name, table = re.search(rb"/Name /(F\S+)", body), re.search(rb"/ToUnicode (\d+) 0 R", body)
            if name and table:
                mapped = _MAPPED.findall(self._stream(int(table[1])))
                letters = {int(code, 16): bytes.fromhex(to.decode()).decode("utf-16-be") for code, to in mapped}
                yield name[1].decode(), letters

    def stream_of_page(self, page: int) -> bytes:
        contents = re.search(rb"/Contents (\d+) 0 R", self.objects[page])
        assert contents
        return self._stream(int(contents[1]))

    def _stream(self, number: int) -> bytes:
        body = self.objects[number]
        head, _, rest = body.partition(b"stream\n")
        length = re.search(rb"/Length (\d+)", head)
        assert length
        content = rest[: int(length[1])]
        if b"/ASCII85Decode" in head:
            content = base64.a85decode(content.strip().removesuffix(b"~>"))
        return zlib.decompress(content) if b"/FlateDecode" in head else content


def strings_in(stream: bytes, fonts: dict[str, dict[int, str]]) -> list[str]:
    """The strings that a stretch of a page's operators draws."""
    strings, table = [], {}
    for font, shown in _SHOWN.findall(stream):
        if font:
            table = fonts.get(font.decode(), {})
        else:
            strings.append("".join(table.get(code, "?") for code in _ESCAPE.sub(_unescaped, shown)))
    return strings


def _unescaped(found: re.Match[bytes]) -> bytes:
    inner = found[1]
    return bytes([int(inner, 8)]) if inner.isdigit() else _CONTROL.get(inner, inner)
