"""Reads exports line by line. Whatever is damaged is refused with its place; nothing is kept but the last hash.

That the lines are one chain that ends where the manifest says is checked here; whether the manifest's signed head
covers it, and what the events mean, is not.
"""

import gzip
import hashlib
import os
import re
import zlib
from binascii import hexlify, unhexlify
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedReader, FileIO
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import orjson

from .chain import genesis_hash

_BUFFER = 1 << 18
_NAMED = re.compile(r"(?P<book>[a-z0-9-]{1,40})-(?P<first>\d{20})-(?P<last>\d{20})\.ndjson(\.gz)?")
_HEX = re.compile(r"[0-9a-f]{64}")
_SEQUENCE = re.compile(rb'"sequence":"(\d{20})"')
_EVENT, _HASH, _TAIL = b'{"event":', b',"hash":"', b'"}\n'
_UNREADABLE = (EOFError, OSError, zlib.error)
_AFTER_BODY = len(_HASH) + 64 + len(_TAIL)

Entry = tuple[int, bytes, bytes, bytes]
"""Position, prev_hash, hash and canonical bytes of an event."""


class Damaged(Exception):
    """An export that can't be trusted. `position` is the last good one, `line` (from 1) the first bad one."""

    def __init__(self, file: str, line: int, position: int, sentence: str) -> None:
        super().__init__(f"{file}, line {line}, after position {position}: {sentence}")
        self.file, self.line, self.position, self.sentence = file, line, position, sentence


@dataclass(frozen=True, slots=True)
class Header:
    """The first line. `unit` is signed by nobody; `keys` prove nothing about who made the export."""

    book: str
    unit: str
    first: int
    prev_hash: bytes
    keys: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The last line: the signed `head` covers the leaf at `last` by `path`."""

    book: str
    events: int
    first: int
    last: int
    prev_hash: bytes
    hash: bytes
    heads: int
    head: str
    path: list[bytes]


class Place(NamedTuple):
    """Where an export can be read on, by another process too: behind `line` and `position`."""

    path: str
    offset: int
    """In bytes; of a gzip file in unpacked ones."""
    line: int
    position: int
    hash: bytes


class Export:
    """An export while it is read, once: `header` at once, events by iterating, `manifest` after the last of them.

    `on_head` hears of each signed head (its JWS) directly after the event that it was signed at. Without `chained` the
    hashes are taken as they stand, for those who check them elsewhere.
    """

    chained = True

    def __init__(
        self,
        stream: "BufferedReader[Any]",
        name: str,
        on_head: Callable[[int, str], None] | None = None,
        *,
        file: "BufferedReader[Any] | None" = None,
    ) -> None:
        self.name, self.heads = name, list[str]()
        self.on_head = on_head
        self._stream, self._file = stream, file or stream
        self._manifest: Manifest | None = None
        self._line = 0
        self.position = 0
        self.header = self._read_header(self._next())
        self.position, self._hash = self.header.first - 1, self.header.prev_hash

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing more is read."""
        self._stream.close()
        self._file.close()  # which a gzip stream leaves open when it was given it

    def tell(self) -> int:
        """Bytes of the file that were read, packed ones of a gzip file; may be asked from another thread."""
        return 0 if self._file.closed or not self._file.seekable() else self._file.tell()

    def place(self) -> Place:
        """Behind the event that was read last."""
        return Place(os.path.realpath(self.name), self._stream.tell(), self._line, self.position, self._hash)

    def go_to(self, place: Place) -> None:
        """Read on from there, or again. Raises Damaged."""
        self._line, self.position, self._hash = place.line, place.position, place.hash
        try:
            self._stream.seek(place.offset)
        except _UNREADABLE as error:
            raise self._unreadable(error) from error

    @property
    def manifest(self) -> Manifest:
        """Of an export that was read to its end; raises Damaged before."""
        if self._manifest is None:
            raise self.damaged("its end was not reached")
        return self._manifest

    def __iter__(self) -> Iterator[Entry]:
        """Raises Damaged."""
        sha256, chained, readline = hashlib.sha256, self.chained, self._stream.readline
        position, prev_hash = self.position, self._hash
        while True:
            self._line += 1
            try:
                line = readline()
            except _UNREADABLE as error:
                raise self._unreadable(error) from error
            if line[:9] != _EVENT or line[-1:] != b"\n":
                if self._is_last(self._whole(line)):
                    return
                continue
            position += 1
            body = line[9:-_AFTER_BODY]
            if chained:
                hash_ = sha256(prev_hash + position.to_bytes(8, "big") + body).digest()
                if line[-_AFTER_BODY:] != b'%b%b"}\n' % (_HASH, hexlify(hash_)):
                    raise self._broken(line, position)
            else:
                try:
                    hash_ = unhexlify(line[9 - _AFTER_BODY : -3])
                except ValueError:
                    hash_ = self._hash_in(line)
            self.position, self._hash = position, hash_
            yield position, prev_hash, hash_, body
            prev_hash = hash_

    def damaged(self, sentence: str) -> Damaged:
        """To be raised: this file, this line."""
        return Damaged(self.name, self._line, self.position, sentence)

    def _next(self) -> bytes:
        self._line += 1
        try:
            return self._whole(self._stream.readline())
        except _UNREADABLE as error:
            raise self._unreadable(error) from error

    def _whole(self, line: bytes) -> bytes:
        if line[-1:] != b"\n":
            raise self.damaged("the line is cut off" if line else "ends without a manifest: it is cut off")
        return line

    def _read_header(self, line: bytes) -> Header:
        document = self._parsed(line)
        if document.get("mccs_export") != 1:
            raise self.damaged("is no export of this format: its first line is no header")
        try:
            header = Header(
                book=_text(document, "book"),
                unit=_text(document, "unit"),
                first=_count(document, "first"),
                prev_hash=_hash(document["prev_hash"]),
                keys=_objects(document, "keys"),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise self.damaged(f"its header can't be read: {error}") from error
        if header.first < 1 or (header.first == 1 and header.prev_hash != genesis_hash(header.book)):
            raise self.damaged("its header does not start where the book does")
        return header

    def _is_last(self, line: bytes) -> bool:
        """What is no event: a head, or the manifest, which ends the export."""
        document = self._parsed(line)
        if document.keys() == {"head"} and isinstance(document["head"], str) and self.position >= self.header.first:
            self.heads.append(document["head"])
            if self.on_head:
                self.on_head(self.position, document["head"])
            return False
        if document.keys() != {"manifest", "head", "path"}:
            raise self.damaged("is neither an event, nor a head, nor the manifest")
        self._manifest = self._read_manifest(document)
        if self._stream_goes_on():
            raise self.damaged("goes on behind its manifest")
        return True

    def _stream_goes_on(self) -> bool:
        try:
            return bool(self._stream.read(1))
        except _UNREADABLE as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> Damaged:
        return self.damaged(f"can't be read on: {error}")

    def _read_manifest(self, document: dict[str, Any]) -> Manifest:
        try:
            told = document["manifest"]
            manifest = Manifest(
                book=_text(told, "book"),
                **{name: _count(told, name) for name in ("events", "first", "last", "heads")},
                prev_hash=_hash(told["prev_hash"]),
                hash=_hash(told["hash"]),
                head=_text(document, "head"),
                path=[_hash(step) for step in _list(document, "path")],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise self.damaged(f"its manifest can't be read: {error}") from error
        header = self.header
        read = (header.book, self.position - header.first + 1, header.first, self.position, len(self.heads))
        if (manifest.book, manifest.events, manifest.first, manifest.last, manifest.heads) != read:
            raise self.damaged("its manifest counts something else than there is")
        if (manifest.prev_hash, manifest.hash) != (header.prev_hash, self._hash):
            raise self.damaged("its manifest names other hashes than there are")
        return manifest

    def _hash_in(self, line: bytes) -> bytes:
        """The hash that an event's line names."""
        if line[-_AFTER_BODY : 9 - _AFTER_BODY] == _HASH and line[-3:] == _TAIL:
            try:
                return _hash(line[9 - _AFTER_BODY : -3].decode("ascii"))
            except ValueError as error:
                raise self.damaged(f"the event after it has no hash: {error}") from error
        raise self.damaged("the event after it does not end with its hash")

    def _broken(self, line: bytes, position: int) -> Damaged:
        """Why an event's hash is not what its line says."""
        self._hash_in(line)
        found = _SEQUENCE.search(line)
        if found and int(found[1]) > position:
            return self.damaged(f"event {position} is missing: {int(found[1])} comes next")
        if found and int(found[1]) < position:
            return self.damaged(f"event {int(found[1])} comes again where {position} must")
        return self.damaged(f"event {position} was changed, or what is before it: its hash does not cover it")

    def _parsed(self, line: bytes) -> dict[str, Any]:
        try:
            document = orjson.loads(line)
        except ValueError as error:
            raise self.damaged(f"is no JSON: {error}") from error
        if not isinstance(document, dict):
            raise self.damaged("is no JSON object")
        return document


def open_export(path: Path, on_head: Callable[[int, str], None] | None = None) -> Export:
    """An export file, gzip or not. Raises Damaged, OSError when there is none."""
    return export_from(BufferedReader(FileIO(path), _BUFFER), str(path), on_head)


def export_from(stream: "BufferedReader[Any]", name: str, on_head: Callable[[int, str], None] | None = None) -> Export:
    """An export from a stream, gzip or not; the stream is closed with the export. Raises Damaged."""
    try:
        zipped = stream.peek(2)[:2] == b"\x1f\x8b"
        readable = BufferedReader(gzip.GzipFile(fileobj=stream), _BUFFER) if zipped else stream
        return Export(readable, name, on_head, file=stream)
    except Damaged:
        stream.close()
        raise


def exports_of(path: Path) -> list[Path]:
    """The export files of a directory in order of their positions, or the file itself.

    Unfinished ones (`.part`) and other files are passed over. Raises Damaged when they are not of one book, or one is
    missing between two; OSError when there is nothing.
    """
    if not path.is_dir():
        return [path]
    found = sorted((named[1], int(named[2]), int(named[3]), name) for name, named in _named(path))
    if not found:
        raise FileNotFoundError(f"no export in {path}: files are called <book>-<first>-<last>.ndjson or .ndjson.gz")
    for (book, _, last, _), (other, first, _, name) in pairwise(found):
        if book != other:
            raise Damaged(str(path.joinpath(name)), 0, last, f"belongs to another book, {other}")
        if first != last + 1:
            raise Damaged(str(path.joinpath(name)), 0, last, f"starts at {first}, the file before it ends at {last}")
    return [path.joinpath(name) for _, _, _, name in found]


def _named(path: Path) -> Iterator[tuple[str, re.Match[str]]]:
    for file in path.iterdir():
        if (named := _NAMED.fullmatch(file.name)) and file.is_file():
            yield file.name, named


def _text(document: dict[str, Any], name: str) -> str:
    value = document[name]
    if not isinstance(value, str) or not value:
        raise ValueError(f"`{name}` is no text")
    return value


def _count(document: dict[str, Any], name: str) -> int:
    value = document[name]
    if type(value) is not int or value < 0:
        raise ValueError(f"`{name}` is no count")
    return value


def _list(document: dict[str, Any], name: str) -> list[Any]:
    value = document[name]
    if isinstance(value, list):
        return value
    raise TypeError(f"`{name}` is no list")


def _objects(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = _list(document, name)
    if not all(isinstance(one, dict) for one in value):
        raise ValueError(f"`{name}` is no list of objects")
    return value


def _hash(value: object) -> bytes:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise ValueError("a hash is not 64 hexadecimal digits")
    return bytes.fromhex(value)
