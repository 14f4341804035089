"""What there is to judge about a document: no signature of it speaks for another one."""

from __future__ import annotations

import io
import json
import os
import sys

import pki
import pytest
from pypdf import PdfWriter

from medcab.signing.discovery import find_tasks
from medcab.signing.pades.making import sign_pdf
from medcab.signing.sign import Signer, SignOptions

AT = ["--at", "2026-11-21T12:00:00Z", "-j", "0"]


def blank():
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


@pytest.fixture(scope="module")
def signer(authority):
    return Signer(
        authority.leaf("p256").signing_key(), SignOptions(force=True, signing_time=pki.NOW)
    )


@pytest.fixture(scope="module")
def signed(signer):
    return sign_pdf(signer, blank())


@pytest.fixture
def anchor(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("trust") / "root.pem"
    path.write_bytes(authority.root.pem)
    return path


def command(*arguments):
    import typer
    from typer.testing import CliRunner

    from medcab.commands.verify import command as verify

    app = typer.Typer()
    app.command()(verify)
    return CliRunner().invoke(app, [str(a) for a in arguments])


def kinds(*paths, **more):
    tasks = find_tasks(map(str, paths), **more)
    return sorted((os.path.basename(t.path), t.kind) for t in tasks)


@pytest.fixture
def both(tmp_path, signer, signed):
    """A PDF that was changed after it was signed, and a good signature beside it."""
    folder = tmp_path / "in"
    folder.mkdir()
    broken = signed.replace(b"/MediaBox [ 0", b"/MediaBox [ 1").replace(
        b"/MediaBox [0", b"/MediaBox [1"
    )
    assert broken != signed
    (folder / "a.pdf").write_bytes(broken)
    (folder / "a.pdf.sig").write_bytes(signer.sign_bytes(broken))
    return folder


@pytest.mark.parametrize("named", [".", "a.pdf", "a.pdf.sig"])
def test_a_signature_beside_does_not_hide_a_broken_one_inside(both, anchor, named):
    done = command("-r", both / named, "--trust", anchor, *AT, "-f", "json")
    made = json.loads(done.stdout)
    assert made["counts"] == {"passed": 1, "failed": 1, "indeterminate": 0}
    assert done.exit_code == 1
    assert made["verdict"] == "failed"


def test_a_signature_inside_does_not_hide_a_wrong_one_beside(tmp_path, signer, signed, anchor):
    (tmp_path / "a.pdf").write_bytes(signed)
    (tmp_path / "a.pdf.sig").write_bytes(signer.sign_bytes(b"something else"))
    (tmp_path / "a.p7s").write_bytes(signer.sign_bytes(signed))
    done = command(tmp_path / "a.pdf", "--trust", anchor, *AT, "-f", "json")
    found = {os.path.basename(f["path"]): f["verdict"] for f in json.loads(done.stdout)["files"]}
    assert found == {"a.pdf": "passed", "a.pdf.sig": "failed", "a.p7s": "passed"}
    assert done.exit_code == 1


def test_each_is_judged_once_however_it_is_named(both):
    expected = [("a.pdf", "pdf"), ("a.pdf.sig", "signature")]
    assert kinds(both / "a.pdf", both / "a.pdf.sig", both / "a.pdf") == expected
    assert kinds(both, recursive=True) == expected


def test_who_changes_files_gets_only_what_was_named(both):
    assert kinds(both / "a.pdf", every=False) == [("a.pdf", "pdf")]
    assert kinds(both / "a.pdf.sig", every=False) == [("a.pdf.sig", "signature")]
    assert kinds(both, recursive=True, every=False) == [("a.pdf.sig", "signature")]


@pytest.mark.parametrize("name", ["a", "a.pdf.bak", "A.PDF", "a.pdf_", "a.txt"])
def test_a_signed_pdf_is_known_by_its_content(tmp_path, signed, name):
    (tmp_path / name).write_bytes(signed)
    assert kinds(tmp_path, recursive=True) == [(name, "pdf")]


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.replace(b"/ByteRange", b"/Byte#52ange"),
        lambda d: d.replace(b"/ByteRange", b"/#42#79#74#65#52#61#6E#67#65"),
        lambda d: d.replace(b"/ByteRange", b"/ByteRa#6ege"),
        lambda d: b"\n" * 2000 + d,
    ],
)
def test_a_signature_is_not_hidden_by_its_spelling(tmp_path, signed, change):
    (tmp_path / "a.pdf").write_bytes(change(signed))
    assert kinds(tmp_path, recursive=True) == [("a.pdf", "pdf")]


@pytest.mark.parametrize("data", [b"", b"x", b"/ByteRange in a letter", blank()])
def test_what_is_not_signed_is_named_as_such(tmp_path, data):
    (tmp_path / "a.txt").write_bytes(data)
    assert kinds(tmp_path, recursive=True) == [("a.txt", "unsigned")]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes in folders")
def test_a_pipe_in_the_folder_does_not_stop_the_search(tmp_path):
    os.mkfifo(tmp_path / "a.pdf")
    assert kinds(tmp_path, recursive=True) == [("a.pdf", "unsigned")]


@pytest.mark.parametrize(("options", "code"), [([], 0), (["--require-signed"], 3)])
def test_unsigned_documents_are_named_and_count_on_demand(tmp_path, signed, anchor, options, code):
    (tmp_path / "a.pdf").write_bytes(signed)
    (tmp_path / "b.pdf").write_bytes(blank())
    (tmp_path / "c.txt").write_bytes(b"letter")
    done = command("-r", tmp_path, "--trust", anchor, *AT, "-f", "json", *options)
    made = json.loads(done.stdout)
    assert [os.path.basename(p) for p in made["unsigned"]] == ["b.pdf", "c.txt"]
    assert done.exit_code == code
    assert made["verdict"] == ("indeterminate" if code else "passed")
