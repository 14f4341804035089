"""The commands sign and extend with PDF files, against a real server on loopback."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "signing" / "longterm"))
from pdf_world import blank, rotate, update
from world import World, pki_server


@pytest.fixture(scope="module")
def world():
    with pki_server.Server() as server:
        made = World(server)
        server.clock = None
        yield made


@pytest.fixture
def place(world, tmp_path):
    (tmp_path / "root.pem").write_bytes(world.root.pem)
    (tmp_path / "key.pem").write_bytes(world.signer.key_pem)
    (tmp_path / "cert.pem").write_bytes(world.signer.pem + world.issuing.pem)
    (tmp_path / "d.pdf").write_bytes(blank())
    return tmp_path


SIGN = ("sign", "d.pdf", "--pades", "--key", "key.pem", "--cert", "cert.pem")


def told(medcab, name):
    code, out, err = medcab("verify", name, "--trust", "root.pem", "--format", "json")
    assert out, err
    return code, json.loads(out)["signatures"]


@pytest.mark.parametrize("level", ["B-B", "B-T", "B-LT", "B-LTA"])
def test_signing_at_every_level(world, place, medcab, level):
    tsa = () if level == "B-B" else ("--tsa", f"{world.server.address}/tsa/short")
    code, out, err = medcab(*SIGN, "--level", level, *tsa, "--trust", "root.pem", "--online")
    assert code == 0, err
    assert out.strip() == "d.signed.pdf"
    code, (signature,) = told(medcab, "d.signed.pdf")
    assert (code, signature["level"]) == (0, f"PAdES-{level}")
    assert len(signature["timestamps"]) == ["B-B", "B-T", "B-LT", "B-LTA"].index(level) - (
        level == "B-LT"
    ) - (level == "B-LTA")  # fmt: skip


def test_extending_step_by_step_in_place(world, place, medcab):
    tsa = ("--tsa", f"{world.server.address}/tsa/long", "--trust", "root.pem", "--online")
    assert medcab(*SIGN)[0] == 0
    size = 0
    for level in ("B-T", "B-LT", "B-LTA", "B-LTA"):
        code, out, err = medcab("extend", "d.signed.pdf", "--level", level, *tsa, "--in-place")
        assert code == 0, err
        assert out.strip() == f"d.signed.pdf: PAdES-{level}"
        assert (place / "d.signed.pdf").stat().st_size > size
        size = (place / "d.signed.pdf").stat().st_size
    code, out, _ = medcab("verify", "d.signed.pdf", "--trust", "root.pem", "--details")
    assert code == 0
    assert out.count("document-time-stamp 20") == 3
    code, out, _ = medcab("verify", "d.signed.pdf", "--trust", "root.pem", "--format", "etsi-xml")
    assert code == 0
    assert out.count("DocTimeStamp>") == 6


def test_tree_of_both_kinds(world, place, medcab):
    """Signature files and signed PDF in one run; what is refused is told and left as it was."""
    tsa = ("--tsa", f"{world.server.address}/tsa/long", "--trust", "root.pem", "--online")
    assert medcab(*SIGN)[0] == 0
    tree = place / "tree"
    tree.mkdir()
    signed = (place / "d.signed.pdf").read_bytes()
    (tree / "good.pdf").write_bytes(signed)
    (tree / "changed.pdf").write_bytes(update(signed, rotate))
    (tree / "plain.pdf").write_bytes(blank())
    (tree / "other.pdf").write_bytes(blank())
    assert medcab("sign", "tree/other.pdf", *SIGN[3:])[0] == 0
    before = {p.name: p.read_bytes() for p in tree.iterdir()}
    code, out, err = medcab("extend", "tree", "-r", "--level", "B-LTA", *tsa, "--in-place")
    assert code == 2, err
    assert sorted(Path(line.split(":")[0]).name for line in out.splitlines()) == [
        "good.pdf", "other.pdf.sig",
    ]  # fmt: skip
    assert "changed.pdf" in err
    after = {p.name: p.read_bytes() for p in tree.iterdir()}
    assert {name for name in before if after[name] != before[name]} == {
        "good.pdf", "other.pdf.sig",
    }  # fmt: skip
    assert after["good.pdf"].startswith(before["good.pdf"])


def test_pdf_with_a_signature_beside_it_is_not_changed(world, place, medcab):
    tsa = ("--tsa", f"{world.server.address}/tsa/long", "--trust", "root.pem", "--online")
    assert medcab(*SIGN)[0] == 0
    assert medcab("sign", "d.signed.pdf", *SIGN[3:])[0] == 0
    before = (place / "d.signed.pdf").read_bytes()
    code, _, err = medcab("extend", "d.signed.pdf", "--level", "B-T", *tsa, "--in-place")
    assert code != 0
    assert "d.signed.pdf.sig" in err
    assert (place / "d.signed.pdf").read_bytes() == before
    code, _, err = medcab("extend", "d.signed.pdf", "--level", "B-T", *tsa, "--output", "new.pdf")
    assert code == 0, err
    assert told(medcab, "new.pdf")[1][0]["level"] == "PAdES-B-T"


def test_what_cannot_be_reached_leaves_no_file(world, place, medcab):
    world.server.tsas["long"].fault = "refuse"
    try:
        tsa = ("--tsa", f"{world.server.address}/tsa/long", "--trust", "root.pem", "--online")
        assert medcab(*SIGN, "--level", "B-LTA", *tsa)[0] != 0
        assert not (place / "d.signed.pdf").exists()
    finally:
        world.server.tsas["long"].fault = ""
    code, _, err = medcab(*SIGN, "--level", "B-LT", *tsa[:2], "--trust", "root.pem")
    assert (code, "--online" in err) == (2, True)
    assert not (place / "d.signed.pdf").exists()


def test_encrypted_pdf_is_refused_in_plain_words(place, medcab):
    (place / "d.pdf").write_bytes(blank("secret"))
    code, _, err = medcab(*SIGN)
    assert code != 0
    assert "encrypted" in err
