"""`mccs-audit` as it is called: what it says and how it ends."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from services.ledger.audit.chain import genesis_hash, link
from services.ledger.audit.cli import main
from tests.audit.books import SIGNER, a_ledger
from tests.audit.writing import Ledger, Signer


@pytest.fixture
def ledger() -> Ledger:
    return a_ledger(everything_happened=True)


@pytest.fixture
def run(tmp_path: Path, capsysbinary) -> Callable[..., tuple[int, dict]]:
    """Exit code and report of a source, checked with the right keys unless others are given."""

    def call(source: Path | str, *options: object, keys: bool = True) -> tuple[int, dict]:
        given = ["--keys", str(a_ledger().keys(tmp_path / "keys.json"))] if keys else []
        code = main([str(source), "--json", *given, *map(str, options)])
        return code, orjson.loads(capsysbinary.readouterr().out)

    return call


def kept(path: Path, *heads: str) -> list[object]:
    path.write_text("\n".join(heads) + "\n")
    return ["--heads", path]


def forged(ledger: Ledger, position: int, change: Callable[[dict], None]) -> Ledger:
    """A book that was rewritten from `position` on, with all the right hashes, signed with the same key."""
    rows, previous = [], genesis_hash(ledger.book)
    for place, _, _, body in ledger.rows:
        if place == position:
            document = orjson.loads(body)
            change(document)
            body = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
        hash_ = link(previous, place, body)
        rows.append((place, previous, hash_, body))
        previous = hash_
    return Ledger(rows, ledger.book, ledger.signer)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("name", ["book.ndjson", "book.ndjson.gz"])
def test_sound_export_holds(tmp_path: Path, ledger: Ledger, run, name: str, jobs: int):
    source = ledger.write(tmp_path / name, heads=[3, 20])
    heads = kept(tmp_path / "kept", ledger.head(7), ledger.head(20), ledger.head(len(ledger.rows)))
    code, report = run(source, *heads, "--jobs", jobs)
    assert (code, report["holds"], report["findings"]) == (0, True, [])
    assert (report["first"], report["last"], report["book"]) == (1, len(ledger.rows), "test")
    assert report["hash"] == ledger.rows[-1][2].hex()
    assert report["keys"] == {"pinned": True, "fingerprints": [SIGNER.jwk["kid"]]}
    names = (
        ["readable", "chain", "rules", "heads", "kept_heads"]
        if jobs > 1
        else ["readable", "rules", "heads", "kept_heads"]
    )
    assert [check["name"] for check in report["checks"]] == names
    counts = {check["name"]: check["count"] for check in report["checks"]}
    assert (counts["readable"], counts["kept_heads"], counts["heads"]) == (len(ledger.rows), 3, 4)
    assert report["newest_head"]["size"] == len(ledger.rows)


def test_directory_of_exports_is_one_book(tmp_path: Path, ledger: Ledger, run):
    end = len(ledger.rows)
    for first, last in ((1, 10), (11, 11), (12, end)):
        name = f"test-{first:020}-{last:020}.ndjson"
        ledger.write(tmp_path / name, first=first, last=last, covering=end, heads=[5, 11])
    code, report = run(tmp_path)
    assert (code, report["last"], report["findings"]) == (0, end, [])
    (tmp_path / f"test-{11:020}-{11:020}.ndjson").unlink()
    assert main([str(tmp_path), "--quiet"]) == 1


def test_segment_of_another_history_is_found(tmp_path: Path, ledger: Ledger, run):
    end = len(ledger.rows)
    other = forged(ledger, 1, lambda document: document.update(actor="somebody"))
    ledger.write(tmp_path / f"test-{1:020}-{10:020}.ndjson", first=1, last=10, covering=end)
    other.write(tmp_path / f"test-{11:020}-{end:020}.ndjson", first=11, covering=end)
    code, report = run(tmp_path)
    assert (code, report["findings"][0]["position"]) == (1, 11)
    assert "does not go on where event 10 was the last" in report["findings"][0]["sentence"]


def test_range_has_no_balances_and_says_so(tmp_path: Path, ledger: Ledger, run):
    source = ledger.write(tmp_path / "range.ndjson", first=10, last=20, covering=30)
    code, report = run(source)
    assert (code, report["accounts"], report["events"]) == (0, None, 11)
    assert "does not start with the book's first event" in report["notes"][0]
    assert [check["name"] for check in report["checks"]] == ["readable", "heads"]


def test_keys_inside_prove_nothing_and_it_says_so(tmp_path: Path, ledger: Ledger, run):
    code, report = run(ledger.write(tmp_path / "book.ndjson"), keys=False)
    assert (code, report["keys"]["pinned"]) == (0, False)
    assert "proves nothing about who made it" in report["notes"][0]
    assert report["keys"]["fingerprints"] == [SIGNER.jwk["kid"]]


def test_export_of_somebody_else_is_found_with_the_right_keys(tmp_path: Path, ledger: Ledger, run):
    source = Ledger(ledger.rows, signer=Signer()).write(tmp_path / "book.ndjson")
    assert run(source, keys=False)[0] == 0
    code, report = run(source)
    assert (code, "a key that is not known" in report["findings"][0]["sentence"]) == (1, True)


@pytest.mark.parametrize("jobs", [1, 2])
def test_changed_event_is_named(tmp_path: Path, ledger: Ledger, run, jobs: int):
    """Before anything that follows from it: what is behind it was not read, and is not called missing."""
    lines = ledger.lines()
    lines[12] = lines[12].replace(b'"actor":"', b'"actor":"x')
    heads = kept(tmp_path / "kept", ledger.head(len(ledger.rows)))
    code, report = run(ledger.write(tmp_path / "book.ndjson", lines), "--jobs", jobs, *heads)
    assert (code, report["findings"][0]["position"]) == (1, 12)
    assert "was changed" in report["findings"][0]["sentence"]


def test_rule_that_is_broken_in_a_whole_chain_is_named(tmp_path: Path, ledger: Ledger, run):
    other = forged(ledger, 1, lambda document: document["data"].update(standing="asleep"))
    code, report = run(other.write(tmp_path / "book.ndjson"))
    first = report["findings"][0]
    assert (code, first["position"], first["check"]) == (1, 1, "rules")
    assert first["sentence"] == "gives a standing that there is not"


def test_rewritten_book_is_found_by_the_heads_that_others_kept(tmp_path: Path, ledger: Ledger, run):
    """Nothing else can: the operator's own key signed it."""
    other = forged(ledger, 5, lambda document: document.update(correlationid="rewritten"))
    source = other.write(tmp_path / "book.ndjson", heads=[8])
    assert run(source)[0] == 0
    code, report = run(source, *kept(tmp_path / "kept", ledger.head(4), ledger.head(8)))
    assert (code, report["findings"][0]["position"], report["findings"][0]["check"]) == (1, 8, "kept_heads")
    assert "another history" in report["findings"][0]["sentence"]


def test_cut_end_is_found_by_the_heads_that_others_kept(tmp_path: Path, ledger: Ledger, run):
    end = len(ledger.rows)
    source = Ledger(ledger.rows[:-2], signer=SIGNER).write(tmp_path / "book.ndjson")
    code, report = run(source, *kept(tmp_path / "kept", ledger.head(end)))
    assert (code, report["findings"][0]["position"]) == (1, end - 2)
    assert "the end is cut off" in report["findings"][0]["sentence"]


def test_two_histories_are_found_in_what_was_kept(tmp_path: Path, ledger: Ledger, run):
    other = forged(ledger, 5, lambda document: document.update(correlationid="rewritten"))
    code, report = run(
        ledger.write(tmp_path / "book.ndjson"), *kept(tmp_path / "kept", ledger.head(8), other.head(8))
    )  # fmt: skip
    assert code == 1
    assert "two signed heads of size 8 differ" in report["findings"][0]["sentence"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"root": "0" * 64}, "names another root"),
        ({"hash": "0" * 64}, "names another chain hash"),
        ({"sum": 1}, "says the balances sum to 1"),
        ({"accounts": 1}, "counts 1 accounts"),
        ({"size": 9}, "the head after it is of size 9"),
        ({"book": "other", "iss": "/ledger/other"}, "is of another book"),
    ],
    ids=["root", "hash", "sum", "accounts", "size", "book"],
)
def test_head_that_says_something_else_is_found_where_it_stands(tmp_path: Path, run, change: dict, sentence: str):
    ledger = a_ledger()
    lines = ledger.lines(heads=[5])
    signed = ledger.signer.sign(ledger.payload(5) | change)
    lines[6] = orjson.dumps({"head": signed}) + b"\n"
    code, report = run(ledger.write(tmp_path / "book.ndjson", lines))
    assert (code, report["findings"][0]["position"]) == (1, 5)
    assert sentence in report["findings"][0]["sentence"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"path": []}, "its path does not lead to the root"),
        ({"head": a_ledger().head(8)}, "covers 8 events only"),
        ({"head": Signer().sign(a_ledger().payload(9))}, "a key that is not known"),
    ],
    ids=["path", "head", "key"],
)
def test_manifest_that_does_not_cover_the_end_is_found(tmp_path: Path, run, change: dict, sentence: str):
    ledger = a_ledger()
    lines = ledger.lines()
    lines[-1] = orjson.dumps(orjson.loads(lines[-1]) | change) + b"\n"
    code, report = run(ledger.write(tmp_path / "book.ndjson", lines))
    assert (code, sentence in report["findings"][0]["sentence"]) == (1, True)


def test_report_for_people(tmp_path: Path, ledger: Ledger, capsys):
    source = ledger.write(tmp_path / "book.ndjson")
    assert main([str(source)]) == 0
    told = capsys.readouterr().out
    assert "Everything that was checked holds." in told
    assert "proves nothing about who made it" in told
    assert main([str(source), "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    lines = ledger.lines()
    assert main([str(ledger.write(source, lines[:12] + lines[13:]))]) == 1
    told = capsys.readouterr().out
    assert "position 12: event 12 is missing: 13 comes next" in told
    assert "SOMETHING IS WRONG." in told


@pytest.mark.parametrize(
    "options",
    [["nowhere"], ["book", "--keys", "nowhere"], ["book", "--keys", "book"], ["book", "--heads", "nowhere"],
     ["book", "--heads", "empty"], ["book", "--statement", "empty"], ["book", "--statement", "nowhere"], ["folder"]],
    ids="-".join,
)  # fmt: skip
def test_what_can_not_be_read_is_told_apart(tmp_path: Path, ledger: Ledger, capsys, options: list[str]):
    ledger.write(tmp_path / "book")
    (tmp_path / "empty").write_text("")
    (tmp_path / "folder").mkdir()
    given = [word if word.startswith("--") else str(tmp_path / word) for word in options]
    assert main(given) == 2
    told = capsys.readouterr().err
    assert "can't be read" in told or "holds no" in told or "is no" in told


def test_wrong_use_is_told_apart():
    with pytest.raises(SystemExit) as ended:
        main(["--jobs", "0"])
    assert ended.value.code == 2


def test_it_reads_a_pipe(tmp_path: Path, ledger: Ledger):
    content = b"".join(ledger.lines())
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "services.ledger.audit", "-", "--json"]
    done = subprocess.run(command, input=content, capture_output=True, cwd=root, env=os.environ, check=False)
    assert done.returncode == 0, done.stderr
    assert orjson.loads(done.stdout)["events"] == len(ledger.rows)
