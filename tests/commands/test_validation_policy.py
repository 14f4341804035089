"""``medcab verify --validation-policy``: levels of checks on the file, told in the text."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

KEYS = Path(__file__).parents[2] / "samples" / "keys"
HEAD = 'schema = "medcab.validation-policy/1"\n'


def medcab(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "medcab", "--lang", "ru", *map(str, arguments)],
        capture_output=True, check=False, env={**os.environ, "P": "medcab-demo",
                                               "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def signed(tmp_path_factory):
    base = tmp_path_factory.mktemp("policy")
    (base / "doc.txt").write_bytes(b"text")
    done = medcab("sign", base / "doc.txt", "--p12", KEYS / "ivanova.p12", "--password-from",
                  "env:P")  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    signature = base / "doc.txt.sig"
    signature.write_bytes(signature.read_bytes() + b"tail")
    return base


def verify(base, policy):
    (base / "policy.toml").write_text(HEAD + policy, encoding="utf-8")
    return medcab("verify", base / "doc.txt.sig", "--trust", KEYS / "root.pem", "--chain",
                  KEYS / "issuing.pem", "--validation-policy", base / "policy.toml",
                  "--details")  # fmt: skip


def test_levels_of_checks_on_the_file(signed):
    strict = verify(signed, "")
    assert strict.returncode == 1
    assert "лишние данные" in strict.stdout.decode()
    mild = verify(signed, '[checks]\nno-trailing-bytes = "warn"\n')
    said = mild.stdout.decode()
    assert (mild.returncode, "! После подписи" in said) == (0, True), said + mild.stderr.decode()
    assert "warning      no-trailing-bytes" in said
    silent = verify(signed, '[checks]\nno-trailing-bytes = "ignore"\n')
    assert silent.returncode == 0
    assert "! После подписи" not in silent.stdout.decode()


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ('[checks]\nno-trailing-byte = "warn"\n', "no-trailing-bytes?"),
        ('[checks]\nstructure = "warn"\n', "structure"),
        ('[purposes]\naccepted = ["x"]\n', "purposes.accepted"),
        ("[checks]\nno-trailing-bytes = 1\n", "checks.no-trailing-bytes"),
    ],
)
def test_mistakes_are_usage_errors(signed, policy, told):
    done = verify(signed, policy)
    assert done.returncode == 2
    assert told in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
