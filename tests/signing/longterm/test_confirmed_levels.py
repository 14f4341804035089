"""The level that is told counts what validates; what the form alone would be is told apart."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from world import DATA, NOW, YEAR, pki_server

from medcab.signing.attributes import Oid
from medcab.signing.cms import parse_signed_data
from medcab.signing.content import MemoryContent
from medcab.signing.longterm.building import add_material, add_stamp
from medcab.signing.longterm.extend import stamp_signature
from medcab.signing.longterm.timestamps import make_request, parse_response
from medcab.signing.report import report_json
from medcab.text import Translator

LATER = datetime(2031, 6, 1, tzinfo=UTC)


def level(world, data, at=None, **more):
    from medcab.signing.verify import Verifier

    verifier = Verifier(world.trust, at=at or world.server.clock, **more)
    report = verifier.verify_bytes(data, MemoryContent(DATA))
    result = report.signatures[0]
    told = json.loads(report_json(report, Translator("en")))["signatures"][0]
    assert told["level"] == result.level
    assert told.get("structure") == (None if result.structure is None else str(result.structure))
    return str(result.level), str(result.structure or "")


def copied(world):
    other = world.sign(signing_time=NOW - timedelta(days=3))
    ((_, stamped),) = parse_signed_data(stamp_signature(other, world.tsa())).signers
    token = stamped.unsigned(Oid.SIGNATURE_TIME_STAMP)[0].values[0]
    return add_stamp(parse_signed_data(world.sign()), 0, Oid.SIGNATURE_TIME_STAMP, token)


def weak(world):
    signed = parse_signed_data(world.sign())
    imprint = hashlib.sha1(signed.signers[0][1].signature).digest()
    request = make_request("1.3.14.3.2.26", imprint, nonce=5)
    token = parse_response(world.server.tsas["short"].answer(request, NOW)).raw
    return add_stamp(signed, 0, Oid.SIGNATURE_TIME_STAMP, token)


MADE = {
    "stranger": lambda world: stamp_signature(world.sign(), world.tsa("foreign")),
    "copied": copied,
    "imprint of SHA-1": weak,
}


@pytest.mark.parametrize("how", MADE)
def test_a_time_stamp_that_proves_nothing_raises_no_level(world, how):
    assert level(world, MADE[how](world)) == ("CAdES-B-B", "CAdES-B-T")


def test_an_authority_revoked_before_raises_no_level(world):
    made = stamp_signature(world.sign(), world.tsa("short"))
    assert level(world, made) == ("CAdES-B-T", "")
    serial = world.stampers["short"].certificate.serial_number
    world.issuing.revoked[serial] = NOW - timedelta(days=1)
    try:
        crl = pki_server.make_crl(world.issuing, NOW)
    finally:
        world.issuing.revoked.pop(serial)
    assert level(world, made, crls=[crl]) == ("CAdES-B-B", "CAdES-B-T")


def test_revocation_data_about_others_make_no_long_term_signature(world):
    made = stamp_signature(world.sign(), world.tsa("short"))
    span = {"start": NOW - YEAR, "end": NOW + YEAR}
    stranger = pki_server.certify("Чужой корень", purpose="authority", **span)
    crl = pki_server.make_crl(stranger, NOW)
    padded = add_material(parse_signed_data(made), (), (crl,), ())
    assert level(world, padded) == ("CAdES-B-T", "CAdES-B-LT")
    own = pki_server.make_crl(world.issuing, NOW)
    # What was given beside the signature is not in it.
    assert level(world, padded, crls=[own]) == ("CAdES-B-T", "CAdES-B-LT")
    assert level(world, add_material(parse_signed_data(made), (), (own,), ())) == ("CAdES-B-LT", "")


def test_the_level_falls_when_its_time_stamps_have_ended(world):
    long = world.extend(world.extend(world.sign(), "B-T"), "B-LT")
    assert level(world, long) == ("CAdES-B-LT", "")
    assert level(world, long, LATER) == ("CAdES-B-B", "CAdES-B-LT")
    assert level(world, world.extend(long, "B-LTA", "long"), LATER) == ("CAdES-B-LTA", "")


def test_the_text_says_what_is_not_confirmed(world, tmp_path):
    import typer
    from typer.testing import CliRunner

    from medcab.commands.verify import command

    (tmp_path / "root.pem").write_bytes(world.root.pem)
    (tmp_path / "a.txt").write_bytes(DATA)
    (tmp_path / "a.txt.sig").write_bytes(MADE["stranger"](world))
    app = typer.Typer()
    app.command()(command)
    given = [tmp_path / "a.txt.sig", "--trust", tmp_path / "root.pem", "--at", NOW.isoformat()]
    done = CliRunner().invoke(app, [*map(str, given), "-j", "0"])
    (line,) = [line for line in done.stdout.splitlines() if "TOTAL-PASSED" in line]
    assert "CAdES-B-B (" in line
    assert "CAdES-B-T" in line.split("CAdES-B-B (")[1]
