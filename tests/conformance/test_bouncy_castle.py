"""Bouncy Castle as an independent peer: what it makes we judge rightly, what we make it accepts.

One Java program (``java/OldForms.java``) runs once. With authorities, keys and time-stampers of its
own it writes signatures of every form of TS 101 733, right ones and such with one part wrong, in
RSA, ECDSA and GOST R 34.10-2012; and it reads the signatures and key files that medcab wrote.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509

from medcab.signing.content import MemoryContent
from medcab.signing.policy import ValidationPolicy
from medcab.signing.trust import TrustStore
from medcab.signing.verify import Verifier

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "signing" / "longterm"))
from gost_world import GostWorld  # noqa: E402
from world import DATA, NOW, YEAR, World, pki_server  # noqa: E402

JARS = [Path("/usr/share/java") / f"{name}.jar" for name in ("bcprov", "bcutil", "bcpkix")]
pytestmark = [
    # A source file is launched: that takes the compiler.
    pytest.mark.skipif(shutil.which("javac") is None, reason="there is no Java compiler"),
    pytest.mark.skipif(
        not all(jar.is_file() for jar in JARS), reason="Bouncy Castle is not there (libbcpkix-java)"
    ),
    pytest.mark.slow,
]
ALGORITHMS = ("rsa", "ec", "gost256", "gost512")
# The signer and the first time-stamper have expired by then; RSA-2048 is accepted till 2029.
AFTER = {"rsa": datetime(2028, 12, 15, tzinfo=UTC)}
LATER = datetime(2031, 6, 1, tzinfo=UTC)
PASSED = "TOTAL-PASSED"
NO_POE = "OUT_OF_BOUNDS_NO_POE"


def keys() -> dict[str, bytes]:
    """Key files that medcab writes; the password is in the Java program too."""
    from medcab.signing.convert import to_pkcs12

    span = {"start": NOW - YEAR, "end": NOW + YEAR}
    root = pki_server.certify("Корень", purpose="authority", **span)
    made = {}
    for kind in ("rsa", "ec"):
        for legacy in (False, True):
            holder = pki_server.certify("Иванова Анна", root, kind=kind, **span)
            name = f"{kind}{'-legacy' if legacy else ''}.p12"
            made[name] = to_pkcs12(
                holder.key, x509.Certificate.load(holder.der), [x509.Certificate.load(root.der)],
                "Пароль1", name="Иванова", legacy=legacy,
            )  # fmt: skip
    return made


def ladders() -> dict[str, bytes]:
    """Our signatures at every level, of every kind of key."""
    made = {}
    with pki_server.Server() as server:
        world = World(server)
        signers = {"rsa": world.signer}
        signers["ec"] = server.know(
            pki_server.certify(
                "Петров Пётр", world.issuing, kind="ec", address=server.address,
                start=NOW - YEAR, end=NOW + YEAR,
            )
        )  # fmt: skip
        for kind, holder in signers.items():
            for attached in (False, True):
                content = None if attached else DATA
                data = world.sign(holder, attached=attached)
                for level, tsa in (("B-B", ""), ("B-T", "short"), ("B-LT", "short"),
                                   ("B-LTA", "long")):  # fmt: skip
                    if tsa:
                        data = world.extend(data, level, tsa, content=content)
                    made[f"{kind}-{level}{'-attached' if attached else ''}.p7s"] = data
        for bits in (256, 512):
            small = GostWorld(server, bits)
            data = small.sign()
            made[f"gost{bits}-B-B.p7s"] = data
            for level, tsa in (("B-T", "short"), ("B-LT", "short"), ("B-LTA", "long")):
                data = small.extend(data, level, tsa)
                made[f"gost{bits}-{level}.p7s"] = data
    return made


@pytest.fixture(scope="module")
def peer(tmp_path_factory) -> Path:
    """Folder with what Bouncy Castle made and said."""
    base = tmp_path_factory.mktemp("peer")
    (base / "ours").mkdir()
    for name, data in (ladders() | keys()).items():
        (base / "ours" / name).write_bytes(data)
    done = subprocess.run(
        ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dfile.encoding=UTF-8",
         "-cp", os.pathsep.join(map(str, JARS)), str(HERE / "java" / "OldForms.java"),
         str(base / "out"), str(base / "ours")],
        capture_output=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return base / "out"


def judge(peer: Path, algorithm: str, case: str, at=NOW, *, crls=(), **policy):
    folder = peer / algorithm
    root = x509.Certificate.load((folder / "root.cer").read_bytes())
    verifier = Verifier(
        TrustStore.from_certificates([root]), ValidationPolicy(**policy), at=at, crls=crls
    )
    content = None if "attached" in case else MemoryContent(DATA)
    (result,) = verifier.verify_bytes((folder / f"{case}.der").read_bytes(), content).signatures
    return result


def told(result) -> str:
    return str(result.sub_indication or result.indication)


RIGHT = {
    "b": ("CAdES-B-B", NO_POE),
    "b-ber": ("CAdES-B-B", NO_POE),
    "b-attached-ber": ("CAdES-B-B", NO_POE),
    "t": ("CAdES-B-T", NO_POE),
    "c": ("CAdES-C", NO_POE),
    "x1": ("CAdES-X-Type1", PASSED),
    "x2": ("CAdES-X-Type2", NO_POE),
    "xl": ("CAdES-X-Long", NO_POE),
    "xl1": ("CAdES-X-Long-Type1", PASSED),
    "xl1-ber": ("CAdES-X-Long-Type1", PASSED),
    "xl1-attached": ("CAdES-X-Long-Type1", PASSED),
    "xl1-sha1-references": ("CAdES-X-Long-Type1", PASSED),
    "xl1-no-issuer-serial": ("CAdES-X-Long-Type1", PASSED),
    "xl1-bare-stamp": ("CAdES-X-Long-Type1", PASSED),
    "xl1-values-in-token": ("CAdES-X-Long-Type1", PASSED),
    "xl2": ("CAdES-X-Long-Type2", NO_POE),
    "values-alone": ("CAdES-B-T", NO_POE),
    "a2": ("CAdES-A", PASSED),
    "a2-attached": ("CAdES-A", PASSED),
    "a3-v1": ("CAdES-B-LTA", PASSED),
    "a3-v1-unnamed": ("CAdES-B-LTA", PASSED),
}
# Case: what is said now, and when answers about revocation are demanded.
WRONG = {
    "wrong-certificate-reference": ("SIG_CONSTRAINTS_FAILURE", "SIG_CONSTRAINTS_FAILURE"),
    "wrong-list-reference": ("SIG_CONSTRAINTS_FAILURE", "SIG_CONSTRAINTS_FAILURE"),
    "wrong-answer-reference": ("SIG_CONSTRAINTS_FAILURE", "SIG_CONSTRAINTS_FAILURE"),
    "wrong-bare-reference": ("warning certificate-references", PASSED),
    "certificate-missing": ("NO_CERTIFICATE_CHAIN_FOUND", "NO_CERTIFICATE_CHAIN_FOUND"),
    "list-missing": ("warning revocation-references", "TRY_LATER"),
    "stamp-over-content": ("HASH_FAILURE", "HASH_FAILURE"),
    "x1-without-signature": ("HASH_FAILURE", "HASH_FAILURE"),
    "x1-swapped": ("HASH_FAILURE", "HASH_FAILURE"),
    "x1-copied": ("HASH_FAILURE", "HASH_FAILURE"),
    "x2-over-everything": ("HASH_FAILURE", "HASH_FAILURE"),
    "a3-wrong-index": ("HASH_FAILURE", "HASH_FAILURE"),
    # The old text leaves the octets open: that no reading fits does not say which part is wrong.
    "a2-without-content": ("GENERIC", "GENERIC"),
    "a2-added-after": ("GENERIC", "GENERIC"),
    "foreign-revocation": ("warning revocation-signer", "TRY_LATER"),
    "answer-of-no-responder": ("warning revocation-signer", "TRY_LATER"),
    "answer-about-another": ("warning revocation-signer", "TRY_LATER"),
    "revoked": ("REVOKED_NO_POE", "REVOKED_NO_POE"),
}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("case", RIGHT)
def test_each_form_is_judged_rightly(peer, algorithm, case):
    level, later = RIGHT[case]
    result = judge(peer, algorithm, case)
    opened = [(c.id, c.detail, dict(c.args)) for c in result.checks if c.open]
    assert (result.indication, result.level, opened) == (PASSED, level, [])
    assert {s["indication"] for s in result.timestamps} <= {PASSED}
    assert told(judge(peer, algorithm, case, AFTER.get(algorithm, LATER))) == later
    folder = peer / algorithm
    lists = [(folder / name).read_bytes() for name in ("issuing.crl", "root.crl")]
    complete = case.startswith(("xl", "a", "values"))
    strict = judge(peer, algorithm, case, revocation="require", crls=() if complete else lists)
    assert told(strict) == PASSED
    damaged = Verifier(
        TrustStore.from_certificates([x509.Certificate.load((folder / "root.cer").read_bytes())]),
        at=NOW,
    ).verify_bytes((folder / f"{case}.der").read_bytes(), MemoryContent(DATA + b"."))
    assert damaged.verdict == "failed"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("case", WRONG)
def test_each_wrong_part_is_found(peer, algorithm, case):
    now, required = WRONG[case]
    result = judge(peer, algorithm, case)
    if now.startswith("warning "):
        assert result.indication == PASSED
        warned = {c.id for c in result.checks if c.outcome == "warning"}
        assert now.removeprefix("warning ") in warned
    else:
        assert told(result) == now
    assert told(judge(peer, algorithm, case, revocation="require")) == required


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_order_of_time_stamps(peer, algorithm):
    """The time-stamp over the references is older than the one that it covers."""
    later = judge(peer, algorithm, "x1-older", NOW + timedelta(days=2))
    assert told(later) == "TIMESTAMP_ORDER_FAILURE"
    # Found even while the inner one lies in the future still.
    now = judge(peer, algorithm, "x1-older")
    assert told(now) == "TIMESTAMP_ORDER_FAILURE"
    (inner,) = [s for s in now.timestamps if s["kind"] == "signature-time-stamp"]
    assert inner["sub_indication"] == "NO_POE"


def said(peer: Path) -> dict[str, str]:
    lines = (peer / "ours.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines)


def test_bouncy_castle_verifies_our_signatures(peer):
    heard = said(peer)
    expected = {
        "B-B": "signature true",
        "B-T": "signature true; stamp true valid",
        "B-LT": "signature true; stamp true valid",
        "B-LTA": "signature true; stamp true valid; archive true valid index true",
    }
    ours = [name for name in heard if name.endswith(".p7s")]
    assert len(ours) == 24
    for name in ours:
        level = next(level for level in reversed(expected) if level in name)
        assert heard[name] == expected[level], name
        if "attached" not in name:
            changed = heard[f"{name}-changed"]
            assert changed.startswith("signature false"), name
            assert "archive true" not in changed


def test_bouncy_castle_opens_our_key_files(peer):
    heard = said(peer)
    found = {name: said for name, said in heard.items() if name.endswith(".p12")}
    assert found == dict.fromkeys(
        ("rsa.p12", "rsa-legacy.p12", "ec.p12", "ec-legacy.p12"), "key true chain 2"
    )
