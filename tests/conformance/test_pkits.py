"""NIST PKITS path validation, through the command line, over the signed messages of the suite.

The messages come from the PyPI package ``cryptography_vectors`` (folder ``x509/PKITS_data``), the
expected outcomes from the foreign vectors; without either the tests are skipped.
"""

from __future__ import annotations

import csv
import email
import importlib.util
import json
import os
import re
from collections import defaultdict
from pathlib import Path

import pytest

VECTORS = (
    Path(os.environ.get("MEDCAB_VECTORS", Path(__file__).parents[3] / "shared/vectors")) / "pkits"
)
_spec = importlib.util.find_spec("cryptography_vectors")
SUITE = Path(_spec.origin).parent / "x509/PKITS_data" if _spec and _spec.origin else None
pytestmark = pytest.mark.skipif(
    SUITE is None or not (VECTORS / "expected.csv").exists(),
    reason="no PKITS: needs the package cryptography_vectors and the foreign vectors",
)

# Where the answer is not the one of the table, and why; everything else must agree.
DEVIATIONS: dict[str, str] = {
    "4.1.4": "INDETERMINATE: DSA-1024 with SHA-1 is past its date (TS 119 312)",
    "4.1.5": "INDETERMINATE: as 4.1.4; inherited DSA parameters are not supported",
    "4.14.30": "passed, as NIST wants; the table repeats what OpenSSL can do",
}


def rows():
    table = VECTORS / "expected.csv"
    return list(csv.DictReader(table.open(encoding="utf-8"))) if table.exists() else []


def options(args: str) -> list[str]:
    made: list[str] = []
    words = iter(args.split())
    for word in words:
        if word == "-policy":
            oid = next(words)
            made += [] if oid == "anyPolicy" else ["--certificate-policy", oid]
        else:
            made.append({"-explicit_policy": "--explicit-policy", "-inhibit_any": "--inhibit-any-policy",
                         "-inhibit_map": "--inhibit-policy-mapping"}[word])  # fmt: skip
    return made


def unpack(name: str, folder: Path) -> None:
    """The signed part (as it was signed, with CRLF) and the signature of one message."""
    raw = (SUITE / "smime" / f"{name}.eml").read_bytes()
    message = email.message_from_bytes(raw)
    (_, signature) = message.get_payload()
    boundary = b"--" + message.get_boundary().encode()
    signed = raw.split(boundary)[1].split(b"\n", 1)[1].rsplit(b"\n", 1)[0].removesuffix(b"\r")
    (folder / name).write_bytes(re.sub(rb"\r?\n", b"\r\n", signed))
    (folder / f"{name}.p7s").write_bytes(signature.get_payload(decode=True))


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """Verdict of every row, one run of the command for each set of options."""
    import typer
    from typer.testing import CliRunner

    from medcab.commands.verify import command

    app = typer.Typer()
    app.command()(command)
    groups = defaultdict(list)
    for row in rows():
        groups[row["args"]].append(row)
    found = {}
    for number, (args, members) in enumerate(groups.items()):
        folder = tmp_path_factory.mktemp(f"pkits{number}")
        for row in members:
            unpack(row["file"], folder)
        anchor = str(SUITE / "certs" / "TrustAnchorRootCertificate.crt")
        result = CliRunner().invoke(
            app,
            ["-r", str(folder), "--trust", anchor, "--lenient", "--revocation", "require", "--format", "jsonl",
             "--jobs", "0", "--at", "2026-11-21", *options(args)],
        )  # fmt: skip
        assert result.exit_code in (0, 1, 3), result.output
        for line in result.stdout.splitlines():
            if line.startswith("{"):
                answer = json.loads(line)
                found[args, Path(answer["path"]).name.removesuffix(".p7s")] = answer
    return found


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_outcome(verdicts, row):
    answer = verdicts[row["args"], row["file"]]
    agrees = (answer["verdict"] == "passed") == (row["expected"] == "valid")
    if row["id"] in DEVIATIONS:
        assert not agrees, "the deviation is gone: strike it from the list"
        pytest.skip(DEVIATIONS[row["id"]])
    checks = answer["signatures"][0]["checks"] if answer["signatures"] else answer["checks"]
    assert agrees, [c for c in checks if c["outcome"] not in ("passed", "warning")]


def test_only_path_validation_decides(verdicts):
    """A message of the suite must never fail because we read it wrongly."""
    for answer in verdicts.values():
        (signature,) = answer["signatures"]
        made = {check["id"]: check["outcome"] for check in signature["checks"]}
        assert made["message-digest-value"] == "passed"
