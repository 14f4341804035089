"""Measure how often the rules of legibility err, and write docs/accuracy.md (`make accuracy`)."""

from __future__ import annotations

import argparse
import io
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

Job = tuple[str, int, bool]  # defect or "", seed, clear
Answer = tuple[Job, str, dict[str, str], dict[str, Any]]


def measure(job: Job) -> Answer:
    """Make a page, press it as JPEG, measure it, ask the rules: rule -> error or warning."""
    from benchmarks.accuracy.defects import DEFECTS, HARMLESS
    from benchmarks.accuracy.pages import LAYOUTS, page
    from medcab.validators.facts import ProbeLimits
    from medcab.validators.scan.measure import measure_picture
    from medcab.validators.scan.picture import from_jpeg

    name, seed, clear = job
    case = (DEFECTS | HARMLESS).get(name)
    made = case.make(seed, clear) if case else page(seed)
    pages = []
    for number, image in enumerate(made if isinstance(made, tuple) else (made,)):
        out = io.BytesIO()
        quality = (60, 75, 85, 92)[(seed + number) % 4]
        image.save(out, "JPEG", quality=quality, dpi=(300, 300))
        picture = from_jpeg(out.getvalue(), (300.0, 300.0), ProbeLimits())
        pages.append(measure_picture(picture, number + 1))
    first = pages[0]
    numbers = {k: getattr(first, k) for k in first.__slots__ if k != "fingerprint"}
    layout = list(LAYOUTS)[seed % len(LAYOUTS)]
    said = verdicts(pages, case.kind if case else "", name == "without colour")
    return job, layout, said, numbers


def verdicts(pages: list[Any], kind: str, colour: bool) -> dict[str, str]:
    """What the rules say about the pages of a document with their default limits."""
    from medcab.rules import DocumentContext, Unknown, all_rules
    from medcab.validators.facts import FileFacts, ImageFacts

    facts = FileFacts(
        1, "jpeg", "image/jpeg", image=ImageFacts(1, 1), pages=len(pages), scan=tuple(pages)
    )
    document = SimpleNamespace(type=kind or None, meta={"color": True} if colour else {})
    said: dict[str, str] = {}
    for rule in all_rules():
        if not rule.id.startswith("SCN"):
            continue
        context = DocumentContext(
            None,  # type: ignore[arg-type]
            SimpleNamespace(documents=()),  # type: ignore[arg-type]
            rule.params,
            datetime.now(UTC),
            document,  # type: ignore[arg-type]
            facts,
        )
        for hit in rule.check(context):
            if not isinstance(hit, Unknown):
                said[rule.id] = str(hit.severity or rule.severity)
    return said


def jobs(seeds: range, good: int, bad: int, only: list[str]) -> Iterator[Job]:
    """Good pages first, then every defect in both strengths on the first seeds."""
    from benchmarks.accuracy.defects import DEFECTS, HARMLESS

    if not only or "good" in only:
        yield from (("", seed, False) for seed in seeds[:good])
    for name in (*DEFECTS, *HARMLESS):
        if not only or name in only:
            for clear in (False, True):
                yield from ((name, seed, clear) for seed in seeds[:bad])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calibrate", action="store_true", help="calibration seeds, print only")
    parser.add_argument("--good", type=int, default=210)
    parser.add_argument("--bad", type=int, default=28)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", help="print these numbers of each page, comma between")
    options = parser.parse_args()
    from benchmarks.accuracy.pages import CALIBRATION, TEST

    seeds = CALIBRATION if options.calibrate else TEST
    todo = list(jobs(seeds, options.good, options.bad, options.only))
    with ProcessPoolExecutor(options.jobs, get_context("spawn")) as pool:
        answers = list(pool.map(measure, todo, chunksize=4))
    if options.show:
        for (name, seed, clear), layout, said, numbers in answers:
            shown = {k: numbers[k] for k in options.show.split(",")}
            print(name or "good", seed, "clear" if clear else "mild", layout, said, shown)
    text = report(answers)
    if options.calibrate or options.only:
        sys.stdout.write(text)
    else:
        (ROOT / "docs" / "accuracy.md").write_text(text, "utf-8")
        sys.stdout.write(text)


def report(answers: list[Answer]) -> str:
    """The tables in Markdown."""
    from benchmarks.accuracy.defects import HARMLESS

    good = [answer for answer in answers if not answer[0][0]]
    harmless = [answer for answer in answers if answer[0][0] in HARMLESS]
    bad = [answer for answer in answers if answer[0][0] and answer[0][0] not in HARMLESS]
    lines = ["# Accuracy of the rules of legibility", "", HEAD.strip(), ""]
    lines += alarms(good) if good else []
    lines += silence(harmless) if harmless else []
    lines += found(bad) if bad else []
    return "\n".join(lines) + "\n"


def alarms(good: list[Answer]) -> list[str]:
    """Which rules spoke on good pages."""
    from medcab.rules import find_rule

    false: Counter[tuple[str, str]] = Counter()
    layouts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for _, layout, said, _ in good:
        for key in said.items():
            false[key] += 1
            layouts[key][layout] += 1
    errors = sum("error" in said.values() for _, _, said, _ in good)
    lines = [
        f"## False alarms on {len(good)} good pages",
        "",
        f"Pages with a false error: {errors}.",
        "",
        "| Rule | Level | Pages | On layouts |",
        "|---|---|---|---|",
    ]
    for (rule, level), count in sorted(false.items()):
        where = ", ".join(f"{k} {v}" for k, v in layouts[rule, level].most_common())
        lines.append(f"| {rule} {find_rule(rule).name} | {level} | {count} | {where} |")
    return [*lines, *([] if false else ["| none | | 0 | |"]), ""]


def silence(harmless: list[Answer]) -> list[str]:
    """How often the rules on several pages and on the type of a document spoke without cause."""
    from benchmarks.accuracy.defects import HARMLESS

    lines = [
        "The rules on several pages and on types of documents, where they must be silent:",
        "",
        "| Good case | Rule | Easy | False alarms | Harder | False alarms |",
        "|---|---|---|---|---|---|",
    ]
    for name, case in HARMLESS.items():
        cells = []
        for clear in (False, True):
            mine = [a for a in harmless if a[0][0] == name and a[0][2] is clear]
            spoke = sum(any(rule in a[2] for rule in case.rules) for a in mine)
            cells += [case.clear if clear else case.mild, f"{spoke} of {len(mine)}"]
        lines.append(f"| {name} | {', '.join(case.rules)} | {' | '.join(cells)} |")
    return [*lines, ""]


def found(bad: list[Answer]) -> list[str]:
    """How many defects were found, how many of them as an error."""
    from benchmarks.accuracy.defects import DEFECTS

    lines = [
        "## Defects found",
        "",
        "| Defect | Rules | Mild | Found | Clear | Found | As error |",
        "|---|---|---|---|---|---|---|",
    ]
    totals = {False: [0, 0], True: [0, 0]}
    for name, one in DEFECTS.items():
        cells: list[str] = []
        for clear in (False, True):
            mine = [a for a in bad if a[0][0] == name and a[0][2] is clear]
            if not mine:
                break
            hit = [a for a in mine if any(r in a[2] for r in one.rules)]
            severe = [a for a in hit if any(a[2].get(r) == "error" for r in one.rules)]
            totals[clear][0] += len(hit)
            totals[clear][1] += len(mine)
            cells += [one.clear if clear else one.mild, f"{len(hit)} of {len(mine)}"]
            if clear:
                cells.append(str(len(severe)))
        if cells:
            lines.append(f"| {name} | {', '.join(one.rules)} | {' | '.join(cells)} |")
    for clear, (found_n, all_n) in totals.items():
        if all_n:
            share = 100 * found_n / all_n
            lines += ["", f"{'Clear' if clear else 'Mild'}: {found_n} of {all_n} ({share:.1f} %)."]
    return lines


HEAD = """
Made by `make accuracy` from seeds that were not used to choose the limits
(`benchmarks/accuracy/`). The pages are synthetic: seven layouts in ten typefaces, papers white
and tinted, optics, tilt, tone, grain and JPEG quality of a fair scanner varied at random. Real
scans differ; what holds here is a lower bound for what goes wrong.
"""

if __name__ == "__main__":
    main()
