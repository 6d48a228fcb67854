"""Whole files, locks and owners."""

import os
import subprocess
from pathlib import Path

import pytest

from deploy.native.files import Account, locked, remove_tree, tail, write_atomically
from deploy.native.trouble import Trouble


def test_written_file_has_its_text_and_mode_and_leaves_nothing_else(tmp_path: Path):
    path = tmp_path / "deep" / "secret"
    write_atomically(path, "a", mode=0o600)
    write_atomically(path, "b", mode=0o600)
    assert path.read_text() == "b"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_failed_write_leaves_the_old_file(tmp_path: Path):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\udc80")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_second_holder_of_a_lock_is_refused(tmp_path: Path):
    lock = tmp_path / "lock"
    with locked(lock), pytest.raises(Trouble, match="in use"), locked(lock, refusal="in use"):
        pass
    with locked(lock, refusal="in use"):
        pass


def test_lock_of_a_killed_holder_is_free(tmp_path: Path, python: str):
    lock = tmp_path / "lock"
    script = f"""
from deploy.native.files import locked
from pathlib import Path
with locked(Path({str(lock)!r})):
    print("held", flush=True)
    input()
"""
    with subprocess.Popen([python, "-c", script], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Trouble), locked(lock, refusal="in use"):
            pass
        holder.kill()
        holder.wait()
        with locked(lock, refusal="in use"):
            pass


def test_account_enters_only_through_open_parents(workplace: Path):
    stranger = Account(uid=65_534, gid=65_534)
    inner = workplace / "closed" / "inner"
    inner.mkdir(parents=True)
    assert stranger.may_enter(inner)
    assert stranger.may_enter(inner / "not" / "there" / "yet")
    inner.parent.chmod(0o700)
    assert not stranger.may_enter(inner)
    assert Account(uid=os.getuid(), gid=os.getgid()).may_enter(inner)


def test_removing_a_link_leaves_its_target(tmp_path: Path):
    target = tmp_path / "target"
    target.mkdir()
    link = tmp_path / "link"
    link.symlink_to(target)
    remove_tree(link)
    remove_tree(tmp_path / "absent")
    assert target.is_dir()
    assert not link.exists()


def test_tail_shows_the_last_lines_whatever_the_bytes(tmp_path: Path):
    log = tmp_path / "log"
    log.write_bytes(b"one\ntwo\n\xff three\n")
    assert tail(log, 2) == "two\n\ufffd three"
    assert tail(tmp_path / "absent") == "(no log)"
