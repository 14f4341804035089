"""Fuzzing of the readers of keys, certificates, lists of authorities and revocation data.

Usage: python tools/fuzz_keys.py [--seconds 600] [--seed N] [--keep FOLDER]

What must hold for every mutated file: only errors of medcab leave the readers, in bounded time;
a changed certificate never passes, a changed list never has a valid signature with other
contents, changed revocation data never make a certificate good. Inputs that break this are kept
in the folder of ``--keep`` and the exit code is 1; the seed makes a run repeatable.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/signing")]
SLOWEST = 5.0

Target = tuple[str, list[bytes], Callable[[bytes, bytes], None]]


def targets() -> list[Target]:
    """Each reader with its good files and what must hold for a changed one."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.serialization import pkcs12 as pyca

    from medcab.signing.cert_info import describe
    from medcab.signing.certificates import load_certificates, raw, sha256_of
    from medcab.signing.paths import validate_path
    from medcab.signing.pkcs12 import open_pkcs12
    from medcab.signing.revocation import RevocationMode, RevocationPolicy, parse_crl, parse_ocsp
    from medcab.signing.trust import TrustStore
    from medcab.signing.tsl import read_tsl
    from medcab.signing.xmldsig import XmlSignatureState

    pki: Any = importlib.import_module("pki")
    root = pki.make("Root", ca=True)
    leaf = pki.make("Leaf", root)
    trust = TrustStore.from_certificates([root.asn1])
    need = RevocationPolicy(RevocationMode.REQUIRE)
    builder = serialization.PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1)
    protected = pyca.serialize_key_and_certificates(
        b"key", leaf.key, leaf.cert, [root.cert], builder.build(b"password")
    )
    bare = pyca.serialize_key_and_certificates(
        b"key", leaf.key, leaf.cert, None, serialization.NoEncryption()
    )

    def key_file(changed: bytes, _good: bytes) -> None:
        for password in ("password", ""):
            contents = open_pkcs12(changed, password)
            for entry in contents.entries:
                entry.signing_key(contents.certificates)

    def certificate(changed: bytes, _good: bytes) -> None:
        for item in load_certificates(changed):
            describe(item)
            result = validate_path(
                item, trust=trust, moment=pki.NOW, crls=[root.crl()], revocation=need
            )
            # A signature value can be written in other ways; what it covers must be as it was.
            same = raw(item["tbs_certificate"]) == raw(leaf.asn1["tbs_certificate"])
            assert not result.passed or same, "a changed certificate passed"

    def signed_part(data: bytes) -> bytes:
        crl = parse_crl(data)
        if crl is not None:
            return raw(crl["tbs_cert_list"])
        basic = parse_ocsp(data)
        assert basic is not None
        return raw(basic["tbs_response_data"])

    def revocation(changed: bytes, good: bytes) -> None:
        result = validate_path(
            leaf.asn1,
            trust=trust,
            moment=pki.NOW,
            crls=[changed],
            ocsps=[changed],
            revocation=need,
        )
        # The wrapping of an answer is not signed: it may differ.
        body = signed_part(good)
        assert not result.passed or body in changed, "changed data were believed"

    sample = (ROOT / "samples/keys/tsl.xml").read_bytes()
    anchors = [a.fingerprint for a in read_tsl(sample).anchors()]

    def authorities(changed: bytes, _good: bytes) -> None:
        tsl = read_tsl(changed)
        if tsl.signature.state is XmlSignatureState.VALID:
            assert [a.fingerprint for a in tsl.anchors()] == anchors, "a changed list is valid"

    assert sha256_of(leaf.asn1)
    return [
        ("pkcs12", [protected, bare], key_file),
        ("certificate", [leaf.der], certificate),
        ("revocation", [root.crl(), root.ocsp(leaf)], revocation),
        ("tsl", [sample], authorities),
    ]


def mutate(data: bytes, rng: random.Random) -> bytes:
    """A few random changes: bits, octets, cuts, repetitions, lengths."""
    made = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 8))):
        if not made:
            break
        at = rng.randrange(len(made))
        size = rng.choice((1, 2, 4, 16, 64))
        kind = rng.randrange(6)
        if kind == 0:
            made[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            made[at] = rng.choice((0, 1, 0x30, 0x7F, 0x80, 0x81, 0x82, 0x84, 0xFF))
        elif kind == 2:
            del made[at : at + size]
        elif kind == 3:
            made[at:at] = made[at : at + size]
        elif kind == 4:
            made[at : at + size] = rng.randbytes(size)
        else:
            other = rng.randrange(len(made))
            made[at : at + size] = made[other : other + size]
    return bytes(made)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--keep", type=Path, default=ROOT / ".fuzz")
    options = parser.parse_args()
    from medcab.errors import MedcabError

    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(2**32)
    rng = random.Random(seed)
    everything = targets()
    end = time.monotonic() + options.seconds
    tried = broken = 0
    while time.monotonic() < end:
        name, corpus, ask = rng.choice(everything)
        good = rng.choice(corpus)
        changed = mutate(good, rng)
        tried += 1
        start = time.process_time()
        why = ""
        try:
            ask(changed, good)
        except MedcabError:
            pass
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            why = f"{type(error).__name__}: {error}"
        if time.process_time() - start > SLOWEST:
            why = why or "too slow"
        if why:
            broken += 1
            options.keep.mkdir(parents=True, exist_ok=True)
            place = options.keep / f"{name}-{hashlib.sha256(changed).hexdigest()[:16]}"
            place.write_bytes(changed)
            print(f"{place}: {why}", flush=True)
    print(f"seed {seed}: {tried} files, {broken} broke a promise")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
