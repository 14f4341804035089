"""openssl and pyHanko accept what we write; a GOST time-stamp of another program is verified."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "signing" / "longterm"))
from world import DATA, NOW, World, pki_server  # noqa: E402

VECTORS = Path(os.environ.get("MEDCAB_VECTORS", HERE.parents[2] / "shared" / "vectors"))
GOST = VECTORS / "gost" / "openssl-engine"
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not there")
LATER = datetime(2031, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def world():
    with pki_server.Server() as server:
        yield World(server)


@pytest.fixture(scope="module")
def ladder(world):
    made = {"B-B": world.sign()}
    made["B-T"] = world.extend(made["B-B"], "B-T")
    made["B-LT"] = world.extend(made["B-T"], "B-LT")
    made["B-LTA"] = world.extend(made["B-LT"], "B-LTA", "long")
    return made


def openssl(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=False)


@needs_openssl
@pytest.mark.parametrize("level", ["B-B", "B-T", "B-LT", "B-LTA"])
def test_openssl_cms_verifies_each_level(world, ladder, level, tmp_path):
    (tmp_path / "s.der").write_bytes(ladder[level])
    (tmp_path / "d").write_bytes(DATA)
    (tmp_path / "root.pem").write_bytes(world.root.pem)
    common = ("cms", "-verify", "-inform", "DER", "-in", "s.der", "-content", "d", "-binary",
              "-CAfile", "root.pem", "-purpose", "any", "-out", "o", "-attime",
              str(int(NOW.timestamp())))  # fmt: skip
    assert openssl(tmp_path, *common).returncode == 0
    assert (tmp_path / "o").read_bytes() == DATA
    (tmp_path / "d").write_bytes(DATA + b"x")
    assert openssl(tmp_path, *common).returncode != 0


@needs_openssl
def test_openssl_ts_verifies_our_time_stamps(world, ladder, tmp_path):
    from medcab.signing.attributes import Oid
    from medcab.signing.cms import parse_signed_data

    signer = parse_signed_data(ladder["B-LTA"]).signers[0][1]
    (tmp_path / "root.pem").write_bytes(world.root.pem)
    (tmp_path / "value").write_bytes(signer.signature)
    stamp = signer.unsigned(Oid.SIGNATURE_TIME_STAMP)[0].values[0]
    (tmp_path / "t.der").write_bytes(stamp)
    verify = ("ts", "-verify", "-in", "t.der", "-token_in", "-CAfile", "root.pem", "-attime",
              str(int(NOW.timestamp())))  # fmt: skip
    assert openssl(tmp_path, *verify, "-data", "value").returncode == 0
    (tmp_path / "other").write_bytes(b"other")
    assert openssl(tmp_path, *verify, "-data", "other").returncode != 0
    archive = signer.unsigned(Oid.ARCHIVE_TIME_STAMP_V3)[0].values[0]
    (tmp_path / "t.der").write_bytes(archive)
    from medcab.signing.longterm.timestamps import parse_token

    digest = parse_token(archive).info.imprint.hex()
    assert openssl(tmp_path, *verify, "-digest", digest).returncode == 0


@needs_openssl
def test_openssl_understands_our_request(tmp_path):
    from medcab.signing.longterm.timestamps import make_request

    imprint = hashlib.sha256(DATA).digest()
    request = make_request("2.16.840.1.101.3.4.2.1", imprint, nonce=2**62 + 7, policy="1.2.3")
    (tmp_path / "q").write_bytes(request)
    said = openssl(tmp_path, "ts", "-query", "-in", "q", "-text").stdout.decode()
    assert "Policy OID: 1.2.3" in said
    assert "sha256" in said
    assert "Certificate required: yes" in said
    assert f"{2**62 + 7:X}" in said


@needs_openssl
def test_time_stamps_of_openssl_are_verified(world, tmp_path):
    """openssl as the authority: its own encodings, SHA-512 and SHA-1 references."""
    from medcab.signing.content import MemoryContent
    from medcab.signing.longterm.timestamps import parse_response

    holder = world.stampers["short"]
    (tmp_path / "tsa.pem").write_bytes(holder.pem)
    (tmp_path / "tsa.key").write_bytes(holder.key_pem)
    (tmp_path / "chain.pem").write_bytes(world.issuing.pem)
    (tmp_path / "d").write_bytes(DATA)
    (tmp_path / "serial").write_text("01")
    for reference in ("sha1", "sha256", "sha512"):
        (tmp_path / "ts.cnf").write_text(
            "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\nsigner_cert=tsa.pem\nsigner_key=tsa.key\n"
            "certs=chain.pem\ndefault_policy=1.2.3.4\ndigests=sha256,sha512\n"
            f"signer_digest=sha256\ness_cert_id_alg={reference}\naccuracy=secs:1,millisecs:500\n"
        )
        openssl(tmp_path, "ts", "-query", "-data", "d", "-sha512", "-cert", "-out", "q")
        done = openssl(
            tmp_path, "ts", "-reply", "-config", "ts.cnf", "-queryfile", "q", "-out", "r"
        )
        assert done.returncode == 0, done.stderr
        token = parse_response((tmp_path / "r").read_bytes())
        now = datetime.now(UTC) + timedelta(minutes=1)
        report = world.verifier(now).verify_bytes(token.raw, MemoryContent(DATA))
        (result,) = report.signatures
        assert result.kind == "time-stamp"
        assert result.indication == "TOTAL-PASSED", [c for c in result.checks if c.open]
        other = world.verifier(now).verify_bytes(token.raw, MemoryContent(b"other"))
        assert other.signatures[0].sub_indication == "HASH_FAILURE"


def test_pyhanko_validates_our_b_t(world, ladder):
    import asyncio

    from asn1crypto import cms, x509
    from pyhanko.sign.validation import async_validate_detached_cms
    from pyhanko_certvalidator import ValidationContext

    def judge(data, content):
        context = ValidationContext(
            trust_roots=[x509.Certificate.load(world.root.der)], moment=NOW, allow_fetching=False,
            revocation_mode="soft-fail",
        )  # fmt: skip
        signed = cms.ContentInfo.load(data)["content"]
        return asyncio.run(
            async_validate_detached_cms(
                content, signed, signer_validation_context=context, ts_validation_context=context
            )
        )

    for level in ("B-T", "B-LT", "B-LTA"):
        status = judge(ladder[level], DATA)
        assert status.intact
        assert status.valid
        assert status.trusted
        assert status.timestamp_validity.valid
        assert status.timestamp_validity.trusted
        assert status.timestamp_validity.timestamp == NOW
    assert not judge(ladder["B-T"], DATA + b"x").intact


@pytest.mark.skipif(not GOST.is_dir(), reason="no foreign vectors: ../shared/vectors")
class TestGost:
    """The time-stamp that openssl with the gost engine made."""

    def token(self):
        from medcab.signing.longterm.timestamps import parse_response

        return parse_response((GOST / "resp.tsr").read_bytes())

    def verifier(self, at):
        from medcab.signing.certificates import load_certificates
        from medcab.signing.trust import TrustStore
        from medcab.signing.verify import Verifier

        root = load_certificates((GOST / "root.crt").read_bytes(), "root")
        others = [c.dump() for c in load_certificates((GOST / "chain.pem").read_bytes(), "chain")]
        return Verifier(TrustStore.from_certificates(root), at=at, certificates=others)

    def test_imprint_signature_and_chain(self):
        from medcab.signing.content import MemoryContent

        token = self.token()
        content = (GOST / "doc.txt").read_bytes()
        at = token.info.moment + timedelta(hours=1)
        (result,) = self.verifier(at).verify_bytes(token.raw, MemoryContent(content)).signatures
        done = {c.id for c in result.checks if c.outcome == "passed"}
        assert {"signature-value", "message-digest-value", "message-imprint"} <= done
        opened = [(c.id, str(c.sub_indication)) for c in result.checks if c.open]
        assert opened == [], opened

    def test_other_content_is_found(self):
        from medcab.signing.content import MemoryContent

        token = self.token()
        report = self.verifier(token.info.moment).verify_bytes(token.raw, MemoryContent(b"x"))
        assert report.signatures[0].sub_indication == "HASH_FAILURE"

    @pytest.mark.parametrize("name", ["leaf256", "leaf512"])
    def test_gost_signature_climbs_the_ladder(self, world, name):
        from asn1crypto import x509

        from medcab.signing.certificates import load_certificates
        from medcab.signing.cms import parse_signed_data
        from medcab.signing.content import MemoryContent
        from medcab.signing.keys import load_pem
        from medcab.signing.longterm.extend import Extender, Level
        from medcab.signing.sign import Signer, SignOptions
        from medcab.signing.trust import TrustStore
        from medcab.signing.verify import Verifier

        key = load_pem((GOST / f"{name}.key").read_bytes(), (GOST / f"{name}.crt").read_bytes())
        root = load_certificates((GOST / "root.crt").read_bytes(), "root")
        chain = load_certificates((GOST / "chain.pem").read_bytes(), "chain")
        trust = TrustStore.from_certificates([*root, x509.Certificate.load(world.root.der)])
        now = datetime.now(UTC)
        world.server.clock = now
        lists = [(GOST / f).read_bytes() for f in ("root.crl", "subca.crl")]

        def verifier(at=now):
            from medcab.signing.fetch import Fetcher

            return Verifier(
                trust, at=at, certificates=[c.dump() for c in chain], crls=lists, fetch=Fetcher()
            )

        made = Signer(key, SignOptions(signing_time=now)).sign_bytes(DATA)
        extender = Extender(verifier, world.tsa("long"))
        made = extender.extend(made, Level.T, MemoryContent(DATA)).data
        (result,) = verifier().verify_bytes(made, MemoryContent(DATA)).signatures
        assert (result.indication, result.level) == ("TOTAL-PASSED", "CAdES-B-T")
        made = extender.extend(made, Level.LTA, MemoryContent(DATA)).data
        alone = Verifier(trust, at=now, certificates=[])
        (result,) = alone.verify_bytes(made, MemoryContent(DATA)).signatures
        opened = [(c.id, c.detail, c.args) for c in result.checks if c.open]
        assert (result.indication, result.level, opened) == ("TOTAL-PASSED", "CAdES-B-LTA", [])
        broken = made.replace(parse_signed_data(made).signers[0][1].signature, bytes(64))
        if name == "leaf256":
            assert alone.verify_bytes(broken, MemoryContent(DATA)).verdict == "failed"
        world.server.clock = NOW
