"""Signatures inside PDF against pyHanko: signing, verification at every level, extension.

Usage: python benchmarks/bench_pdf.py [--quick]

Writes benchmarks/results/pdf.md. What is compared, CPU time of one file, in process:

* signing a PDF of one page (RSA-2048), the key opened once: medcab verifies what it made, as it
  always does; pyHanko's ``sign_pdf`` alone, and followed by its ``validate_pdf_signature``;
* verification: pyHanko's ``validate_pdf_signature`` with an offline context, and for B-LTA its
  ``ades_lta_validation`` on a file whose signer and inner authority have expired;
* ``medcab extend`` to B-T, the authority answering in 50 ms, 1 and 8 requests in flight.
"""

import argparse
import io
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [
    str(ROOT), str(ROOT / "tools"), str(ROOT / "tests/signing/longterm"),
    str(ROOT / "tests/conformance"), str(Path(__file__).resolve().parent),
]  # fmt: skip

from _common import median_ratio, paired, write  # noqa: E402 - the folder is no package
from asn1crypto import x509  # noqa: E402
from pdf_world import blank, by_pyhanko, extend, sign, signer, signer_of_pyhanko  # noqa: E402
from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: E402
from pyhanko.sign.validation import validate_pdf_signature  # noqa: E402
from pyhanko_certvalidator import ValidationContext  # noqa: E402
from test_pdf_peers import lta_of_pyhanko  # noqa: E402
from world import World, pki_server  # noqa: E402

from medcab.signing.longterm.extend import Extender, Level  # noqa: E402
from medcab.signing.pades import sign_pdf  # noqa: E402

DELAY = 0.05
DAY = timedelta(days=1)


def timed(function, count):
    """Something that returns CPU seconds of one call."""

    def run():
        started = time.process_time()
        for _ in range(count):
            function()
        return (time.process_time() - started) / count

    return run


def by_its_validation(world, data, at):
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(world.root.der)],
        other_certs=[x509.Certificate.load(world.issuing.der)],
        moment=at, allow_fetching=False, revocation_mode="soft-fail",
    )  # fmt: skip
    reader = PdfFileReader(io.BytesIO(data))
    status = validate_pdf_signature(reader.embedded_regular_signatures[0], context, context)
    assert status.bottom_line


def aged(world, now):
    """A B-LTA whose signer and inner authority have expired, and what must be fresh."""
    where = world.server.address

    def holder(name, until, **more):
        made = pki_server.certify(
            name, world.issuing, address=where, start=now - 200 * DAY, end=now + until * DAY, **more
        )
        return world.server.know(made)

    person = holder("Подписавший", -30)
    for name, until in (("inner", -10), ("outer", 1000)):
        stamper = holder(f"TSA {name}", until, purpose="time-stamping")
        world.server.tsas[name] = pki_server.Tsa(stamper, [world.issuing])
    world.server.clock = now - 100 * DAY
    made = sign(world, tsa="inner", holder=person)
    world.server.clock = now - 99 * DAY
    made = extend(world, made, "B-LTA", "outer")
    last = world.server.tsas["outer"].holder.certificate
    ocsps = [pki_server.make_ocsp(world.issuing, last, now - DAY / 12)]
    return made, [pki_server.make_crl(world.root, now - DAY)], ocsps


def extension(world, data, count, in_flight):
    tsa = world.tsa("slow")
    extender = Extender(lambda: world.verifier(world.server.now), tsa)
    started = time.perf_counter()
    with ThreadPoolExecutor(in_flight) as pool:
        made = list(pool.map(lambda _: extender.extend(data, Level.T), range(count)))
    assert all(each.changed for each in made)
    return time.perf_counter() - started


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--quick", action="store_true")
    quick = arguments.parse_args().quick
    runs, count, files = (3, 5, 16) if quick else (7, 20, 40)
    rows = []

    def compare(what, ours, *theirs):
        """Measure in turn; the ratio is theirs to ours."""
        times = paired(runs, timed(ours, count), *(timed(each, count) for _, each in theirs))
        rows.append((f"medcab, {what}", f"{statistics.median(times[0]) * 1e3:.1f} ms", "1 ×"))
        for (name, _), taken in zip(theirs, times[1:], strict=True):
            ratio = f"{median_ratio(taken, times[0]):.1f} ×"
            rows.append((f"pyHanko, {name}", f"{statistics.median(taken) * 1e3:.1f} ms", ratio))

    with pki_server.Server() as server:
        world = World(server)
        now = datetime.now(UTC).replace(microsecond=0)
        server.clock = now - timedelta(minutes=1)
        page, key, who = blank(), signer(world), signer_of_pyhanko(world)

        def signed_and_proven():
            by_its_validation(world, by_pyhanko(world, page, who=who), now)

        compare(
            "signing, what was made is verified", lambda: sign_pdf(key, page),
            ("signing", lambda: by_pyhanko(world, page, who=who)),
            ("signing and `validate_pdf_signature`", signed_and_proven),
        )  # fmt: skip
        basic, stamped = sign(world, page), sign(world, page, tsa="long")
        for level, data in (("B-B", basic), ("B-T", stamped)):
            compare(
                f"verification of {level}",
                lambda data=data: world.verifier(now).verify_bytes(data),
                ("`validate_pdf_signature`", lambda data=data: by_its_validation(world, data, now)),
            )  # fmt: skip
        server.tsas["slow"] = type(
            "Slow", (pki_server.Tsa,), {"answer": lambda self, *asked: (
                time.sleep(DELAY), server.tsas["short"].answer(*asked))[1]},
        )(server.tsas["short"].holder)  # fmt: skip
        one, eight = (extension(world, basic, files, each) for each in (1, 8))
        lasting, crls, ocsps = aged(world, now)

        def judge():
            verifier = world.verifier(now, crls=crls, ocsps=ocsps, revocation="require")
            assert verifier.verify_bytes(lasting).verdict == "passed"

        compare(
            "verification of B-LTA after certificates have expired", judge,
            ("`ades_lta_validation`", lambda: lta_of_pyhanko(world, lasting, now, crls, ocsps)),
        )  # fmt: skip
    table = "\n".join(f"| {what} | {taken} | {ratio} |" for what, taken, ratio in rows)
    text = f"""
CPU time of one file, medians of {runs} rounds of {count}, medcab and pyHanko {version("pyhanko")} in
turn.

| what | a file | |
|---|---|---|
{table}

Most of the time of both goes into pyHanko's reading of the file, above all of the hexadecimal values.

Extension of {files} files to B-T, the authority answers in {DELAY * 1e3:.0f} ms (wall time): one at a
time {one:.2f} s, eight in flight {eight:.2f} s ({one / eight:.1f} × quicker).
"""
    write("pdf", "Signatures inside PDF", text)


if __name__ == "__main__":
    main()
