"""Exports are read as they were written; whatever is done to one is refused, with the place."""

import gzip
import io
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.audit.heads import BadKey, BadSignature, Keys, verified
from services.ledger.audit.reading import Damaged, Export, export_from, exports_of, open_export
from services.ledger.audit.tree import verify_inclusion
from tests.audit.books import SIGNER, a_ledger

LINES = a_ledger().lines(heads=[3, 5])
WHOLE = b"".join(LINES)
EVENTS = [number for number, line in enumerate(LINES) if line.startswith(b'{"event"')]


def read(content: bytes) -> Export:
    """To its end. Raises Damaged."""
    with export_from(io.BufferedReader(io.BytesIO(content)), "an export") as export:
        for _ in export:
            pass
    return export


def requires_proof(export: Export) -> None:
    """What an importer or verifier looks at besides: signatures and path."""
    keys = Keys([SIGNER.jwk])
    heads = [verified(jws, keys) for jws in (*export.heads, export.manifest.head)]
    manifest = export.manifest
    assert verify_inclusion(
        entry=manifest.hash, position=manifest.last, size=heads[-1].size, path=manifest.path, root=heads[-1].root
    )


def damage(content: bytes) -> str | None:
    """What is wrong with an export; None when it is what was signed."""
    try:
        export = read(content)
        requires_proof(export)
    except (Damaged, BadSignature, AssertionError) as error:
        return str(error) or "no proof"
    return None


@pytest.mark.parametrize("name", ["book.ndjson", "book.ndjson.gz"])
def test_export_is_read_as_it_was_written(tmp_path: Path, name: str):
    ledger = a_ledger()
    met: list[int] = []
    with open_export(ledger.write(tmp_path / name, heads=[3, 5]), lambda position, _: met.append(position)) as export:
        assert (export.header.book, export.header.unit, export.header.first) == ("test", "ocn-uk", 1)
        assert list(export) == ledger.rows
    assert (export.manifest.events, export.manifest.last, export.manifest.heads) == (9, 9, 3)
    assert (met, len(export.heads)) == ([3, 5, 9], 3)
    requires_proof(export)


@pytest.mark.parametrize(("first", "last", "covering"), [(1, 4, 9), (4, 9, 9), (5, 5, 7), (9, 9, 9), (1, 1, 1)])
def test_range_is_an_export_too(first: int, last: int, covering: int):
    ledger = a_ledger()
    content = b"".join(ledger.lines(first, last, covering=covering))
    export = read(content)
    assert (export.header.first, export.manifest.last) == (first, last)
    requires_proof(export)


def test_no_manifest_before_the_end():
    export = export_from(io.BufferedReader(io.BytesIO(WHOLE)), "an export")
    with pytest.raises(Damaged, match="end was not reached"):
        _ = export.manifest
    export.close()


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_any_changed_byte_is_found_unless_nobody_signs_it(place: int, flip: int):
    changed = bytearray(WHOLE)
    changed[place] ^= flip
    if damage(bytes(changed)) is None:
        # Of the header, the unit and the keys are signed by nobody; and JSON may have spaces and escapes.
        header, last = len(LINES[0]), len(WHOLE) - len(LINES[-1])
        assert place < header or place >= last, (place, flip)
        same, other = read(WHOLE), read(bytes(changed))
        assert (other.manifest, other.heads) == (same.manifest, same.heads)
        assert (other.header.book, other.header.first) == (same.header.book, same.header.first)


@given(st.integers(0, len(WHOLE) - 1))
def test_cut_at_any_byte_is_found(end: int):
    with pytest.raises(Damaged):
        read(WHOLE[:end])


@given(st.sampled_from(range(1, len(LINES))), st.sampled_from(["delete", "repeat"]))
def test_deleted_and_repeated_lines_are_found(number: int, how: str):
    lines = LINES[:number] + ([] if how == "delete" else [LINES[number]] * 2) + LINES[number + 1 :]
    with pytest.raises(Damaged) as caught:
        read(b"".join(lines))
    before = sum(event < number for event in EVENTS)
    assert before <= caught.value.position <= before + 1 or not LINES[number].startswith(b'{"event"')


@given(st.tuples(st.sampled_from(EVENTS), st.sampled_from(EVENTS)).filter(lambda pair: pair[0] < pair[1]))
def test_swapped_events_are_found_where_they_are(pair: tuple[int, int]):
    lines = list(LINES)
    lines[pair[0]], lines[pair[1]] = lines[pair[1]], lines[pair[0]]
    with pytest.raises(Damaged) as caught:
        read(b"".join(lines))
    assert (caught.value.line, caught.value.position) == (pair[0] + 1, EVENTS.index(pair[0]))


@pytest.mark.parametrize("name", ["unit", "keys"])
def test_what_nobody_signs_is_no_damage(name: str):
    """And the README says so."""
    document = orjson.loads(LINES[0])
    document[name] = "other" if name == "unit" else []
    assert damage(b"".join([orjson.dumps(document) + b"\n", *LINES[1:]])) is None


def edited(number: int, **changes) -> bytes:
    """With other values in a line, or in its manifest."""
    document = orjson.loads(LINES[number])
    (document["manifest"] if number == -1 and "path" not in changes else document).update(changes)
    lines = list(LINES)
    lines[number] = orjson.dumps(document) + b"\n"
    return b"".join(lines)


DAMAGED = [
    (b"", "ends without a manifest"),
    (b"hello\n", "is no JSON"),
    (b"[]\n", "is no JSON object"),
    (b"{}\n" + WHOLE, "no header"),
    (edited(0, mccs_export=2), "no export of this format"),
    (edited(0, first=2), "was changed, or what is before it|comes again"),
    (edited(0, first=0), "header"),
    (edited(0, first=True), "`first` is no count"),
    (edited(0, prev_hash="0" * 64), "does not start where the book does"),
    (edited(0, book="other"), "does not start where the book does"),
    (edited(0, keys={}), "`keys` is no list"),
    (edited(0, keys=[1]), "`keys` is no list of objects"),
    (edited(0, unit=None), "`unit` is no text"),
    (WHOLE + b"\n", "goes on behind its manifest"),
    (WHOLE + WHOLE, "goes on behind its manifest"),
    (edited(-1, events=8), "counts something else"),
    (edited(-1, last=8), "counts something else"),
    (edited(-1, heads=2), "counts something else"),
    (edited(-1, book="other"), "counts something else"),
    (edited(-1, hash="0" * 64), "names other hashes"),
    (edited(-1, hash="0" * 63), "64 hexadecimal digits"),
    (edited(-1, hash=None), "64 hexadecimal digits"),
    (edited(-1, path=["A" * 64]), "64 hexadecimal digits"),
    (edited(-1, path="x"), "`path` is no list"),
    (b"".join(LINES[:-1]) + b'{"manifest":1,"head":"x","path":[]}\n', "its manifest can't be read"),
    (b"".join([*LINES[:1], b'{"head":"x"}\n', *LINES[1:]]), "neither an event"),
    (b"".join([*LINES[:2], b"\n", *LINES[2:]]), "is no JSON"),
    (WHOLE.replace(b'"amount":100', b'"amount":101', 1), "event 3 was changed"),
    (b"".join(LINES[:4] + LINES[6:]), "event 4 is missing: 5 comes next"),
    (b"".join([*LINES[:4], LINES[3], *LINES[4:]]), "event 3 comes again where 4 must"),
    (WHOLE.replace(b',"hash":"', b',"hasH":"', 1), "does not end with its hash"),
]
# Accounts are random: what is in the content must not be in a test's name.
NAMED = [f"{number} {sentence}" for number, (_, sentence) in enumerate(DAMAGED)]


@pytest.mark.parametrize(("content", "sentence"), DAMAGED, ids=NAMED)
def test_damage_is_named(content: bytes, sentence: str):
    with pytest.raises(Damaged, match=sentence):
        read(content)


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_any_changed_byte_of_a_packed_export_is_found_or_changes_nothing(place: int, flip: int):
    packed = bytearray(gzip.compress(WHOLE, 1))
    packed[place % len(packed)] ^= flip
    told = damage(bytes(packed))
    assert told is not None or read(bytes(packed)).manifest == read(WHOLE).manifest


@given(st.integers(0, 10**6))
def test_packed_export_that_is_cut_is_found(end: int):
    packed = gzip.compress(WHOLE, 1)
    with pytest.raises(Damaged):
        read(packed[: end % len(packed)])


def test_unread_hashes_are_taken_as_they_stand_by_those_who_check_them_elsewhere(tmp_path: Path):
    content = WHOLE.replace(b'"amount":100', b'"amount":101', 1)
    path = a_ledger().write(tmp_path / "book.ndjson", [content])
    with open_export(path) as export:
        export.chained = False
        assert len(list(export)) == 9


def test_directory_is_read_in_order_of_positions(tmp_path: Path):
    ledger = a_ledger()
    for first, last in ((5, 7), (8, 9), (1, 4)):
        ledger.write(tmp_path / f"test-{first:020}-{last:020}.ndjson.gz", first=first, last=last, covering=9)
    for name in ("test-1.ndjson", f"test-{10:020}-{11:020}.ndjson.part", "README"):
        (tmp_path / name).write_text("no export")
    assert [int(path.name[5:25]) for path in exports_of(tmp_path)] == [1, 5, 8]
    assert exports_of(tmp_path / "README") == [tmp_path / "README"]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [([(1, 4), (6, 9)], "starts at 6, the file before it ends at 4"), ([(1, 4), (4, 9)], "starts at 4"), ([], None)],
    ids=["hole", "overlap", "nothing"],
)
def test_directory_with_a_hole_is_refused(tmp_path: Path, names: list[tuple[int, int]], sentence: str | None):
    for first, last in names:
        (tmp_path / f"test-{first:020}-{last:020}.ndjson").write_text("")
    with pytest.raises(Damaged if sentence else FileNotFoundError, match=sentence):
        exports_of(tmp_path)


def test_directory_of_two_books_is_refused(tmp_path: Path):
    for book in ("one", "two"):
        (tmp_path / f"{book}-{1:020}-{4:020}.ndjson").write_text("")
    with pytest.raises(Damaged, match="belongs to another book"):
        exports_of(tmp_path)


def test_key_that_can_not_be_read_is_refused():
    with pytest.raises(BadKey, match="thumbprint"):
        Keys([SIGNER.jwk | {"kid": "mine"}])
