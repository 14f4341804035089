"""Signatures with time-stamps against pyHanko, and extension against a slow authority.

Usage: python benchmarks/bench_longterm.py [--quick]

Writes benchmarks/results/longterm.md. What is compared, and how:

* bulk verify: distinct detached B-T signatures (RSA-2048, one authority); medcab verifies all and
  makes the JSON of each; pyHanko's ``async_validate_detached_cms`` and ``ades_with_time_validation``
  get a sample, in process, with a context that is made once; CPU time;
* B-LT and B-LTA against B-T, medcab alone;
* ``medcab extend`` to B-T with an authority that takes 50 ms for each answer, 1 and 8 in flight.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools"), str(ROOT / "tests/signing/longterm")]
from asn1crypto import cms, x509  # noqa: E402
from pyhanko.sign.validation import async_validate_detached_cms  # noqa: E402
from pyhanko.sign.validation.ades import ades_with_time_validation  # noqa: E402
from pyhanko.sign.validation.policy_decl import SignatureValidationSpec  # noqa: E402
from pyhanko_certvalidator import ValidationContext  # noqa: E402
from pyhanko_certvalidator.context import CertValidationPolicySpec  # noqa: E402
from pyhanko_certvalidator.policy_decl import (  # noqa: E402
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleTrustManager  # noqa: E402
from world import DATA, World, pki_server  # noqa: E402

from medcab.model import Verdict  # noqa: E402
from medcab.signing.content import MemoryContent  # noqa: E402
from medcab.signing.fetch import Fetcher  # noqa: E402
from medcab.signing.longterm.extend import Extender, Level, stamp_signature  # noqa: E402
from medcab.signing.longterm.timestamps import make_request, parse_response  # noqa: E402
from medcab.signing.longterm.tsa import TsaClient  # noqa: E402
from medcab.signing.report import ReportWriter  # noqa: E402
from medcab.signing.verify import Verifier  # noqa: E402
from medcab.text import translator  # noqa: E402

DELAY = 0.05


class Direct:
    """The authority without HTTP: only the making of the material is quicker so."""

    def __init__(self, tsa, clock):
        from medcab.signing.algorithms import digest_by_name

        self.algorithm = digest_by_name("sha256")
        self.tsa, self.clock = tsa, clock

    def stamp(self, imprint):
        request = make_request(self.algorithm.oid, imprint, nonce=1 << 60)
        return parse_response(self.tsa.answer(request, self.clock))


def cpu(function, rounds):
    """Median CPU seconds."""
    found = []
    for _ in range(rounds):
        started = time.process_time()
        function()
        found.append(time.process_time() - started)
    return statistics.median(found)


def verify_all(world, at, files):
    verifier = world.verifier(at)
    writer = ReportWriter(translator("en"))
    for data in files:
        report = verifier.verify_bytes(data, MemoryContent(DATA))
        assert report.verdict is Verdict.PASSED
        writer.line(report)


def pyhanko_simple(world, at, files):
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(world.root.der)], moment=at, allow_fetching=False,
        revocation_mode="soft-fail",
    )  # fmt: skip

    async def work():
        for data in files:
            signed = cms.ContentInfo.load(data)["content"]
            status = await async_validate_detached_cms(
                DATA, signed, signer_validation_context=context, ts_validation_context=context
            )
            assert status.bottom_line
            assert status.timestamp_validity.trusted

    asyncio.run(work())


def pyhanko_ades(world, files):
    rule = RevocationCheckingRule.NO_CHECK
    spec = SignatureValidationSpec(
        cert_validation_policy=CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build([x509.Certificate.load(world.root.der)]),
            revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy(rule, rule)),
        )
    )

    async def work():
        for data in files:
            signed = cms.ContentInfo.load(data)["content"]
            result = await ades_with_time_validation(
                signed, spec, raw_digest=__import__("hashlib").sha256(DATA).digest()
            )
            assert str(result.ades_subindic) == "AdESPassed.OK", result.ades_subindic

    asyncio.run(work())


def raise_all(world, files, level, name):
    fetch = Fetcher()
    client = TsaClient([f"{world.server.address}/tsa/{name}"])

    def make():
        return Verifier(world.trust, at=world.server.now, fetch=fetch)

    extender = Extender(make, client)
    return [extender.extend(data, level, MemoryContent(DATA)).data for data in files]


def extension(world, files, in_flight):
    client = TsaClient([f"{world.server.address}/tsa/slow"])
    extender = Extender(lambda: world.verifier(world.server.now), client)

    def one(data):
        return extender.extend(data, Level.T, MemoryContent(DATA))

    started = time.perf_counter()
    with ThreadPoolExecutor(in_flight) as pool:
        made = list(pool.map(one, files))
    assert all(each.changed for each in made)
    return time.perf_counter() - started


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--quick", action="store_true")
    quick = arguments.parse_args().quick
    count, sample, rounds = (200, 40, 3) if quick else (2000, 200, 5)
    with pki_server.Server() as server:
        world = World(server)
        now = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)
        server.clock = now
        direct = Direct(server.tsas["short"], now)
        basic = [world.sign(signing_time=now - timedelta(seconds=n)) for n in range(count)]
        stamped = [stamp_signature(data, direct) for data in basic]
        at = now + timedelta(seconds=30)
        ours = cpu(lambda: verify_all(world, at, stamped), rounds) / count
        plain = cpu(lambda: verify_all(world, at, basic), rounds) / count
        simple = cpu(lambda: pyhanko_simple(world, at, stamped[:sample]), rounds) / sample
        ades = cpu(lambda: pyhanko_ades(world, stamped[:sample]), rounds) / sample
        small = min(count, 100)
        long = raise_all(world, stamped[:small], Level.LT, "short")
        archived = raise_all(world, long, Level.LTA, "long")
        other = [world.extend(data, "B-LTA", "long") for data in stamped[:20]]
        lt = cpu(lambda: verify_all(world, at, long), rounds) / small
        lta = cpu(lambda: verify_all(world, at, archived), rounds) / small
        t_small = cpu(lambda: verify_all(world, at, stamped[:small]), rounds) / small
        apart = cpu(lambda: [verify_all(world, at, [each]) for each in other], rounds) / 20
        apart_t = cpu(lambda: [verify_all(world, at, [each]) for each in stamped[:20]], rounds) / 20
        answer = server.tsas["short"].answer

        class Slow(pki_server.Tsa):
            def answer(self, request, moment):
                time.sleep(DELAY)
                return answer(request, moment)

        server.tsas["slow"] = Slow(server.tsas["short"].holder)
        one = extension(world, basic[:40], 1)
        eight = extension(world, basic[:40], 8)
    text = f"""## Signatures with time-stamps

{datetime.now(UTC):%Y-%m-%d}, {processor()}, {os.cpu_count()} cores, Python
{platform.python_version()}, pyHanko {version("pyhanko")}; {count} files, pyHanko {sample} of them,
medians of {rounds} rounds, CPU time.

| what | a file | |
|---|---|---|
| medcab, B-T, JSON included | {ours * 1e3:.2f} ms | 1 × |
| pyHanko, `async_validate_detached_cms`, B-T | {simple * 1e3:.2f} ms | {simple / ours:.1f} × |
| pyHanko, `ades_with_time_validation`, B-T | {ades * 1e3:.2f} ms | {ades / ours:.1f} × |
| medcab, B-B | {plain * 1e3:.2f} ms | {plain / ours:.2f} × |
| medcab, B-T ({small} files) | {t_small * 1e3:.2f} ms | 1 × |
| medcab, B-LT ({small} files) | {lt * 1e3:.2f} ms | {lt / t_small:.2f} × |
| medcab, B-LTA ({small} files) | {lta * 1e3:.2f} ms | {lta / t_small:.2f} × |
| medcab, B-T, nothing remembered | {apart_t * 1e3:.2f} ms | 1 × |
| medcab, B-LTA, nothing remembered | {apart * 1e3:.2f} ms | {apart / apart_t:.2f} × |

B-LT and B-LTA were made in one run, so that their revocation data are the same, as those of the
employees of one clinic are; «nothing remembered» is a new verifier for each file, whose
revocation data are its own.

Extension of 40 signatures to B-T, the authority answers in {DELAY * 1e3:.0f} ms (wall time):
one at a time {one:.2f} s, eight in flight {eight:.2f} s ({one / eight:.1f} × quicker).
"""
    place = ROOT / "benchmarks" / "results" / "longterm.md"
    place.parent.mkdir(exist_ok=True)
    place.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


def processor() -> str:
    """Model of the processor, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
