"""Several processes find what one finds, at the same place and in the same words: in books of more than one segment."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import orjson
import pytest

from services.ledger.audit.beside import LEVEL
from services.ledger.audit.chain import genesis_hash, link
from services.ledger.audit.cli import main
from tests.audit.books import SIGNER, small
from tests.audit.writing import Ledger, Row

SEGMENT = 1 << LEVEL
END = 2 * SEGMENT + 50
HEADS = (1, SEGMENT - 1, SEGMENT, SEGMENT + 1, SEGMENT + 2000, 2 * SEGMENT, END - 1)
Lines = list[bytes]


@cache
def rows(wrong: int = 0) -> tuple[Row, ...]:
    """An account is opened, its limits are changed over and over; at `wrong` against the rules."""
    document = orjson.loads(small()[0][3])
    data, previous = document["data"], genesis_hash("test")
    document |= {"partitionkey": "test", "source": "/ledger/test"}
    time, limits = document["time"], {name: data[name] for name in ("max_negative", "max_positive")}
    made: list[Row] = []
    for position in range(1, END + 1):
        document["sequence"] = f"{position:020}"
        document["time"] = "" if position == wrong else time
        body = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
        hash_ = link(previous, position, body)
        made.append((position, previous, hash_, body))
        previous = hash_
        document["type"] = "ledger.account-limits-changed.v1"
        document["data"] = {"account": data["account"], "previous": limits} | limits
    return tuple(made)


def book() -> Ledger:
    return Ledger(list(rows()), signer=SIGNER)


@cache
def lines() -> tuple[bytes, ...]:
    return tuple(book().lines(heads=HEADS))


def at(position: int, made: Lines) -> int:
    """The index of an event's line."""
    return next(index for index, line in enumerate(made) if b'"sequence":"%020d"' % position in line)


@pytest.fixture
def both(tmp_path: Path, capsysbinary) -> Callable[..., list[dict]]:
    """The reports of one process and of three."""
    keys = book().keys(tmp_path / "keys.json")

    def call(source: Path, *options: object) -> list[dict]:
        reports = []
        for jobs in (1, 3):
            main([str(source), "--json", "--keys", str(keys), "--jobs", str(jobs), *map(str, options)])
            reports.append(orjson.loads(capsysbinary.readouterr().out))
        return reports

    return call


def told(report: dict) -> list[tuple[int, str]]:
    return [(finding["position"], finding["sentence"]) for finding in report["findings"]]


def kept(path: Path, *heads: str) -> list[object]:
    path.write_text("\n".join(heads) + "\n")
    return ["--heads", path]


def changed(position: int, old: bytes, new: bytes) -> Callable[[Lines], Lines]:
    def change(made: Lines) -> Lines:
        index = at(position, made)
        assert old in made[index]
        made[index] = made[index].replace(old, new, 1)
        return made

    return change


def hash_text(position: int, change: Callable[[bytes], bytes]) -> Callable[[Lines], Lines]:
    text = rows()[position - 1][2].hex().encode()
    return changed(position, text, change(text))


def lying_head(position: int, **lie: object) -> Callable[[Lines], Lines]:
    def change(made: Lines) -> Lines:
        payload = book().payload(position) | lie
        made[at(position, made) + 1] = orjson.dumps({"head": SIGNER.sign(payload)}) + b"\n"
        return made

    return change


def without(position: int) -> Callable[[Lines], Lines]:
    return lambda made: [*made[: at(position, made)], *made[at(position, made) + 1 :]]


def twice(position: int) -> Callable[[Lines], Lines]:
    return lambda made: [*made[: at(position, made) + 1], *made[at(position, made) :]]


INSIDE = SEGMENT + 1000
DAMAGES: dict[str, tuple[int, Callable[[Lines], Lines]]] = {
    "actor": (INSIDE, changed(INSIDE, b'"actor":"', b'"actor":"x')),
    "first-of-all": (1, changed(1, b'"actor":"', b'"actor":"x')),
    "last-of-segment": (SEGMENT, changed(SEGMENT, b'"actor":"', b'"actor":"x')),
    "first-of-segment": (SEGMENT + 1, changed(SEGMENT + 1, b'"actor":"', b'"actor":"x')),
    "last-of-all": (END, changed(END, b'"actor":"', b'"actor":"x')),
    "other-hash": (INSIDE, hash_text(INSIDE, lambda text: text[::-1])),
    "other-hash-at-border": (SEGMENT, hash_text(SEGMENT, lambda text: text[::-1])),
    "capitals": (INSIDE, hash_text(INSIDE, bytes.upper)),
    "no-digits": (INSIDE, hash_text(INSIDE, lambda text: b"z" * len(text))),
    "short-hash": (INSIDE, hash_text(INSIDE, lambda text: text[:-2])),
    "other-name": (INSIDE, changed(INSIDE, b'"hash":"', b'"hush":"')),
    "missing": (INSIDE, without(INSIDE)),
    "missing-at-border": (SEGMENT - 1, without(SEGMENT)),
    "twice": (INSIDE + 1, twice(INSIDE)),
    "root": (SEGMENT + 2000, lying_head(SEGMENT + 2000, root="0" * 64)),
    "root-at-border": (SEGMENT, lying_head(SEGMENT, root="0" * 64)),
    "head-hash": (SEGMENT + 2000, lying_head(SEGMENT + 2000, hash="0" * 64)),
    "cut-off": (INSIDE, lambda made: made[: at(INSIDE, made)]),
    "no-json": (INSIDE, lambda made: [*made[: at(INSIDE, made)], b"x\n", *made[at(INSIDE, made) :]]),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_found_where_one_process_finds_it(tmp_path: Path, both, name: str):
    position, damage = DAMAGES[name]
    one, several = both(book().write(tmp_path / "book.ndjson", damage(list(lines()))))
    assert (one["holds"], one["findings"][0]["position"]) == (False, position)
    assert told(several)[0] == told(one)[0]
    assert set(told(one)) <= set(told(several))


@pytest.mark.parametrize("suffix", ["ndjson", "ndjson.gz"])
def test_sound_book_holds_and_heads_inside_of_segments_are_met(tmp_path: Path, both, suffix: str):
    heads = kept(tmp_path / "kept", *(book().head(size) for size in (2, SEGMENT, SEGMENT + 7, END)))
    one, several = both(book().write(tmp_path / f"book.{suffix}", list(lines())), *heads)
    names = [check["name"] for check in several["checks"]]
    assert (one["holds"], several["holds"], names[1]) == (True, True, "chain")
    for name in ("hash", "last", "newest_head", "accounts"):
        assert one[name] == several[name]
    counts = [{check["name"]: check["count"] for check in report["checks"]} for report in (one, several)]
    assert counts[0] | {"chain": END} == counts[1]


@pytest.mark.parametrize("size", [SEGMENT - 3, SEGMENT, SEGMENT + 7, END + 1])
def test_kept_head_of_another_history_is_found(tmp_path: Path, both, size: int):
    payload = book().payload(size) | {"root": "0" * 64, "size": size}
    heads = kept(tmp_path / "kept", book().head(SEGMENT + 1), SIGNER.sign(payload))
    one, several = both(book().write(tmp_path / "book.ndjson", list(lines())), *heads)
    assert told(one) == told(several)
    assert [finding["check"] for finding in several["findings"]] == ["kept_heads"]


@pytest.mark.parametrize("position", [5, 11, SEGMENT - 1, SEGMENT, SEGMENT + 1, INSIDE, END, None])
def test_several_files_are_one_book(tmp_path: Path, both, position: int | None):
    """Borders of files within a segment, at its end, and one file over several segments; packed and not."""
    for first, last, suffix in (
        (1, 10, ""), (11, 11, ".gz"), (12, SEGMENT, ".gz"), (SEGMENT + 1, SEGMENT + 5, ""), (SEGMENT + 6, END, ".gz"),
    ):  # fmt: skip
        made = book().lines(first, last, heads=[5, last], covering=END)
        if position and first <= position <= last:
            made = changed(position, b'"actor":"', b'"actor":"x')(made)
        book().write(tmp_path / f"test-{first:020}-{last:020}.ndjson{suffix}", made)
    one, several = both(tmp_path)
    assert one["holds"] is several["holds"] is (position is None)
    assert told(one)[:1] == told(several)[:1]
    assert [at for at, _ in told(one)[:1]] == ([position] if position else [])


def test_range_is_checked_with_several_jobs_too(tmp_path: Path, both):
    """It has no tree, so one process checks its chain."""
    made = book().lines(10, 30, covering=40)
    one, several = both(book().write(tmp_path / "sound.ndjson", made))
    assert (one["holds"], several["holds"]) == (True, True)
    one, several = both(book().write(tmp_path / "book.ndjson", changed(20, b'"actor":"', b'"actor":"x')(made)))
    assert told(one) == told(several)
    assert told(one)[0][0] == 20


def test_broken_rule_before_a_broken_chain_is_told_and_nothing_behind_it(tmp_path: Path, both):
    wrong = Ledger(list(rows(INSIDE - 10)), signer=SIGNER)
    one, several = both(wrong.write(tmp_path / "book.ndjson", without(INSIDE)(wrong.lines())))
    assert told(one) == told(several)
    assert [finding["position"] for finding in several["findings"]] == [INSIDE - 10, INSIDE]
