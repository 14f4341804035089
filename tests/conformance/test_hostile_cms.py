"""CMS signatures that are wrong in one way each: what a strict verifier must answer.

The vectors are foreign material beside the project; without them the tests are skipped.
"""

from __future__ import annotations

import csv
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from medcab.model import Verdict
from medcab.signing.policy import ValidationPolicy
from medcab.signing.trust import TrustStore
from medcab.signing.verify import Verifier

VECTORS = (
    Path(os.environ.get("MEDCAB_VECTORS", Path(__file__).parents[3] / "shared/vectors"))
    / "hostile-cms"
)
pytestmark = pytest.mark.skipif(not VECTORS.is_dir(), reason=f"no foreign vectors in {VECTORS}")
AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

# What each strict answer is, where the table of the vectors leaves a choice, and why.
STRICT = {
    "00_good": ("TOTAL-PASSED", None),
    "02_no_messagedigest": ("TOTAL-FAILED", "FORMAT_FAILURE"),
    "04_dup_messagedigest": ("TOTAL-FAILED", "FORMAT_FAILURE"),
    "06_contenttype_mismatch": ("TOTAL-FAILED", "FORMAT_FAILURE"),
    "08_digest_alg_mismatch": ("TOTAL-FAILED", "FORMAT_FAILURE"),
    "10_md5": ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"),
    "12_cert_substituted_ess": ("TOTAL-FAILED", "FORMAT_FAILURE"),
    "14_ku_keyencipherment": ("INDETERMINATE", "CHAIN_CONSTRAINTS_FAILURE"),
    "16_expired_signed_after": ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE"),
    "18_not_yet_valid": ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE"),
    "20_unsorted_signedattrs": ("TOTAL-FAILED", "FORMAT_FAILURE"),
    "22_trailing_garbage": ("TOTAL-FAILED", "FORMAT_FAILURE"),
    "26_content_changed": ("TOTAL-FAILED", "HASH_FAILURE"),
    "28_nested_unsigned_attr_2000": ("TOTAL-PASSED", None),
    "30_ber_indefinite_attached": ("TOTAL-PASSED", None),
    "32_no_certs_embedded": ("INDETERMINATE", "NO_SIGNING_CERTIFICATE_FOUND"),
    "34_embedded_fake_root": ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND"),
}


def rows():
    table = VECTORS / "expected.csv"
    return list(csv.DictReader(table.open(encoding="utf-8"))) if table.exists() else []


def verify(row, **policy):
    verifier = Verifier(TrustStore.load([VECTORS / "root.pem"]), ValidationPolicy(**policy), at=AT)
    content = str(VECTORS / row["content"]) if row["content"] else None
    return verifier.verify_file(str(VECTORS / row["file"]), content)


def acceptable(expected: str) -> set[Verdict]:
    """What the table allows: «valid», «invalid», «INDETERMINATE», alternatives with a slash."""
    text = expected.split("(")[0].lower()
    allowed = set()
    if "indeterminate" in text:
        allowed.add(Verdict.INDETERMINATE)
    if "invalid" in text:
        allowed.add(Verdict.FAILED)
    if text.strip().startswith("valid"):
        allowed.add(Verdict.PASSED)
    return allowed


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"].removesuffix(".p7s"))
def test_strict_verdict(row):
    started = time.monotonic()
    report = verify(row)
    assert time.monotonic() - started < 5
    assert report.verdict in acceptable(row["expected"])
    name = row["file"].removesuffix(".p7s")
    if name in STRICT:
        (result,) = report.signatures
        assert (result.indication, result.sub_indication) == STRICT[name]
    for result in report.signatures:
        open_checks = [check for check in result.checks if check.open]
        assert bool(open_checks) == (result.verdict is not Verdict.PASSED)


@pytest.mark.parametrize("row", [r for r in rows() if r["file"].startswith("24_")])
def test_each_signer_is_judged_by_itself(row):
    report = verify(row)
    assert [(r.indication, r.sub_indication) for r in report.signatures] == [
        ("TOTAL-PASSED", None),
        ("TOTAL-FAILED", "SIG_CRYPTO_FAILURE"),
    ]


@pytest.mark.parametrize("row", [r for r in rows() if r["file"][:2] in ("20", "22")])
def test_lenient_warns_where_only_the_form_is_wrong(row):
    report = verify(row, lenient=True)
    assert report.verdict is Verdict.PASSED
    checks = [*report.problems, *report.signatures[0].checks]
    assert any(
        c.outcome == "warning" and c.id in ("signed-attributes-der", "no-trailing-bytes")
        for c in checks
    )


@pytest.mark.parametrize(
    "row", [r for r in rows() if r["file"][:2] in ("02", "04", "06", "08", "12", "26")]
)
def test_lenient_never_forgives_what_breaks_the_signature(row):
    assert verify(row, lenient=True).verdict is Verdict.FAILED


def test_every_vector_of_the_table_was_tried():
    assert {row["file"] for row in rows()} == {p.name for p in VECTORS.glob("*.p7s")}
