"""Exports that something happened to: each is refused with file, line and position, and nothing of it is kept."""

import gzip
import re

import orjson
import pytest

from tests.ledger.exports import exported, imported, requires_nothing, signed_book
from tests.ledger.heads import a_head_key

pytestmark = pytest.mark.integration

PLACE = re.compile(r"Nothing was imported: .+, line \d+, after position \d+: ")
CUTS, CHANGES = 10, 20


@pytest.fixture
def content(ledger_database, book) -> bytes:
    """The export of a book in which everything happened."""
    signed_book(ledger_database, book)
    return exported(ledger_database, book)[1]


def requires_refusal(database, book: str, source, sentence: str = "", **wish) -> str:
    passed, told = imported(database, book, source, **wish)
    assert (passed, sentence in told) == (False, True), told
    requires_nothing(database, book)
    return told


def lines_of(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def test_export_that_was_cut_is_refused_wherever_it_was(target_database, book, content):
    for size in range(1, len(content), len(content) // CUTS):
        told = requires_refusal(target_database, book, content[:size])
        assert PLACE.match(told), told


def test_export_that_was_cut_at_the_end_of_a_line_is_refused(target_database, book, content):
    lines = lines_of(content)
    for count in range(1, len(lines), 7):
        told = requires_refusal(
            target_database, book, b"".join(lines[:count]), "ends without a manifest: it is cut off"
        )
        assert f", line {count + 1}, " in told


def test_packed_export_that_was_cut_is_refused_wherever_it_was(target_database, book, content):
    packed = gzip.compress(content, mtime=0)
    for size in range(1, len(packed), len(packed) // CUTS):
        requires_refusal(target_database, book, packed[:size])


def test_every_byte_counts(target_database, book, content):
    """But for a few of the header, whose values must fit the book and the settings, all are covered by a hash."""
    for place in range(1, len(content), len(content) // CHANGES):
        changed = bytearray(content)
        changed[place] ^= 1
        requires_refusal(target_database, book, bytes(changed))


@pytest.mark.parametrize("line", [1, 20, 58])
def test_changed_event_is_named(target_database, book, content, line):
    lines = lines_of(content)
    position = sum(each.startswith(b'{"event"') for each in lines[: line + 1])
    lines[line] = lines[line].replace(b'"specversion":"1.0"', b'"specversion":"1.1"')
    told = requires_refusal(target_database, book, b"".join(lines), f"event {position} was changed")
    assert f"standard input, line {line + 1}, after position {position - 1}: " in told


def test_lines_that_are_missing_doubled_or_swapped_are_named(target_database, book, content):
    lines = lines_of(content)
    assert all(line.startswith(b'{"event"') for line in lines[20:23])
    swapped = [*lines[:20], lines[21], lines[20], *lines[22:]]
    requires_refusal(target_database, book, b"".join(swapped), "event 19 is missing: 20 comes next")
    requires_refusal(target_database, book, b"".join(lines[:20] + lines[21:]), "event 19 is missing: 20 comes next")
    requires_refusal(target_database, book, b"".join(lines[:21] + lines[20:]), "event 19 comes again where 20 must")
    requires_refusal(target_database, book, content + lines[-1], "goes on behind its manifest")


def test_signed_head_that_was_left_out_is_missed(target_database, book, content):
    """Even when the manifest, that nobody signs, is made to fit."""
    lines = [line for line in lines_of(content) if not line.startswith(b'{"head":')]
    requires_refusal(target_database, book, b"".join(lines), "its manifest counts something else than there is")
    all_left_out = b"".join(lines).replace(b'"heads":2', b'"heads":0')
    assert imported(target_database, book, all_left_out)[0]


def test_first_head_that_was_left_out_is_missed(target_database, book, content):
    lines = lines_of(content)
    del lines[next(number for number, line in enumerate(lines) if line.startswith(b'{"head":'))]
    left = b"".join(lines).replace(b'"heads":2', b'"heads":1')
    told = requires_refusal(target_database, book, left, "the signed head 1 is missing: 2 comes next")
    assert PLACE.match(told), told


def test_head_at_another_place_is_refused(target_database, book, content):
    lines = lines_of(content)
    place = next(number for number, line in enumerate(lines) if line.startswith(b'{"head":'))
    lines[place], lines[place + 1] = lines[place + 1], lines[place]
    requires_refusal(target_database, book, b"".join(lines), "the signed head 1 is of other events than these")


def test_manifest_with_a_head_that_does_not_cover_it_is_refused(target_database, book, content):
    lines = lines_of(content)
    ending, first = orjson.loads(lines[-1]), orjson.loads(next(line for line in lines if line.startswith(b'{"head":')))
    lines[-1] = orjson.dumps(ending | {"head": first["head"]}) + b"\n"
    requires_refusal(target_database, book, b"".join(lines), "the signed head of its manifest does not cover it")
    lines[-1] = orjson.dumps(ending | {"path": ending["path"][:-1]}) + b"\n"
    requires_refusal(target_database, book, b"".join(lines), "the signed head of its manifest does not cover it")


def test_only_trusted_keys_count(target_database, book, content, tmp_path):
    keys = tmp_path / "jwks.json"
    keys.write_bytes(orjson.dumps({"keys": [orjson.loads(a_head_key("another").jwk)]}))
    requires_refusal(target_database, book, content, "names a key that is not known", keys=str(keys))
    keys.write_text("no JSON")
    requires_refusal(target_database, book, content, "is no JWKS", keys=str(keys))
    requires_refusal(target_database, book, content, "No such file", keys=str(tmp_path / "none"))
    keys.write_bytes(orjson.dumps({"keys": [orjson.loads(a_head_key().jwk)]}))
    passed, told = imported(target_database, book, content, keys=str(keys))
    assert (passed, "WARNING" in told) == (True, False), told


def test_directory_with_a_missing_or_foreign_file_is_refused(ledger_database, target_database, book, content, tmp_path):
    assert exported(ledger_database, book, output=str(tmp_path), segment=20)[0]
    first, second, third = sorted(tmp_path.iterdir())
    kept = second.read_bytes()
    second.rename(tmp_path / "away")
    requires_refusal(target_database, book, tmp_path)
    (tmp_path / "away").rename(second)
    second.write_bytes(kept[:-200])
    told = requires_refusal(target_database, book, tmp_path, str(second))
    assert PLACE.match(told), told
    second.write_bytes(first.read_bytes())
    requires_refusal(target_database, book, tmp_path)
    second.write_bytes(kept)
    first.unlink()
    requires_refusal(target_database, book, tmp_path, "starts at position 21, and 1 must come next")
    third.unlink()
    second.unlink()
    requires_refusal(target_database, book, tmp_path)
    requires_refusal(target_database, book, tmp_path / "none", "No such file")


@pytest.mark.parametrize("source", [b"", b"\n", b"{}\n", b"[]\n", b'{"mccs_export":2}\n', b"\x1f\x8b", b"\xff\n"])
def test_what_is_no_export_is_refused(target_database, book, source):
    told = requires_refusal(target_database, book, source)
    assert "line 1" in told
