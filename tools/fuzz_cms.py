"""Fuzzing of the readers of signatures: mutated good files, for as long as asked.

Usage: python tools/fuzz_cms.py [--seconds 600] [--seed N] [--keep FOLDER] [--corpus FOLDER]

What must hold for every mutated file: the verifier returns an answer, in bounded time, and the
answer is never «passed» unless all that is signed is as it was. Inputs that break this are kept
as files in the folder of ``--keep`` and the exit code is 1; the seed makes a run repeatable.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/signing")]

DOCUMENT = b"document"
SLOWEST = 5.0


def corpus() -> tuple[Any, list[bytes]]:
    """A verifier and good signatures of every kind, each «passed»."""
    import importlib

    pki = importlib.import_module("pki")  # the authority of the tests
    from medcab.signing.content import MemoryContent
    from medcab.signing.sign import Signer, SignOptions
    from medcab.signing.trust import TrustStore
    from medcab.signing.verify import Verifier

    root = pki.make("Root", kind="p256", ca=True)
    between = pki.make("Intermediate", root, kind="p256", ca=True)
    options = SignOptions(force=True, signing_time=pki.NOW - timedelta(hours=1))
    good: list[bytes] = []
    for kind in ("p256", "rsa", "ed25519"):
        leaf = pki.make(kind, between, kind=kind)
        signer = Signer(leaf.signing_key(), options)
        made = signer.sign_bytes(DOCUMENT)
        good += [made, signer.counter_sign(made, 0), signer.add_to(made, MemoryContent(DOCUMENT))]
    return Verifier(TrustStore.from_certificates([root.asn1]), at=pki.NOW), good


def mutate(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    """A few random changes: bits, bytes, cuts, repetitions, splices, lengths."""
    made = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 8))):
        if not made:
            break
        at = rng.randrange(len(made))
        size = rng.choice((1, 2, 4, 16, 64, 256))
        kind = rng.randrange(8)
        if kind == 0:
            made[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            made[at] = rng.choice(
                (0, 1, 0x7F, 0x80, 0x81, 0x82, 0x84, 0x88, 0xFF, 0x30, 0x31, 0xA0)
            )
        elif kind == 2:
            del made[at : at + size]
        elif kind == 3:
            made[at:at] = made[at : at + size] * rng.choice((1, 2, 50))
        elif kind == 4:
            made[at:at] = rng.randbytes(size)
        elif kind == 5:
            other = rng.choice(others)
            start = rng.randrange(len(other))
            made[at : at + size] = other[start : start + size]
        elif kind == 6:
            made[at:at] = b"\x30\x80" * size
        else:
            end = rng.randrange(len(made))
            low, high = sorted((at, end))
            made[low:high] = reversed(made[low:high])
    return bytes(made)


def covered(data: bytes) -> set[str]:
    """Digests of what each signature of a file covers, to tell a false «passed»."""
    from medcab.signing.cms import parse_signed_data
    from medcab.signing.codec import decode
    from medcab.signing.tlv import DerError

    try:
        signed = parse_signed_data(decode(data).data)
    except (DerError, ValueError):
        return set()
    # The OID of the algorithm is left out: rsaEncryption and sha256WithRSAEncryption say the same.
    return {hashlib.sha256(s.signed_der or b"").hexdigest() for _, s in signed.signers}


def main() -> int:
    """Run and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", default="fuzz-found")
    parser.add_argument("--corpus", help="further files to start from")
    arguments = parser.parse_args()
    from medcab.model import Verdict
    from medcab.signing.content import MemoryContent

    verifier, good = corpus()
    known = set().union(*(covered(each) for each in good))
    start = list(good)
    if arguments.corpus:
        start += [p.read_bytes() for p in sorted(Path(arguments.corpus).iterdir()) if p.is_file()]
    rng = random.Random(arguments.seed)
    content = MemoryContent(DOCUMENT)
    tried = passed = found = 0
    slowest = 0.0
    finish = time.monotonic() + arguments.seconds
    while time.monotonic() < finish:
        data = mutate(rng.choice(start), start, rng)
        begun = time.monotonic()
        problem = ""
        try:
            report = verifier.verify_bytes(data, content)
            if report.verdict is Verdict.PASSED:
                passed += 1
                if not covered(data) <= known:
                    problem = "passed"
        except Exception as error:  # noqa: BLE001 - any exception is what we look for
            problem = type(error).__name__
        took = time.monotonic() - begun
        slowest = max(slowest, took)
        problem = problem or ("slow" if took > SLOWEST else "")
        if problem:
            found += 1
            folder = Path(arguments.keep)
            folder.mkdir(parents=True, exist_ok=True)
            name = f"{problem}-{hashlib.sha256(data).hexdigest()[:16]}.bin"
            (folder / name).write_bytes(data)
            print(f"{problem}: {folder / name}")
        tried += 1
    print(
        f"seed {arguments.seed}: {tried} files, {passed} still passed (unsigned parts changed), "
        f"{found} findings, slowest {slowest:.2f} s"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
