"""Signing and verifying against openssl and pyHanko, everything in one run.

Usage: python benchmarks/bench_signing.py [--quick]

Writes benchmarks/results/signing.md. What is compared, and how:

* bulk verify: distinct detached signatures (RSA-2048, chain of three) over files of 20 KB; medcab
  reads and verifies all of them in this process, strictly, and writes the JSON of each; the peers
  are measured on a sample: ``openssl cms -verify -cades`` as a process a file, pyHanko in process;
* bulk sign: one RSA-2048 key; the floor is SHA-256 of the file and the bare RSA operation;
* a detached file of 4 GB against ``openssl dgst -sha256``.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

try:
    import resource
except ImportError:  # Windows: the time of children is not counted there
    resource = None

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/signing")]
import pki  # noqa: E402
from asn1crypto import cms, keys  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import padding  # noqa: E402

from medcab.bulk.verification import BulkOptions, verify_many  # noqa: E402
from medcab.model import Verdict  # noqa: E402
from medcab.signing.discovery import find_tasks  # noqa: E402
from medcab.signing.policy import ValidationPolicy  # noqa: E402
from medcab.signing.sign import Signer  # noqa: E402
from medcab.signing.trust import TrustStore  # noqa: E402

NOW = datetime.now(UTC)
SPAN = {"start": NOW - pki.YEAR, "end": NOW + pki.YEAR}


def median(measure, rounds):
    return statistics.median(measure() for _ in range(rounds))


def timed(function):
    """Wall time."""
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def cpu_timed(function):
    """Processor time of this process and its children: other work on the machine counts less."""
    before = _cpu()
    function()
    return _cpu() - before


def _cpu():
    children = 0.0
    if resource is not None:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        children = used.ru_utime + used.ru_stime
    return time.process_time() + children


def make_tree(folder, signer, count):
    for number in range(count):
        path = folder / f"{number:05}.pdf"
        data = number.to_bytes(8, "big") + os.urandom(19_992)
        path.write_bytes(data)
        (folder / f"{number:05}.pdf.sig").write_bytes(signer.sign_bytes(data))


def pyhanko_parts(leaf):
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    store = SimpleCertificateStore()
    store.register_multiple([each.asn1 for each in leaf.chain])
    der = leaf.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SimpleSigner(leaf.asn1, keys.PrivateKeyInfo.load(der), store)


def bench_verify(folder, root, count, sample, rounds):
    options = BulkOptions(TrustStore.from_certificates([root.asn1]), ValidationPolicy(), NOW)
    tasks = [t for t in find_tasks([str(folder)], recursive=True) if t.kind == "signature"]

    def ours(jobs):
        found = list(verify_many(tasks, options, jobs=jobs))
        assert len(found) == count
        assert all(r.verdict is Verdict.PASSED for r in found)

    def many(jobs):
        passed = sum(
            r.verdict is Verdict.PASSED for r in verify_many(tasks * 8, options, jobs=jobs)
        )
        assert passed == count * 8

    anchor = folder.parent / "root.pem"
    anchor.write_bytes(root.pem)
    names = [Path(t.content) for t in tasks[:: max(1, count // sample)]][:sample]

    def openssl():
        for name in names:
            subprocess.run(
                ["openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", f"{name}.sig",
                 "-content", str(name), "-CAfile", str(anchor), "-purpose", "any", "-out", os.devnull],
                check=True, capture_output=True,
            )  # fmt: skip

    from pyhanko.sign.validation import async_validate_detached_cms
    from pyhanko_certvalidator import ValidationContext

    async def pyhanko_all():
        for name in names:
            context = ValidationContext(trust_roots=[root.asn1], allow_fetching=False)
            signed = cms.ContentInfo.load(Path(f"{name}.sig").read_bytes())["content"]
            status = await async_validate_detached_cms(
                name.read_bytes(), signed, signer_validation_context=context
            )
            assert status.intact
            assert status.valid
            assert status.trusted

    # Interleaved, so that what else runs on the machine hits all alike.
    results = {"one": [], "two": [], "openssl": [], "pyhanko": [], "worker": []}
    for _ in range(rounds):
        results["one"].append(cpu_timed(lambda: ours(0)) / count)
        results["openssl"].append(cpu_timed(openssl) / len(names))
        results["pyhanko"].append(cpu_timed(lambda: asyncio.run(pyhanko_all())) / len(names))
        results["worker"].append(timed(lambda: many(1)) / count / 8)
        results["two"].append(timed(lambda: many(2)) / count / 8)
    return {name: statistics.median(values) for name, values in results.items()}


def bench_sign(leaf, rounds, count):
    signer = Signer(leaf.signing_key())
    pyhanko = pyhanko_parts(leaf)
    data = os.urandom(100_000)

    def floor():
        for _ in range(count):
            hashlib.sha256(data).digest()
            leaf.key.sign(b"x" * 200, padding.PKCS1v15(), hashes.SHA256())

    def ours():
        for _ in range(count):
            signer.sign_bytes(data)

    async def theirs():
        for _ in range(30):
            await pyhanko.async_sign_general_data(data, "sha256", detached=True, use_cades=True)

    results = {"floor": [], "ours": [], "pyhanko": []}
    for _ in range(rounds):
        results["floor"].append(cpu_timed(floor) / count)
        results["ours"].append(cpu_timed(ours) / count)
        results["pyhanko"].append(cpu_timed(lambda: asyncio.run(theirs())) / 30)
    return {name: statistics.median(values) for name, values in results.items()}


CHILD = """
import sys, resource, time
sys.path.insert(0, {root!r})
from medcab.signing.content import StreamContent
from medcab.signing.trust import TrustStore
from medcab.signing.verify import Verifier
from medcab.sources import FileSource
report = Verifier(TrustStore.load([{anchor!r}])).verify_file({sig!r}, {path!r})
assert report.verdict == "passed", report
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def bench_large(folder, root, leaf, size, rounds):
    path = folder / "large.bin"
    with path.open("wb") as stream:
        stream.truncate(size)
    signer = Signer(leaf.signing_key())
    signer.sign_file(path)
    anchor = folder / "root.pem"
    anchor.write_bytes(root.pem)
    code = CHILD.format(root=str(ROOT), anchor=str(anchor), sig=f"{path}.sig", path=str(path))
    ours, peer, memory = [], [], 0
    for _ in range(rounds):
        peer.append(
            timed(
                lambda: subprocess.run(
                    ["openssl", "dgst", "-sha256", str(path)], check=True, capture_output=True
                )
            )
        )
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        )
        ours.append(time.perf_counter() - started)
        memory = max(memory, int(done.stdout))
    path.unlink()
    return statistics.median(ours), statistics.median(peer), memory


def cpu():
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    count, sample, rounds = (500, 50, 1) if quick else (5000, 200, 3)
    size = (256 << 20) if quick else (4 << 30)
    root = pki.make("Root", kind="rsa", ca=True, **SPAN)
    between = pki.make("Intermediate", root, kind="rsa", ca=True, **SPAN)
    leaf = pki.make("Leaf", between, kind="rsa", usage="content_commitment", **SPAN)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tree").mkdir()
        make_tree(folder / "tree", Signer(leaf.signing_key()), count)
        v = bench_verify(folder / "tree", root, count, sample, rounds)
        s = bench_sign(leaf, rounds + 2, 50 if quick else 1000)
        ours, peer, memory = bench_large(folder, root, leaf, size, 1 if quick else 3)
    openssl = subprocess.run(
        ["openssl", "version"], capture_output=True, text=True, check=False
    ).stdout.split()[1]
    lines = [
        "## Signatures: sign and verify",
        "",
        f"{NOW:%Y-%m-%d}, {cpu()}, {os.cpu_count()} cores, Python {platform.python_version()}, openssl {openssl}, "
        f"pyHanko {version('pyhanko')}, cryptography {version('cryptography')}. `python benchmarks/bench_signing.py`"
        + (" --quick" if quick else ""),
        "",
        f"Bulk verify, {count} signatures over 20 KB, chain of three, strict, with JSON of each (processor time a file; the rows of the workers: wall time, each file eight times):",
        "",
        "| what | ms a file | ratio to medcab on one core | goal |",
        "|---|---|---|---|",
        f"| medcab, in process | {v['one'] * 1e3:.3f} | 1 | |",
        f"| openssl cms -verify -cades, a process a file | {v['openssl'] * 1e3:.2f} | {v['openssl'] / v['one']:.1f} | ≥ 15 |",
        f"| pyHanko, in process | {v['pyhanko'] * 1e3:.2f} | {v['pyhanko'] / v['one']:.1f} | ≥ 10 |",
        f"| medcab, one killable worker | {v['worker'] * 1e3:.3f} | {v['worker'] / v['one']:.2f} | |",
        f"| medcab, two killable workers | {v['two'] * 1e3:.3f} | {v['worker'] / v['two']:.2f} × faster than one worker | ≥ 1.8 |",
        "",
        "Bulk sign, one RSA-2048 key, 100 KB, detached B-B:",
        "",
        "| what | ms a signature (processor) | ratio to medcab | goal |",
        "|---|---|---|---|",
        f"| SHA-256 and the bare RSA operation | {s['floor'] * 1e3:.3f} | medcab is {s['ours'] / s['floor']:.2f} × this | ≤ 2 |",
        f"| medcab | {s['ours'] * 1e3:.3f} | 1 | |",
        f"| pyHanko | {s['pyhanko'] * 1e3:.2f} | {s['pyhanko'] / s['ours']:.1f} | ≥ 20 |",
        "",
        (
            f"Detached file of {size >> 30 or size / (1 << 30):.4g} GB, whole process: medcab {ours:.2f} s, "
            f"openssl dgst -sha256 {peer:.2f} s, ratio {ours / peer:.3f} (goal ≤ 1.15), peak memory {memory} MB (goal ≤ 120)."
        ),
        "",
    ]
    text = "\n".join(lines)
    print(text)
    target = ROOT / "benchmarks/results/signing.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
