"""What docs/audit.md tells people to run runs, on what the ledger really exports; and finds what it says it finds."""

import ast
import gzip
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.ledger.exporting import Wish, run_export
from services.ledger.handlers import Appender
from services.ledger.store import Writer, migrate
from tests.databases import Database, fresh_database
from tests.docs.exports import Taken, encoded, payload_of
from tests.ledger.everything import everything
from tests.ledger.factories import paying
from tests.ledger.fakes import Ticking
from tests.ledger.heads import a_head_key, a_signed_head

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
ALLOWED = {"hashlib", "json", "sys", "gzip", "base64"}
FIRST_COMPLETED = 11
"""Position of the first completion in the book in which everything happens."""


def block(language: str) -> str:
    """The one block of the document in a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    return found


@pytest.fixture(scope="module")
def database(postgres_admin_url: str) -> Iterator[Database]:
    """A book `main` with three signed heads; the last covers all."""
    with fresh_database(postgres_admin_url) as made:
        migrate(made.owner_url, made.url)
        writer, clock = Writer(made.url, "main", unit="ocn-uk"), Ticking()
        appender = Appender(writer, clock)
        happened = everything(appender, clock)
        a_signed_head(made, "main")
        for _ in range(2):
            appender.execute([paying(happened.one, happened.other, 3)])
            a_signed_head(made, "main")
        writer.close()
        yield made


def exported(database: Database, *arguments: str) -> bytes:
    out, told = io.BytesIO(), io.StringIO()
    assert run_export(database.url, "main", "ocn-uk", Wish.of(arguments), out, told), told.getvalue()
    return out.getvalue()


@pytest.fixture(scope="module")
def sound(database: Database) -> Taken:
    return Taken.of(exported(database))


@pytest.fixture
def check(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the script of the document on a file of these bytes."""
    script = tmp_path / "check_export.py"
    script.write_text(block("python"), encoding="utf-8")

    def run(content: bytes, name: str = "export.ndjson") -> subprocess.CompletedProcess[str]:
        (tmp_path / name).write_bytes(content)
        command = [sys.executable, "-I", "-X", "utf8", str(script), str(tmp_path / name)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return run


def test_script_is_short_and_needs_nothing_of_ours():
    text = block("python")
    assert len(text.splitlines()) <= 60
    assert max(map(len, text.splitlines())) <= 120
    imported = {name.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import) for name in node.names}
    assert imported <= ALLOWED
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(ast.parse(text)))


def test_the_example_of_the_document_holds(check, openssl):
    done = check(block("json").encode())
    assert (done.returncode, "1 to 2," in done.stdout) == (0, True), done.stderr
    example = Taken.of(block("json").encode())
    (key,) = example.header["keys"]
    assert openssl(example.end["head"], key["x"]).stdout == "Signature Verified Successfully\n"
    assert example.written().decode() == block("json")


def audited(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.ledger.audit", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_step_by_step_as_the_document_says(tmp_path):
    """Well-known documents, kept one a line, are heads and keys for mccs-audit."""
    example = Taken.of(block("json").encode())
    head = payload_of(example.end["head"]) | {"jws": example.end["head"], "kid": example.header["keys"][0]["kid"]}
    known = {
        "books": [{"book": "main", "unit": "ocn-uk", "head": head}], "keys": example.header["keys"],
        "heads": "https://mccs.example.org/api/v1/ledger/heads", "documentation": "https://mccs.example.org/ledger",
    }  # fmt: skip
    (tmp_path / "export.ndjson").write_text(block("json"), encoding="utf-8")
    (tmp_path / "keys.json").write_text(json.dumps(known), encoding="utf-8")
    (tmp_path / "heads.ndjson").write_text(2 * (json.dumps(known) + "\n"), encoding="utf-8")
    files = [str(tmp_path / name) for name in ("export.ndjson", "keys.json", "heads.ndjson")]
    done = audited(files[0], "--keys", files[1], "--heads", files[2])
    assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "heads.ndjson").write_text(json.dumps(head | {"jws": head["jws"][:-4] + "AAAA"}), encoding="utf-8")
    assert audited(files[0], "--keys", files[1], "--heads", files[2]).returncode == 1


@pytest.mark.integration
def test_sound_export_holds(database, sound, check):
    for arguments, name in (((), "all.ndjson"), (("--gzip",), "all.ndjson.gz")):
        done = check(exported(database, *arguments), name)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        assert done.stdout.splitlines()[-1] == (
            f"HOLDS: book main, 1 to 56, hash {sound.end['manifest']['hash']}, 3 heads, sum 0"
        )
        balances = [line.split() for line in done.stdout.splitlines()[:-1]]
        assert len(balances) == 5
        assert sum(int(balance) for _, balance in balances) == 0


@pytest.mark.integration
@pytest.mark.parametrize(("first", "last"), [(1, 1), (1, 30), (2, 2), (20, 40), (33, 55), (56, 56)])
def test_part_of_the_book_holds(database, check, first, last):
    done = check(exported(database, "--first", str(first), "--last", str(last)))
    assert (done.returncode, f"{first} to {last}," in done.stdout) == (0, True), done.stderr


@pytest.mark.integration
def test_the_format_is_written_down_as_it_is(database, sound):
    """Taken apart and put together by the document, an export is the same to the byte."""
    assert sound.written() == exported(database)


def more(document):
    document["data"]["entries"][0]["amount"] -= 1


def other_balance(document):
    document["data"]["entries"][1]["balance"] += 1


def lines_of(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def replaced(sound: Taken, number: int, *lines: bytes) -> bytes:
    """With other lines instead of one; `number` counts from 0, which is the header, as in positions."""
    found = lines_of(sound.written())
    return b"".join([*found[:number], *lines, *found[number + 1 :]])


def swapped(sound: Taken) -> bytes:
    found = lines_of(sound.written())
    return b"".join([*found[:7], found[8], found[7], *found[9:]])


DAMAGES: dict[str, tuple[Callable[[Taken], bytes], str]] = {
    "a byte": (lambda s: s.written().replace(b'"amount":1000', b'"amount":1001', 1), "position 10: the hash"),
    "the hash of one": (lambda s: replaced(s, 7, lines_of(s.written())[7].replace(b'"hash":"', b'"hash":"00')), "7: "),
    "one removed": (lambda s: replaced(s, 7), "position 7: the hash"),
    "one twice": (lambda s: replaced(s, 7, *[lines_of(s.written())[7]] * 2), "position 8: the hash"),
    "two swapped": (swapped, "position 7: the hash"),
    "cut off at a line": (lambda s: b"".join(lines_of(s.written())[:-1]), "position 56: the file is cut off"),
    "cut off in a line": (lambda s: s.written()[:5000], "the hash is not of it"),
    "a line behind the end": (lambda s: s.written() + b'{"head":"x"}\n', "goes on after its manifest"),
    "nothing in it": (lambda s: b"", "position 0: what follows can't be read"),
    "another book's name": (lambda s: s.written().replace(b'"book":"main"', b'"book":"mine"'), "no beginning"),
    "rewritten to the end": (
        lambda s: s.changed(8, lambda d: d["data"].update(reason="x")).written(),
        "position 54: the signed head after it is of another history",
    ),
    "rewritten, entries not of sum zero": (
        lambda s: s.changed(FIRST_COMPLETED, more).written(), f"position {FIRST_COMPLETED}: the entries do not sum"
    ),
    "rewritten, a wrong balance": (
        lambda s: s.changed(FIRST_COMPLETED, other_balance).written(), f"position {FIRST_COMPLETED}: the balance of"
    ),
    "rewritten, another position": (
        lambda s: s.changed(9, lambda d: d.update(sequence=f"{10:020}")).written(), "position 9: the bytes are not"
    ),
    "fewer heads than counted": (
        lambda s: b"".join(line for line in lines_of(s.written()) if not line.startswith(b'{"head"')), "manifest is of"
    ),
}  # fmt: skip


@pytest.mark.integration
@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_export_is_refused_with_the_position(sound, check, damage):
    make, sentence = DAMAGES[damage]
    done = check(make(sound))
    assert done.returncode == 1
    assert done.stderr.startswith("WRONG at position ")
    assert sentence in done.stderr
    assert done.stdout == ""


@pytest.mark.integration
@pytest.mark.parametrize("kept", [0.5, 0.99])
def test_packed_export_that_is_cut_off_is_refused(database, check, kept):
    packed = exported(database, "--gzip")
    done = check(packed[: int(len(packed) * kept)], "export.ndjson.gz")
    assert (done.returncode, "can't be read" in done.stderr) == (1, True)
    assert check(gzip.compress(b"[]\n"), "export.ndjson.gz").returncode == 1


@pytest.fixture
def openssl(tmp_path: Path) -> Callable[[str, str], subprocess.CompletedProcess[str]]:
    """Runs the commands of the document on a head and a key's `x`."""

    def run(jws: str, x: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "JWS": jws, "X": x}
        return subprocess.run(
            ["bash", "-euc", block("bash")], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    return run


@pytest.mark.integration
def test_openssl_checks_the_signature_of_a_head(sound, openssl):
    x = json.loads(a_head_key().jwk)["x"]
    assert [key["x"] for key in sound.header["keys"]] == [x]
    good = openssl(sound.end["head"], x)
    assert (good.returncode, good.stdout) == (0, "Signature Verified Successfully\n"), good.stderr
    header, _, signature = sound.end["head"].split(".")
    other = encoded(json.dumps(payload_of(sound.end["head"]) | {"size": 55}).encode())
    assert openssl(f"{header}.{other}.{signature}", x).returncode == 1


@pytest.mark.integration
def test_history_rewritten_and_signed_by_another_key_holds_for_the_script_and_not_for_openssl(sound, check, openssl):
    """The document says so: without the signature, and without heads that others kept, rewriting can't be seen."""
    forged = sound.changed(8, lambda document: document["data"].update(reason="x"))
    forged = forged.signed_again(Ed25519PrivateKey.generate())
    assert check(forged.written()).returncode == 0
    assert openssl(forged.end["head"], json.loads(a_head_key().jwk)["x"]).returncode == 1
