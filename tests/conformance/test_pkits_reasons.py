"""Every rule that a chain of PKITS breaks is told in our own words, in Russian too."""

from __future__ import annotations

import re
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import cms, x509

from medcab.signing.paths import PathOptions, validate_path
from medcab.signing.revocation import RevocationMode, RevocationPolicy
from medcab.signing.trust import TrustStore
from medcab.text import translator

sys.path.insert(0, str(Path(__file__).parent))
from test_pkits import SUITE, VECTORS, rows, unpack

pytestmark = pytest.mark.skipif(
    SUITE is None or not (VECTORS / "expected.csv").exists(),
    reason="no PKITS: needs the package cryptography_vectors and the foreign vectors",
)
RULES = ("chain-constraints", "chain-algorithms", "chain", "chain-authorities")


def judged(row, folder, mode=RevocationMode.NONE):

    unpack(row["file"], folder)
    signed = cms.ContentInfo.load((folder / f"{row['file']}.p7s").read_bytes())["content"]
    certificates = [each.chosen for each in signed["certificates"]]
    signer = signed["signer_infos"][0]["sid"].chosen
    (leaf,) = [
        c for c in certificates
        if c.serial_number == signer["serial_number"].native and c.issuer == signer["issuer"]
    ][:1]  # fmt: skip
    root = (SUITE / "certs" / "TrustAnchorRootCertificate.crt").read_bytes()
    words = row["args"].split()
    policies = frozenset(w for w in words if re.fullmatch(r"[0-9.]+", w))
    return validate_path(
        leaf,
        others=certificates,
        trust=TrustStore.from_certificates([x509.Certificate.load(root)]),
        moment=datetime(2026, 11, 21, tzinfo=UTC),
        revocation=RevocationPolicy(mode),
        crls=[each.chosen.dump() for each in signed["crls"] or ()],
        options=PathOptions(
            policies, "-explicit_policy" in words, "-inhibit_map" in words, "-inhibit_any" in words
        ),
    )


def test_every_reason_is_explained(tmp_path):
    russian = translator("ru")
    told: Counter[str] = Counter()
    for row in rows():
        for check in judged(row, tmp_path).checks:
            if check.open and check.id in RULES:
                told[check.detail] += 1
                sentence = russian(check.detail, **check.args)
                assert re.search("[а-яё]{4}", sentence), sentence
    unexplained = told.pop("The chain breaks a rule ({why}).", 0)
    print(dict(told), unexplained)
    assert sum(told.values()) > 60
    assert unexplained == 0
    assert len(told) >= 7


def test_why_lists_do_not_count(tmp_path):
    russian = translator("ru")
    told: Counter[str] = Counter()
    for row in rows():
        for check in judged(row, tmp_path, RevocationMode.REQUIRE).checks:
            if check.open and check.id.startswith("revocation"):
                told[check.detail] += 1
                assert re.search("[а-яё]{4}", russian(check.detail, **check.args))
    # A list's maker that was revoked, an unknown critical extension of an entry.
    assert told.pop("The revocation lists do not settle the question ({why}).") == 2
    assert len([detail for detail in told if "list" in detail]) >= 6
