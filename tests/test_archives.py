"""Zip packages: read in place, refused when dangerous; nothing is ever written."""

import io
import struct
import zipfile

import pytest

from medcab.archives import zip_entries
from medcab.errors import InputError, UnsafeArchiveError
from medcab.inputs import InputLimits


def make(path, members, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return str(path)


def names(path, limits=None):
    return [name for name, _, _ in zip_entries(path, limits or InputLimits())]


def test_members_are_listed_in_name_order_and_read(tmp_path):
    path = make(tmp_path / "a.zip", [("б/Диплом.pdf", b"two"), ("а.pdf", b"one"), ("пусто/", b"")])
    entries = list(zip_entries(path, InputLimits()))
    assert [(n, s.read(), size) for n, s, size in entries] == [
        ("а.pdf", b"one", 3),
        ("б/Диплом.pdf", b"two", 3),
    ]
    assert entries[0][1].local_path is None
    assert entries[1][1].open().read(2) == b"tw"


def test_names_of_old_windows_archivers_are_read_as_cp866(tmp_path):
    raw = make(tmp_path / "a.zip", [("XXXXXX.pdf", b"1")])
    data = (tmp_path / "a.zip").read_bytes().replace(b"XXXXXX", "Диплом".encode("cp866"))
    (tmp_path / "a.zip").write_bytes(data)
    assert names(raw) == ["Диплом.pdf"]
    assert next(iter(zip_entries(raw, InputLimits())))[1].read() == b"1"


@pytest.mark.parametrize(
    "name",
    [
        "../evil.pdf",
        "a/../../evil.pdf",
        "/etc/passwd",
        "C:\\evil.pdf",
        "..\\evil.pdf",
        "\\\\srv\\x",
    ],
)
def test_names_that_lead_out_are_refused(tmp_path, name):
    path = make(tmp_path / "a.zip", [("ok.pdf", b"1"), (name, b"2")])
    with pytest.raises(UnsafeArchiveError) as caught:
        names(path)
    assert "leads out" in str(caught.value)
    assert caught.value.exit_code == 3


def test_a_bomb_by_ratio_is_refused(tmp_path):
    path = make(tmp_path / "a.zip", [("bomb.pdf", bytes(8 << 20))])
    with pytest.raises(UnsafeArchiveError, match="would grow"):
        names(path)


def test_a_bomb_by_total_is_refused(tmp_path):
    path = make(tmp_path / "a.zip", [(f"{i}.pdf", bytes(900_000)) for i in range(5)])
    assert len(names(path)) == 5
    with pytest.raises(UnsafeArchiveError, match="MB when unpacked"):
        names(path, InputLimits(zip_total=3_000_000))


def test_too_many_members_are_refused(tmp_path):
    path = make(tmp_path / "a.zip", [(f"{i}.pdf", b"") for i in range(5)])
    with pytest.raises(UnsafeArchiveError, match="more than 4 files"):
        names(path, InputLimits(files=4))


def test_a_member_that_lies_about_its_size_gives_no_more_than_promised(tmp_path):
    path = make(tmp_path / "a.zip", [("a.pdf", bytes(100_000))])
    data = bytearray((tmp_path / "a.zip").read_bytes())
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = struct.pack("<I", 10)
    (tmp_path / "a.zip").write_bytes(data)
    ((_, source, size),) = zip_entries(path, InputLimits())
    assert size == 10
    try:
        assert len(source.read()) <= 10
    except OSError:
        pass  # the checksum cannot fit: refused is as good


def test_encrypted_members_are_refused(tmp_path):
    path = make(tmp_path / "a.zip", [("a.pdf", b"secret")])
    data = bytearray((tmp_path / "a.zip").read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(mark) + offset
        data[place] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(UnsafeArchiveError, match="encrypted"):
        names(path)


def test_links_are_refused(tmp_path):
    info = zipfile.ZipInfo("link.pdf")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(UnsafeArchiveError, match="link"):
        names(str(tmp_path / "a.zip"))


def test_two_members_of_one_name_are_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = make(tmp_path / "a.zip", [("a.pdf", b"good"), ("a.pdf", b"bad")])
    with pytest.raises(UnsafeArchiveError, match="two members"):
        names(path)


@pytest.mark.parametrize("data", [b"", b"PK", b"%PDF-1.7", b"PK\x05\x06" + bytes(10)])
def test_what_is_no_archive_is_an_input_error(tmp_path, data):
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(InputError) as caught:
        names(str(tmp_path / "a.zip"))
    assert "a.zip" in str(caught.value)
    assert caught.value.hint


def test_a_damaged_member_is_an_os_error(tmp_path):
    path = make(tmp_path / "a.zip", [("a.pdf", b"some text " * 50)])
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[40:50] = b"\xff" * 10
    (tmp_path / "a.zip").write_bytes(data)
    ((_, source, _),) = zip_entries(path, InputLimits())
    with pytest.raises(OSError, match=r"a\.zip!a\.pdf"):
        source.read()


def test_reading_leaves_nothing_on_disk(tmp_path):
    path = make(tmp_path / "a.zip", [("a.pdf", b"1")])
    before = sorted(tmp_path.iterdir())
    [source.read() for _, source, _ in zip_entries(path, InputLimits())]
    assert sorted(tmp_path.iterdir()) == before


def test_cut_archives_never_crash(tmp_path):
    make(tmp_path / "a.zip", [("a.pdf", b"some text " * 50), ("b.pdf", b"x")])
    whole = (tmp_path / "a.zip").read_bytes()
    for length in range(0, len(whole), 7):
        (tmp_path / "cut.zip").write_bytes(whole[:length])
        try:
            for _, source, _ in zip_entries(str(tmp_path / "cut.zip"), InputLimits()):
                source.read()
        except (InputError, OSError):
            pass
    assert io.BytesIO(whole).read(2) == b"PK"
