"""GOST: bulk verification beside the OpenSSL engine, hashing beside libgcrypt, and gostcrypto.

Run: python benchmarks/bench_gost.py [--quick]

Peers: the `openssl cms -verify` loop with Debian's libengine-gost-openssl; gostcrypto from PyPI,
looked for in the environment and in <environment>/peers (it installs a top-level package «tests»
that would shadow other tests: pip install --target <environment>/peers gostcrypto==1.2.5).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.append(str(Path(sys.prefix) / "peers"))

import _common

ROOT = Path(__file__).resolve().parent.parent
FILES, SIZE = 2000, 20_000


def child_verify(folder, count):
    """Verify all signatures of ``folder`` in this process; CPU seconds, without start-up."""
    from medcab.signing.policy import ValidationPolicy
    from medcab.signing.results import Indication
    from medcab.signing.trust import TrustStore
    from medcab.signing.verify import Verifier

    verifier = Verifier(
        TrustStore.load([str(folder / "root.crt")]), ValidationPolicy(revocation="none")
    )
    start = time.process_time()
    for number in range(count):
        path = folder / f"{number}.bin"
        report = verifier.verify_file(str(path) + ".sig", str(path))
        assert report.signatures[0].indication is Indication.TOTAL_PASSED
    return time.process_time() - start


def child_large(folder):
    """Verify the detached signature of one large file."""
    wall = time.perf_counter()
    cpu = child_verify_one(folder)
    wall = time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"cpu": cpu, "wall": wall, "peak": peak}


def child_verify_one(folder):
    from medcab.signing.policy import ValidationPolicy
    from medcab.signing.results import Indication
    from medcab.signing.trust import TrustStore
    from medcab.signing.verify import Verifier

    verifier = Verifier(
        TrustStore.load([str(folder / "root.crt")]), ValidationPolicy(revocation="none")
    )
    start = time.process_time()
    report = verifier.verify_file(str(folder / "large.bin.sig"), str(folder / "large.bin"))
    assert report.signatures[0].indication is Indication.TOTAL_PASSED
    return time.process_time() - start


def run_child(*arguments, gmpy2=True):
    command = [sys.executable, __file__, "--child", *map(str, arguments)]
    if not gmpy2:
        command.append("--no-gmpy2")
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(done.stdout)


def prepare(folder, files, large):
    """A root, a leaf under it, signed files: all synthetic, made here."""
    from asn1crypto import x509

    from medcab.signing.gost.keys import KEY_KINDS, GostPrivateKey, GostSigningKey
    from medcab.signing.sign import Signer, SignOptions
    from medcab.signing.tlv import encode, encode_oid

    kind = KEY_KINDS["1.2.643.7.1.1.1.1"]
    authority = GostPrivateKey(kind, "1.2.643.7.1.2.1.1.1", 0xABCDEF << 200)
    person = GostPrivateKey(kind, "1.2.643.7.1.2.1.1.1", 0x123456 << 200)

    def name(text):
        return encode(0x30, encode(0x31, encode(0x30, encode_oid("2.5.4.3") + encode(12, text))))

    def extension(oid, value, critical=True):
        mark = b"\x01\x01\xff" if critical else b""
        return encode(0x30, encode_oid(oid) + mark + encode(4, value))

    def certificate(subject, key, serial, extensions):
        algorithm = encode(0x30, encode_oid(kind.signature_oid))
        validity = encode(0x30, encode(23, b"250101000000Z") + encode(23, b"481231235959Z"))
        body = encode(
            0x30,
            encode(0xA0, b"\x02\x01\x02") + encode(2, serial) + algorithm + name(b"Root") + validity
            + name(subject) + key.public_key().spki()
            + encode(0xA3, encode(0x30, b"".join(extensions))),
        )  # fmt: skip
        return encode(0x30, body + algorithm + encode(3, b"\0" + authority.sign(body)))

    root = certificate(
        b"Root", authority, b"\x01",
        [extension("2.5.29.19", encode(0x30, b"\x01\x01\xff")),
         extension("2.5.29.15", b"\x03\x02\x01\x06")],
    )  # fmt: skip
    leaf = certificate(b"Person", person, b"\x02", [extension("2.5.29.15", b"\x03\x02\x06\xc0")])
    (folder / "root.crt").write_bytes(root)
    from medcab.signing.certificates import to_pem

    (folder / "root.pem").write_bytes(to_pem(x509.Certificate.load(root)))
    key = GostSigningKey(person, x509.Certificate.load(leaf))
    signer = Signer(key, SignOptions(signing_time=datetime.now(UTC)))
    digest = signer.template.recipe.digest
    start = time.process_time()
    for number in range(files):
        data = os.urandom(SIZE)
        (folder / f"{number}.bin").write_bytes(data)
        made = signer.sign_digest(digest.digest(data))
        (folder / f"{number}.bin.sig").write_bytes(made)
    signing = (time.process_time() - start) / files
    with open(folder / "large.bin", "wb") as stream:
        block = os.urandom(1 << 20)
        stream.writelines(block for _ in range(large))
    hasher = digest.new()
    with open(folder / "large.bin", "rb") as stream:
        while block := stream.read(1 << 20):
            hasher.update(block)
    (folder / "large.bin.sig").write_bytes(signer.sign_digest(hasher.digest()))
    return signing


def openssl_loop(folder, count):
    """CPU and wall seconds of the loop, or None where there is no engine."""
    openssl = shutil.which("openssl")
    if not openssl:
        return None
    config = folder / "openssl.cnf"
    config.write_text(
        "openssl_conf = c\n[c]\nengines = e\n[e]\ngost = g\n[g]\nengine_id = gost\n"
        "default_algorithms = ALL\n"
    )
    env = {**os.environ, "OPENSSL_CONF": str(config)}
    if subprocess.run([openssl, "engine", "gost"], capture_output=True, check=False).returncode:
        return None

    def once(number):
        return subprocess.run(
            [openssl, "cms", "-verify", "-cades", "-binary", "-inform", "DER",
             "-in", str(folder / f"{number}.bin.sig"), "-content", str(folder / f"{number}.bin"),
             "-CAfile", str(folder / "root.pem"), "-purpose", "any", "-out", os.devnull],
            env=env, capture_output=True, check=False,
        )  # fmt: skip

    first = once(0)
    assert first.returncode == 0, first.stderr.decode()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = time.perf_counter()
    for number in range(count):
        once(number)
    wall = time.perf_counter() - wall
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu / count, wall / count


def hashing(quick):
    from medcab.signing.gost import streebog

    data = os.urandom(8 << 20 if quick else 32 << 20)
    names = [b.name for b in streebog.backends() if b.usable and b.native]
    rates = {name: [] for name in names}
    for _ in range(3 if quick else 7):
        for name in names:
            start = time.process_time()
            streebog.new(256, data, backend=name).digest()
            rates[name].append(len(data) / 1e6 / (time.process_time() - start))
    result = {name: statistics.median(values) for name, values in rates.items()}
    start = time.process_time()
    streebog.new(256, data[:500_000], backend="python").digest()
    result["python"] = 0.5 / (time.process_time() - start)
    try:
        from gostcrypto import gosthash
    except ImportError:
        return result
    start = time.process_time()
    gosthash.new("streebog256", data=bytearray(data[:40_000])).digest()
    result["gostcrypto"] = 0.04 / (time.process_time() - start)
    return result


CURVES = {"256": ("256-B", "id-tc26-gost-3410-2012-256-paramSetB"),
          "512": ("512-A", "id-tc26-gost-3410-12-512-paramSetA")}  # fmt: skip


def child_curves(bits):
    """Milliseconds of one verification: a key met for the first time, a key known, signing."""
    from medcab.signing.gost import ec, gost3410
    from medcab.signing.gost.curves import CURVES as ALL

    curve = ALL[CURVES[bits][0]]
    arithmetic = ec.arithmetic(curve)
    d = 0x1F2E3D << 200
    digest = os.urandom(curve.size)
    point = gost3410.public_point(curve, d)
    r, s = gost3410.sign(curve, d, digest)

    def measure(times, call):
        samples = []
        for _ in range(5):
            start = time.process_time()
            for _ in range(times):
                call()
            samples.append((time.process_time() - start) / times * 1e3)
        return statistics.median(samples)

    def first():
        arithmetic._keys.clear()  # noqa: SLF001
        assert gost3410.verify(curve, point, digest, r, s)

    def known():
        assert gost3410.verify(curve, point, digest, r, s)

    result = {"first": measure(20, first)}
    for _ in range(6):
        known()
    result["known"] = measure(40, known)
    result["sign"] = measure(20, lambda: gost3410.sign(curve, d, digest))
    return result


def gostcrypto_curves(bits):
    try:
        from gostcrypto import gostsignature
    except ImportError:
        return None
    mode = gostsignature.MODE_256 if bits == "256" else gostsignature.MODE_512
    peer = gostsignature.new(mode, gostsignature.CURVES_R_1323565_1_024_2019[CURVES[bits][1]])
    size = int(bits) // 8
    d, digest = bytearray((0x1F2E3D << 200).to_bytes(size, "big")), bytearray(os.urandom(size))
    public = peer.public_key_generate(d)
    signature = peer.sign(d, digest)
    samples = []
    for _ in range(5):
        start = time.process_time()
        assert peer.verify(public, digest, signature)
        samples.append((time.process_time() - start) * 1e3)
    start = time.process_time()
    peer.sign(d, digest)
    return {"known": statistics.median(samples), "sign": (time.process_time() - start) * 1e3}


_EXPLAINED = (
    "CPU milliseconds a file, medians of interleaved runs. Ours: one process, the chain and every "
    "check of the strict policy but revocation, which `openssl cms -verify` does not look at either."
)


def report(quick):
    files, large = (200, 100) if quick else (FILES, 1024)
    loop, runs = (30, 2) if quick else (150, 5)
    lines = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        signing = prepare(folder, files, large)
        ours = {True: [], False: []}
        peers, walls = [], []
        for _ in range(runs):  # interleaved: noise hits all alike
            for fast, taken in ours.items():
                taken.append(run_child("verify", folder, files, gmpy2=fast) / files)
            measured = openssl_loop(folder, loop)
            if measured:
                peers.append(measured[0])
                walls.append(measured[1])
        big = [run_child("large", folder) for _ in range(2 if quick else 3)]
        lines += [
            f"### {files} GOST R 34.10-2012 (256) signatures over files of 20 KB, one core", "",
            _EXPLAINED, "",
            "| | ms a file | times faster than the OpenSSL loop |", "|---|---:|---:|",
        ]  # fmt: skip
        peer = statistics.median(peers) if peers else None
        for fast, label in ((True, "medcab with gmpy2"), (False, "medcab, plain Python")):
            mine = statistics.median(ours[fast])
            ratio = f"{peer / mine:.1f} ×" if peer else "no engine here"
            lines.append(f"| {label} | {mine * 1e3:.2f} | {ratio} |")
        if peer:
            lines.append(f"| openssl cms -verify with the gost engine, CPU | {peer * 1e3:.2f} | |")
            wall = statistics.median(walls) * 1e3
            lines.append(f"| the same, wall clock | {wall:.2f} | |")
        lines.append(f"| medcab signing, for comparison | {signing * 1e3:.2f} | |")
        rate = [large * 1.048576 / item["cpu"] for item in big]
        peak = max(item["peak"] for item in big)
        lines += [
            "", f"### Detached signature of one file of {large} MiB", "",
            f"{statistics.median(rate):.0f} MB/s of CPU time; peak memory {peak:.0f} MB "  # noqa: ISC004
            "(goals: ≥ 100 MB/s, ≤ 120 MB).",
        ]  # fmt: skip
    rates = hashing(quick)
    lines += ["", "### Streebog-256", "", "| backend | MB/s |", "|---|---:|"]
    lines += [f"| {key} | {value:.3g} |" for key, value in rates.items()]
    if "c" in rates and "libgcrypt" in rates:
        lines += ["", f"Own C / libgcrypt: **{rates['c'] / rates['libgcrypt']:.2f}** (goal ≥ 0.7)."]
    lines += ["", "### One signature, milliseconds of CPU", "",
              "| | verify, key met first | verify, key known | sign |", "|---|---:|---:|---:|"]  # fmt: skip
    for bits in list(CURVES):
        plain = run_child("curves", bits, gmpy2=False)
        for label, row in (
            (f"medcab {bits} with gmpy2", run_child("curves", bits)),
            (f"medcab {bits}, plain Python", plain),
        ):
            lines.append(
                f"| {label} | {row['first']:.2f} | {row['known']:.2f} | {row['sign']:.2f} |"
            )
        theirs = gostcrypto_curves(bits)
        if theirs:
            lines.append(f"| gostcrypto {bits} | | {theirs['known']:.1f} | {theirs['sign']:.1f} |")
            lines.append(f"| times faster than gostcrypto (plain Python, key met first; sign) | "
                         f"{theirs['known'] / plain['first']:.0f} × | "
                         f"{theirs['known'] / plain['known']:.0f} × | "
                         f"{theirs['sign'] / plain['sign']:.0f} × |")  # fmt: skip
    versions = f"gmpy2 {_gmpy2()}; {_openssl()}; gostcrypto 1.2.5; Streebog backend c."
    _common.write("gost", "GOST signatures and hashes", versions + "\n\n" + "\n".join(lines))


def _gmpy2():
    from medcab.signing.gost import ec

    return ec.accelerated() or "absent"


def _openssl():
    done = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=False)
    return " ".join(done.stdout.split()[:2])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--child", nargs="+")
    parser.add_argument("--no-gmpy2", action="store_true")
    options = parser.parse_args()
    if options.no_gmpy2:
        sys.modules["gmpy2"] = None
    if not options.child:
        report(options.quick)
        return
    what, *rest = options.child
    if what == "verify":
        answer = child_verify(Path(rest[0]), int(rest[1]))
    elif what == "large":
        answer = child_large(Path(rest[0]))
    else:
        answer = child_curves(rest[0])
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
