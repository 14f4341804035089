"""The commands extend, timestamp and sign --level against a real server on loopback."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "signing" / "longterm"))
from world import World, pki_server

DOCUMENT = "Диплом".encode()


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
    (tmp_path / "d.pdf").write_bytes(DOCUMENT)
    return tmp_path


def test_life_of_a_signature(world, place, medcab):
    tsa = f"{world.server.address}/tsa/short"
    sign = ("sign", "d.pdf", "--key", "key.pem", "--cert", "cert.pem")
    code, _, err = medcab(*sign, "--level", "B-T", "--tsa", tsa)
    assert code == 0, err
    common = ("d.pdf.sig", "--trust", "root.pem")
    code, out, _ = medcab("verify", *common, "--format", "json")
    assert code == 0
    (told,) = json.loads(out)["signatures"]
    assert told["level"] == "CAdES-B-T"
    (stamp,) = told["timestamps"]
    assert stamp["indication"] == "TOTAL-PASSED"
    assert stamp["authority"]["holder"]["common_name"] == "TSA short"
    assert stamp["time"].endswith("Z")
    assert told["proofs"][0]["source"] == "signature-time-stamp"
    before = (place / "d.pdf.sig").read_bytes()
    code, _, err = medcab("extend", *common, "--level", "B-LTA", "--tsa", tsa, "--in-place")
    assert code == 2
    assert "--online" in err
    assert (place / "d.pdf.sig").read_bytes() == before
    code, out, err = medcab(
        "extend", *common, "--level", "B-LTA", "--tsa", tsa, "--online", "--in-place"
    )
    assert code == 0, err
    assert "CAdES-B-LTA" in out
    code, out, _ = medcab("verify", *common, "--details")
    assert code == 0
    assert "archive-time-stamp-v3" in out


def test_policy_file_and_xml_report(world, place, medcab):
    from xml.etree import ElementTree as ET

    tsa = f"{world.server.address}/tsa/foreign"
    sign = ("sign", "d.pdf", "--key", "key.pem", "--cert", "cert.pem")
    assert medcab(*sign, "--level", "B-T", "--tsa", tsa)[0] == 0
    common = ("verify", "d.pdf.sig", "--trust", "root.pem")
    assert medcab(*common)[0] == 0
    policy = place / "p.toml"
    policy.write_text(
        'schema = "medcab.validation-policy/1"\n[checks]\ntime-stamp = "fail"\n', "utf-8"
    )
    assert medcab(*common, "--validation-policy", "p.toml")[0] == 3
    policy.write_text("[checks]\n", "utf-8")
    assert medcab(*common, "--validation-policy", "p.toml")[0] == 2
    code, out, _ = medcab(*common, "--format", "etsi-xml")
    assert code == 0
    root = ET.fromstring(out)
    assert root.tag == "{http://uri.etsi.org/19102/v1.4.1#}ValidationReport"
    assert "mainindication:total-passed" in out


def test_tree_is_extended_and_failures_are_isolated(world, place, medcab):
    tsa = f"{world.server.address}/tsa/long"
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        (place / name).write_bytes(name.encode())
        code, _, _ = medcab("sign", name, "--key", "key.pem", "--cert", "cert.pem")
        assert code == 0
    (place / "c.pdf").write_bytes(b"changed")
    (place / "out").mkdir()
    code, out, err = medcab(
        "extend", ".", "-r", "--level", "B-T", "--tsa", tsa, "-o", "out", "--trust", "root.pem"
    )
    assert code == 2
    assert "HASH_FAILURE" in err
    assert sorted(p.name for p in (place / "out").iterdir()) == ["a.pdf.sig", "b.pdf.sig"]
    assert out.count("CAdES-B-T") == 2


def test_bare_files_are_stamped_and_verified(world, place, medcab):
    tsa = f"{world.server.address}/tsa/long"
    code, out, _ = medcab("timestamp", "d.pdf", "--tsa", tsa)
    assert code == 0
    assert "d.pdf.tst" in out
    assert medcab("timestamp", "d.pdf", "--tsa", tsa)[0] == 2
    assert medcab("verify", "d.pdf.tst", "--trust", "root.pem")[0] == 0
    (place / "d.pdf").write_bytes(b"changed")
    assert medcab("verify", "d.pdf.tst", "--trust", "root.pem")[0] == 1
    (place / "d.pdf").unlink()
    assert medcab("verify", "d.pdf.tst", "--trust", "root.pem")[0] == 3


def test_password_and_second_address(world, place, medcab, monkeypatch):
    world.server.password = "anna:geheim"
    monkeypatch.setenv("TSA_PASSWORD", "geheim")
    try:
        base = ("timestamp", "d.pdf", "--tsa", "http://127.0.0.1:9/", "--tsa",
                f"{world.server.address}/tsa/long", "--tsa-user", "anna")  # fmt: skip
        code, _, err = medcab(*base, "--password-from", "env:TSA_PASSWORD")
        assert code == 0, err
        monkeypatch.setenv("TSA_PASSWORD", "falsch")
        code, _, err = medcab(*base, "--password-from", "env:TSA_PASSWORD", "--overwrite")
        assert code == 2
        assert "falsch" not in err
    finally:
        world.server.password = None


@pytest.mark.parametrize(
    "arguments",
    [
        ("extend", "d.pdf.sig", "--level", "B-X", "--in-place"),
        ("extend", "d.pdf.sig", "--level", "B-T"),
        ("extend", "d.pdf.sig", "--level", "B-T", "--in-place", "--tsa", "nonsense"),
        ("sign", "d.pdf", "--key", "key.pem", "--cert", "cert.pem", "--level", "B-T"),
        ("sign", "d.pdf", "--key", "key.pem", "--cert", "cert.pem", "--tsa", "http://x/"),
        ("timestamp", "d.pdf", "--tsa", "http://x/", "--tsa-digest", "crc32"),
    ],
)
def test_usage_errors(place, medcab, arguments):
    (place / "d.pdf.sig").write_bytes(b"0")
    assert medcab(*arguments)[0] == 2
