"""Every check has a name that a policy may use; checks on the file and purposes follow it too."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from test_policy_file import HEAD, judge
from world import DATA, NOW, YEAR, pki_server

from medcab.errors import ConfigError
from medcab.signing.checks import CHECKS, FIXED
from medcab.signing.content import MemoryContent
from medcab.signing.longterm.policy_file import default_policy, read_policy
from medcab.signing.policy import STRICT

ROOT = Path(__file__).parents[3]
KNOWN = {name for group in CHECKS.values() for name in group}
# These say only what was done.
TOLD = {"past-validation", "certificate-trusted-directly", "revocation"}
# Made with a name that is not a constant where it is used.
VARIED = {"certificate-references", "revocation-references", "revocation-authority"}


def names_in_the_code() -> set[str]:
    found = set()
    for path in (ROOT / "medcab" / "signing").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                first = node.args[0]
                told = called in ("ok", "fail", "warn", "note", "Check", "passed")
                if told and isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found


def test_every_check_is_listed():
    assert names_in_the_code() - TOLD == (KNOWN | FIXED) - VARIED
    assert not KNOWN & FIXED


def test_the_default_is_documented():
    text = (ROOT / "docs" / "validation-policy.toml").read_text(encoding="utf-8")
    assert text == default_policy(), "run tools/gen_validation_policy.py"
    assert read_policy(text, STRICT) == STRICT
    for name in KNOWN:
        assert f'\n# {name} = "' in text
    # The lines may be used as they stand, once the mark is taken away.
    body = text.split("[checks]", 1)[1].split("# These always count", 1)[0]
    lines = [line[2:] for line in body.splitlines() if " = " in line]
    levels = tomllib.loads("\n".join(lines))
    assert set(levels) == KNOWN
    assert read_policy(HEAD + "[checks]\n" + "\n".join(lines), STRICT).levels
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "gen_validation_policy.py", "--check"], check=False
    )
    assert done.returncode == 0


def test_unknown_names_are_refused_with_a_hint():
    with pytest.raises(ConfigError, match="no-trailing-byte") as told:
        read_policy(HEAD + '[checks]\nno-trailing-byte = "warn"\n', STRICT, "p.toml")
    assert told.value.arguments["near"] == "no-trailing-bytes"
    assert told.value.exit_code == 2
    for name in ("zzzzzz", "Bad Name"):
        with pytest.raises(ConfigError, match="there is not"):
            read_policy(HEAD + f'[checks]\n"{name}" = "warn"\n', STRICT, "p.toml")
    assert read_policy(HEAD + '[checks]\nsignature-value = "fail"\n', STRICT).levels


@pytest.mark.parametrize(
    ("written", "known"),
    [("SHA-1", "SHA-1"), ("sha256", "SHA-256"), ("Streebog-256", "Streebog-256"),
     ("RSA-2048", "RSA-2048"), ("EC P-256", "EC P-256"), ("Ed25519", "Ed25519")],
)  # fmt: skip
def test_algorithms_are_known(written, known):
    made = read_policy(HEAD + f'[algorithms]\n"{written}" = 2030-01-01\n', STRICT)
    assert list(made.overrides) == [known]


@pytest.mark.parametrize(("written", "near"), [("RSA2048", "RSA-2048"), ("blowfish", "")])
def test_unknown_algorithms_are_refused(written, near):
    with pytest.raises(ConfigError, match="not known") as told:
        read_policy(HEAD + f'[algorithms]\n"{written}" = 2030-01-01\n', STRICT, "p.toml")
    assert told.value.arguments["near"] == near


def test_dates_hold_for_chains_lists_and_answers(world):
    """Not for the signer's own algorithms alone."""
    from medcab.signing.verify import Verifier

    made = world.sign()  # the signer has RSA, the authorities have P-256 and sign with SHA-256
    lists = [pki_server.make_crl(each, NOW) for each in (world.root, world.issuing)]

    def verdict(text, **more):
        policy = read_policy(HEAD + text, STRICT)
        verifier = Verifier(world.trust, policy, at=NOW, **more)
        (result,) = verifier.verify_bytes(made, MemoryContent(DATA)).signatures
        return result

    curve = '[algorithms]\n"EC P-256" = 2026-01-01\n'
    assert verdict("").indication == "TOTAL-PASSED"
    result = verdict(curve)
    assert result.sub_indication == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    assert [c.id for c in result.checks if c.open] == ["chain-algorithms"]
    later = '[algorithms]\n"EC P-256" = 2028-01-01\n'
    assert verdict(later).indication == "TOTAL-PASSED"
    required = 'revocation = "require"\n'
    assert verdict(required, crls=lists).indication == "TOTAL-PASSED"
    digest = verdict(required + '[algorithms]\n"SHA-256" = 2026-01-01\n', crls=lists)
    refused = {c.id for c in digest.checks if c.open}
    assert {"digest-strength", "chain-algorithms", "revocation-signer"} <= refused


def whole(world, data, text):
    from medcab.signing.verify import Verifier

    verifier = Verifier(world.trust, read_policy(HEAD + text, STRICT), at=NOW)
    return verifier.verify_bytes(data, MemoryContent(DATA))


def outcomes(report, name):
    checks = [*report.problems, *(c for s in report.signatures for c in s.checks)]
    return {str(check.outcome) for check in checks if check.id == name}


def test_bytes_after_the_signature(world):
    made = world.sign() + b"xyz"
    strict = whole(world, made, "")
    assert strict.verdict == "failed"
    assert [s.sub_indication for s in strict.signatures] == ["FORMAT_FAILURE"]
    mild = whole(world, made, '[checks]\nno-trailing-bytes = "warn"\n')
    assert mild.verdict == "passed"
    assert outcomes(mild, "no-trailing-bytes") == {"warning"}
    silent = whole(world, made, '[checks]\nno-trailing-bytes = "ignore"\n')
    assert silent.verdict == "passed"
    assert outcomes(silent, "no-trailing-bytes") == {"ignored"}


def test_text_around_pem(world):
    import base64

    body = base64.encodebytes(world.sign())
    made = b"note\n-----BEGIN CMS-----\n" + body + b"-----END CMS-----\n"
    assert whole(world, made, "").verdict == "passed"
    hard = whole(world, made, '[checks]\nno-text-around = "fail"\n')
    assert hard.verdict == "indeterminate"
    assert [s.sub_indication for s in hard.signatures] == ["GENERIC"]


def test_several_signatures(world):
    from asn1crypto import cms

    one = cms.ContentInfo.load(world.sign())
    second = world.server.know(
        pki_server.certify("Петров", world.issuing, start=NOW - YEAR, end=NOW + YEAR)
    )
    other = cms.ContentInfo.load(world.sign(second))["content"]
    signed = one["content"]
    signed["signer_infos"].append(other["signer_infos"][0])
    signed["certificates"].append(other["certificates"][0])
    made = one.dump(force=True)
    assert whole(world, made, "").verdict == "passed"
    report = whole(world, made, '[checks]\none-signature = "fail"\n')
    assert report.verdict == "indeterminate"
    assert outcomes(report, "one-signature") == {"undetermined"}
    assert len(report.signatures) == 2


def test_another_type_of_content(world):
    made = world.sign()
    data = bytes.fromhex("06092a864886f70d010701")
    other = made.replace(data, bytes.fromhex("06092a864886f70d010702"))
    assert other != made
    report = whole(world, other, "")  # the signed content-type attribute was changed as well
    assert report.verdict == "failed"
    assert outcomes(report, "content-type-data") == {"warning"}


@pytest.mark.parametrize("level", ["warn", "ignore"])
def test_a_revoked_certificate_is_never_forgiven(world, level):
    from medcab.signing.verify import Verifier

    made = world.sign()
    policy = read_policy(
        HEAD + 'revocation = "require"\n[checks]\n'
        f'revocation-signer = "{level}"\nrevocation-authority = "{level}"\n', STRICT,
    )  # fmt: skip
    unknown = Verifier(world.trust, policy, at=NOW).verify_bytes(made, MemoryContent(DATA))
    assert unknown.verdict == "passed"
    world.issuing.revoked[world.signer.certificate.serial_number] = NOW - YEAR / 12
    lists = [pki_server.make_crl(each, NOW) for each in (world.root, world.issuing)]
    report = Verifier(world.trust, policy, at=NOW, crls=lists).verify_bytes(
        made, MemoryContent(DATA)
    )
    assert report.signatures[0].sub_indication == "REVOKED_NO_POE"
    world.issuing.revoked.clear()
    world.root.revoked[world.issuing.certificate.serial_number] = NOW - YEAR / 12
    lists = [pki_server.make_crl(each, NOW) for each in (world.root, world.issuing)]
    report = Verifier(world.trust, policy, at=NOW, crls=lists).verify_bytes(
        made, MemoryContent(DATA)
    )
    assert report.signatures[0].sub_indication == "REVOKED_CA_NO_POE"


class TestPurposes:
    """Extended key usages."""

    def signed(self, world, *purposes, critical=False):
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes

        base = pki_server.certify("Врач", world.issuing, start=NOW - YEAR, end=NOW + YEAR)
        old = base.certificate
        builder = x509.CertificateBuilder(
            old.issuer, old.subject, base.key.public_key(), old.serial_number,
            old.not_valid_before_utc, old.not_valid_after_utc, list(old.extensions),
        ).add_extension(
            x509.ExtendedKeyUsage([x509.ObjectIdentifier(each) for each in purposes]), critical
        )  # fmt: skip
        base.certificate = builder.sign(world.issuing.key, hashes.SHA256())
        return world.sign(base)

    @pytest.mark.parametrize(
        ("purposes", "outcome"),
        [
            (["1.3.6.1.5.5.7.3.36"], "passed"),
            (["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4"], "passed"),
            (["2.5.29.37.0"], "passed"),
            (["1.2.643.2.2.34.6"], "passed"),
            (["1.2.6430.1"], "warning"),
            (["1.3.6.1.5.5.7.3.2"], "warning"),
            (["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"], "warning"),
            (["1.3.6.1.5.5.7.3.1"], "undetermined"),
            (["1.3.6.1.5.5.7.3.8"], "undetermined"),
            (["1.3.6.1.5.5.7.3.9", "1.3.6.1.5.5.7.3.3"], "undetermined"),
        ],
    )
    def test_default(self, world, purposes, outcome):
        report = whole(world, self.signed(world, *purposes), "")
        assert outcomes(report, "extended-key-usage") == {outcome}
        expected = "indeterminate" if outcome == "undetermined" else "passed"
        assert report.verdict == expected
        if outcome == "undetermined":
            assert report.signatures[0].sub_indication == "CHAIN_CONSTRAINTS_FAILURE"

    def test_a_policy_may_say_otherwise(self, world):
        logon = self.signed(world, "1.3.6.1.5.5.7.3.2")
        strict = whole(world, logon, '[checks]\nextended-key-usage = "fail"\n')
        assert strict.verdict == "indeterminate"
        refused = whole(world, logon, '[purposes]\nrefused = ["1.3.6.1.5.5.7.3.2"]\n')
        assert refused.signatures[0].sub_indication == "CHAIN_CONSTRAINTS_FAILURE"
        accepted = whole(
            world, logon,
            '[purposes]\naccepted = ["1.3.6.1.5.5.7.3.2"]\n[checks]\nextended-key-usage = "fail"\n',
        )  # fmt: skip
        assert accepted.verdict == "passed"
        server = self.signed(world, "1.3.6.1.5.5.7.3.1")
        assert whole(world, server, '[checks]\nextended-key-usage = "warn"\n').verdict == "passed"

    @pytest.mark.parametrize(
        "text", ['accepted = "x"', "accepted = [5]", 'accepted = ["a.b"]', 'other = ["1.2"]',
                 'accepted = ["1.2.643.*.*"]'],
    )  # fmt: skip
    def test_wrong_purposes(self, text):
        with pytest.raises(ConfigError, match="wrong"):
            read_policy(HEAD + f"[purposes]\n{text}\n", STRICT)


class TestStamping:
    """The certificate of a time-stamping authority (RFC 3161 2.3)."""

    def stamped(self, world, *purposes, critical):
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes

        from medcab.signing.longterm.extend import stamp_signature

        base = pki_server.certify("TSA odd", world.issuing, start=NOW - YEAR, end=NOW + 5 * YEAR)
        old = base.certificate
        base.certificate = (
            x509.CertificateBuilder(
                old.issuer, old.subject, base.key.public_key(), old.serial_number,
                old.not_valid_before_utc, old.not_valid_after_utc, list(old.extensions),
            )
            .add_extension(
                x509.ExtendedKeyUsage([x509.ObjectIdentifier(each) for each in purposes]), critical
            )
            .sign(world.issuing.key, hashes.SHA256())
        )  # fmt: skip
        world.server.tsas["odd"] = pki_server.Tsa(base, [world.issuing])
        return stamp_signature(world.sign(), world.tsa("odd"))

    @pytest.mark.parametrize(
        ("purposes", "critical", "failing"),
        [
            (["1.3.6.1.5.5.7.3.8"], True, None),
            (["1.3.6.1.5.5.7.3.8"], False, "time-stamping-alone"),
            (["1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.4"], True, "time-stamping-alone"),
            (["1.3.6.1.5.5.7.3.4"], True, "time-stamping-purpose"),
            (["2.5.29.37.0"], True, "time-stamping-purpose"),
        ],
    )
    def test_purpose(self, world, purposes, critical, failing):
        made = self.stamped(world, *purposes, critical=critical)
        result = judge(world, made, STRICT)
        (stamp,) = result.timestamps
        opened = [check.id for check in stamp["checks"] if check.open]
        assert opened == ([] if failing is None else [failing])
        later = judge(world, made, STRICT, NOW + YEAR)
        assert (later.indication == "TOTAL-PASSED") == (failing is None)
        if failing is None:
            return
        assert stamp["sub_indication"] == "CHAIN_CONSTRAINTS_FAILURE"
        mild = read_policy(HEAD + f'[checks]\n{failing} = "warn"\n', STRICT)
        assert judge(world, made, mild).timestamps[0]["indication"] == "TOTAL-PASSED"
        assert judge(world, made, mild, NOW + YEAR).indication == "TOTAL-PASSED"
