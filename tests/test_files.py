"""Files are written whole or not at all."""

import errno
import os

import pytest

from medcab.files import help_for, reason_of, replacing, write_whole
from medcab.text import translator


def test_writes_and_replaces(tmp_path):
    target = tmp_path / "a.json"
    write_whole(target, b"one")
    write_whole(target, b"two")
    assert target.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_the_old_file_and_no_rest(tmp_path):
    target = tmp_path / "a.json"
    target.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), replacing(target) as stream:
        stream.write(b"half")
        _ = 1 / 0
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "a.json"
    target.write_bytes(b"old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_mode_is_that_of_any_new_file(tmp_path):
    write_whole(tmp_path / "a", b"")
    (tmp_path / "plain").write_bytes(b"")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("code", ["ENOSPC", "EFBIG", "EACCES", "EROFS", "ENAMETOOLONG", "ENOENT"])
def test_a_known_error_is_told_in_the_reader_s_language(code):
    error = OSError(getattr(errno, code), "as some system says it")
    said = translator("ru").foreign(reason_of(error))
    assert any("а" <= letter <= "я" for letter in said), said
    assert translator("ru")(help_for(error)) != help_for(error)


def test_the_advice_fits_the_error():
    locked = help_for(OSError(errno.EACCES, ""))
    assert "other programs" in locked
    for code in (errno.ENOSPC, errno.EFBIG, errno.ENOENT, errno.EROFS, errno.ENAMETOOLONG):
        assert "other programs" not in help_for(OSError(code, "")), code
    assert help_for(OSError("no number")) == locked
    assert reason_of(OSError("no number")) == "no number"
