"""Write docs/conformance.md from a run of the conformance tests and the foreign vectors.

Usage: python tools/gen_conformance.py [--check]

``--check`` writes nothing and fails when the page would change (dates and versions aside).
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VECTORS = Path(os.environ.get("MEDCAB_VECTORS", ROOT.parent / "shared/vectors"))
PAGE = ROOT / "docs/conformance.md"
SUITES = (
    "tests/conformance/test_hostile_cms.py",
    "tests/conformance/test_pkits.py",
    "tests/conformance/test_pkits_reasons.py",
    "tests/conformance/test_openssl_cross.py",
    "tests/conformance/test_pyhanko_cross.py",
    "tests/conformance/test_gost_vectors.py",
    "tests/conformance/test_gost_cades.py",
    "tests/conformance/test_gost_peers.py",
    "tests/conformance/test_longterm_peers.py",
    "tests/conformance/test_pdf_peers.py",
    "tests/conformance/test_etsi_report.py",
    "tests/conformance/test_bouncy_castle.py",
    "tests/signing/longterm/test_byte_flips.py",
    "tests/signing/longterm/test_byte_flips_old.py",
    "tests/signing/longterm/test_pdf_byte_flips.py",
)
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)

HOSTILE_NOTES = {
    "20_unsorted_signedattrs.p7s": "strict: failed, since RFC 5652 5.3 wants DER; --lenient: a "
    "warning, the signature is over the bytes as they came",
    "22_trailing_garbage.p7s": "strict: failed, nothing covers these bytes; --lenient: a warning",
    "12_cert_substituted_ess.p7s": "RFC 5035 5.4: the signature must be considered invalid",
    "14_ku_keyencipherment.p7s": "a constraint on the chain, INDETERMINATE in EN 319 102-1",
}


def run_tests() -> ET.Element:
    """Run the suites that are there and return the JUnit tree."""
    present = [suite for suite in SUITES if (ROOT / suite).exists()]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "junit.xml"
        subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2"),
                *(f"--junitxml={out}", *present),
            ],
            cwd=ROOT,
            check=False,
            capture_output=True,
        )
        return ET.parse(out).getroot()


def outcomes(tree: ET.Element) -> dict[str, list[tuple[str, str, str]]]:
    """Suite -> (test, outcome, message)."""
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for case in tree.iter("testcase"):
        suite = case.get("classname", "").split(".")[-1]
        outcome, message = "passed", ""
        for child in case:
            if child.tag in ("failure", "error", "skipped"):
                outcome = "skipped" if child.tag == "skipped" else "failed"
                message = child.get("message", "")
        found[suite].append((case.get("name", ""), outcome, message))
    return found


def flip_rows(tree: ET.Element) -> list[str]:
    """The table of the byte flips, from what the tests recorded about themselves."""
    lines = [
        "| signature | judged in | leaves | covered | passed though covered |",
        "|---|---|---|---|---|",
    ]
    rows = []
    for case in tree.iter("testcase"):
        said = {p.get("name", ""): p.get("value", "") for p in case.iter("property")}
        if "flips" in said:
            keys = ("flips", "judged", "leaves", "covered", "passed")
            rows.append(f"| {' | '.join(said[key] for key in keys)} |")
    return lines + sorted(rows)  # the tests run side by side, in no fixed order


def hostile_rows() -> list[str]:
    """The table of the hostile vectors, verified here and now."""
    from medcab.signing.trust import TrustStore
    from medcab.signing.verify import Verifier

    folder = VECTORS / "hostile-cms"
    if not folder.is_dir():
        return ["The vectors are not there."]
    lines = [
        "| file | expected | indication, reason | checks that stand in the way | note |",
        "|---|---|---|---|---|",
    ]
    verifier = Verifier(TrustStore.load([folder / "root.pem"]), at=AT)
    for row in csv.DictReader((folder / "expected.csv").open(encoding="utf-8")):
        content = str(folder / row["content"]) if row["content"] else None
        report = verifier.verify_file(str(folder / row["file"]), content)
        said = "; ".join(
            f"{r.indication}{' ' + r.sub_indication if r.sub_indication else ''}"
            for r in report.signatures
        )
        checks = sorted({c.id for r in report.signatures for c in r.open_checks})
        note = HOSTILE_NOTES.get(row["file"], "")
        lines.append(
            f"| {row['file']} | {row['expected']} | {said} | {', '.join(checks)} | {note} |"
        )
    return lines


def page() -> str:
    """The whole page."""
    tree = run_tests()
    found = outcomes(tree)
    lines = [
        "# Conformance",
        "",
        "Made by `python tools/gen_conformance.py` from a test run; not written by hand.",
        "",
        "## CMS signatures that are wrong in one way each",
        "",
        *hostile_rows(),
        "",
        "## A byte changed in every leaf",
        "",
        "A byte is changed in every primitive element of the signature, one after another. What",
        "the signature or a time-stamp covers must not pass then.",
        "",
        *flip_rows(tree),
        "",
        "## Suites",
        "",
        "| suite | passed | failed | not applicable or explained |",
        "|---|---|---|---|",
    ]
    for suite in sorted(found):
        counts = Counter(outcome for _, outcome, _ in found[suite])
        lines.append(f"| {suite} | {counts['passed']} | {counts['failed']} | {counts['skipped']} |")
    lines += ["", "## Every deviation and every test that did not apply", ""]
    for suite in sorted(found):
        reasons = Counter(
            (_short(name) if suite == "test_pkits" else "", _plain(message))
            for name, outcome, message in found[suite]
            if outcome == "skipped"
        )
        for (name, message), count in sorted(reasons.items()):
            place = f" {name}" if name else ""
            lines.append(f"* {suite}{place}: {message}" + (f" ({count})" if count > 1 else ""))
        lines += [
            f"* {suite} {name}: **failed**"
            for name, outcome, _ in found[suite]
            if outcome == "failed"
        ]
    return "\n".join(lines) + "\n"


def _plain(message: str) -> str:
    """One line, without paths of this machine."""
    for path, name in ((VECTORS, "../shared/vectors"), (ROOT, ".")):
        message = message.replace(str(path), name)
    return re.sub(r"\s+", " ", message)


def _short(name: str) -> str:
    match = re.search(r"\[(.+)\]", name)
    return match[1] if match else name


def _absent() -> list[str]:
    """What the page needs and this machine lacks: the vectors, the peers."""
    absent = [] if VECTORS.is_dir() else ["the foreign vectors"]
    absent += [name for name in ("openssl", "certtool") if shutil.which(name) is None]
    if "openssl" not in absent:
        engine = subprocess.run(["openssl", "engine", "gost"], check=False, capture_output=True)
        absent += [] if engine.returncode == 0 else ["the gost engine of openssl"]
    return absent


def main() -> int:
    """Write or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    absent = _absent()
    if arguments.check and absent:
        # The counts of another machine cannot be compared with those of this one.
        print(f"docs/conformance.md not compared: {', '.join(absent)} not here")
        return 0
    made = page()
    if arguments.check:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != made:
            print("docs/conformance.md is stale: run python tools/gen_conformance.py")
            return 1
        return 0
    PAGE.write_text(made, encoding="utf-8")
    print(f"{PAGE}: {len(made.splitlines())} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
