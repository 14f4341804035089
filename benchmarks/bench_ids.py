"""Identifiers: single values and whole columns, beside four peers, with their wrong verdicts.

Run: python benchmarks/bench_ids.py [--quick]
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import random
import statistics
import time
from datetime import date
from pathlib import Path

import numpy as np

from medcab import ids
from medcab.validators.ids import enp, inn_legal, inn_person, ogrn, ogrnip, snils

RESULT = Path(__file__).parent / "results" / "ids.md"
KINDS = ("snils", "inn_legal", "inn_person", "ogrn", "ogrnip", "enp")


def numbers(kind, count, rng):
    """Synthetic valid numbers of one kind."""
    made = []
    for _ in range(count):
        if kind == "snils":
            body = f"{rng.randrange(2_000_000, 10**9):09d}"
            made.append(body + snils.check_number(body))
        elif kind == "inn_legal":
            body = f"{rng.randrange(10**7, 96 * 10**7):09d}"
            made.append(body + inn_legal.check_digit(body))
        elif kind == "inn_person":
            body = f"{rng.randrange(10**8, 96 * 10**8):010d}"
            made.append(body + inn_person.check_digits(body))
        elif kind == "ogrn":
            body = f"{rng.choice('15')}{rng.randrange(2, 27):02d}77{rng.randrange(10**7):07d}"
            made.append(body + ogrn.check_digit(body))
        elif kind == "ogrnip":
            body = f"3{rng.randrange(4, 27):02d}77{rng.randrange(10**9):09d}"
            made.append(body + ogrnip.check_digit(body))
        else:
            year = rng.randrange(1930, 2020)
            month = rng.randrange(1, 13) + (20 if year <= 1950 else 40 if year <= 2000 else 0)
            day = rng.randrange(1, 29) + rng.choice((0, 50))
            coded = f"{month:02d}{str(year)[::-1]}{day:02d}"
            body = "77" + "".join(str(9 - int(c)) for c in coded) + f"{rng.randrange(10**5):05d}"
            made.append(body + enp.check_digit(body))
    return made


def peers():
    """name -> {kind: is_valid}; a peer that is not installed is left out."""
    found = {}
    try:
        from stdnum.ru import inn as s_inn
        from stdnum.ru import ogrn as s_ogrn

        found["python-stdnum"] = {
            "inn_legal": s_inn.is_valid,
            "inn_person": s_inn.is_valid,
            "ogrn": s_ogrn.is_valid,
            "ogrnip": s_ogrn.is_valid,
        }
    except ImportError:
        pass
    try:
        import petrovna

        found["petrovna"] = {
            "snils": petrovna.validate_snils,
            "inn_legal": petrovna.validate_inn,
            "inn_person": petrovna.validate_inn,
            "ogrn": petrovna.validate_ogrn,
            "ogrnip": petrovna.validate_ogrnip,
        }
    except ImportError:
        pass
    try:
        import ru_id

        found["ru-id-validators"] = {
            "snils": ru_id.is_valid_snils,
            "inn_legal": ru_id.is_valid_inn,
            "inn_person": ru_id.is_valid_inn,
            "ogrn": ru_id.is_valid_ogrn,
            "ogrnip": ru_id.is_valid_ogrn,
        }
    except ImportError:
        pass
    try:
        import validators

        def ask(function):
            return lambda text: function(text) is True

        found["validators"] = {
            "inn_legal": ask(validators.ru_inn),
            "inn_person": ask(validators.ru_inn),
        }
    except (ImportError, AttributeError):
        pass
    return found


def safe(function, text):
    """The verdict of a peer; None for a crash: a question for a verdict must not raise."""
    try:
        return bool(function(text))
    except Exception:
        return None


def rate(function, values, repeat):
    """Median of values a second, in CPU time."""
    times = []
    for _ in range(repeat):
        started = time.process_time()
        for value in values:
            function(value)
        times.append(time.process_time() - started)
    return len(values) / statistics.median(times)


def spoiled(kind, good, rng):
    """Wrong values with a known verdict: one digit changed, zeros, junk, other scripts."""
    bad = []
    for value in good:
        at = rng.randrange(len(value))
        other = value[:at] + rng.choice("0123456789".replace(value[at], "")) + value[at + 1 :]
        if not truth(kind, other):
            bad.append(other)
    zeros = "0" * len(good[0])
    first = good[0]
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in first)
    bad += [zeros, first[:-1], first + "0", f"№ {first} г. Москва", full_width, first[:-1] + "²"]
    return bad


def truth(kind, text):
    """An independent verdict, written as the orders word the sums (clean digits only)."""
    if not all("0" <= c <= "9" for c in text):
        return False
    d = [int(c) for c in text]

    def mod(weights, upto):
        return sum(w * x for w, x in zip(weights, d[:upto], strict=True)) % 11 % 10

    eleven = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    if kind == "snils":
        control = sum(x * (9 - i) for i, x in enumerate(d[:9])) % 101 % 100
        return any(d) and (int(text[:9]) <= 1001998 or control == int(text[9:]))
    if kind == "inn_legal":
        return text[:2] != "00" and mod((2, 4, 10, 3, 5, 9, 4, 6, 8), 9) == d[9]
    if kind == "inn_person":
        both = mod(eleven, 10) == d[10] and mod((3, *eleven), 11) == d[11]
        return text[:2] != "00" and both
    year = date.today().year % 100
    if kind == "ogrn":
        shape = text[0] in "15" and 2 <= int(text[1:3]) <= year and text[3:5] != "00"
        return shape and int(text[:12]) % 11 % 10 == d[12]
    if kind == "ogrnip":
        shape = text[0] == "3" and 4 <= int(text[1:3]) <= year and text[3:5] != "00"
        return shape and int(text[:14]) % 13 % 10 == d[14]
    return ids.is_valid(kind, text)


def bare(kind, array):
    """A bare numpy kernel of the checksum alone: no check of characters, no other rule."""
    width = array.dtype.itemsize
    digits = array.view(np.uint8).reshape(-1, width) - 48
    eleven = np.array((7, 2, 4, 10, 3, 5, 9, 4, 6, 8))
    if kind == "snils":
        total = (digits[:, :9] * np.arange(9, 0, -1, dtype=np.uint16)).sum(axis=1)
        return total % 101 % 100 == digits[:, 9] * 10 + digits[:, 10]
    if kind == "inn_legal":
        total = (digits[:, :9] * np.array((2, 4, 10, 3, 5, 9, 4, 6, 8), np.uint16)).sum(axis=1)
        return total % 11 % 10 == digits[:, 9]
    if kind == "inn_person":
        first = digits[:, :10].astype(np.int32) @ eleven.astype(np.int32) % 11 % 10
        both = digits[:, :11].astype(np.int32) @ np.array((3, *eleven), np.int32) % 11 % 10
        return (first == digits[:, 10]) & (both == digits[:, 11])
    if kind in ("ogrn", "ogrnip"):
        size, modulus = (12, 11) if kind == "ogrn" else (14, 13)
        powers = np.array([pow(10, size - 1 - i, modulus) for i in range(size)], np.uint16)
        total = (digits[:, :size] * powers).sum(axis=1)
        return total % modulus % 10 == digits[:, size]
    pair = np.array((0, 2, 4, 6, 8, 1, 3, 5, 7, 9), np.uint8)
    total = pair[digits[:, ::2]].sum(axis=1) + digits[:, 1::2].sum(axis=1)
    return total % 10 == 0


def milliseconds(repeat, function, *arguments):
    times = []
    for _ in range(repeat):
        started = time.process_time()
        function(*arguments)
        times.append(time.process_time() - started)
    return statistics.median(times) * 1000


def bare_from_list(kind, values):
    return bare(kind, np.array(values, dtype="S"))


def loop_over(function, values):
    for value in values:
        function(value)


def clean_up(values):
    table = {ord(c): None for c in "-\u2011 \u00a0"}
    return bare("snils", np.array([v.translate(table) for v in values], dtype="S11"))


def cpu():
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "—"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    rng = random.Random(20261121)
    single, many, repeat = (20_000, 100_000, 3) if quick else (100_000, 1_000_000, 7)
    others = peers()
    lines = [
        "## Identifiers",
        "",
        f"{date.today().isoformat()}; {cpu()}, {os.cpu_count()} cores; "
        f"Python {platform.python_version()}, numpy {np.__version__}; "
        + ", ".join(f"{name} {version(name)}" for name in others)
        + ". CPU time, medians, all in one run.",
        "",
        "### `is_valid` on clean valid strings, values a second",
        "",
        "| kind | medcab | " + " | ".join(others) + " | medcab / fastest peer |",
        "|---|" + "---:|" * (len(others) + 2),
    ]
    samples = {kind: numbers(kind, single, rng) for kind in KINDS}
    fastest = {}
    for kind in KINDS:
        values = samples[kind]
        mine = rate(ids.get(kind).is_valid, values, repeat)
        cells, best = [], 0.0
        for functions in others.values():
            function = functions.get(kind)
            if function is None:
                cells.append("—")
                continue
            speed = rate(lambda text, f=function: safe(f, text), values, repeat)
            plain = rate(function, values, repeat) if safe(function, values[0]) is not None else 0
            speed = max(speed, plain)
            cells.append(f"{speed / 1e6:.2f} M")
            if speed > best:
                best, fastest[kind] = speed, function
        ratio = f"{mine / best:.1f} ×" if best else "—"
        lines.append(f"| {kind} | {mine / 1e6:.2f} M | " + " | ".join(cells) + f" | {ratio} |")
        print(lines[-1])
    lines += [
        "",
        "### Wrong verdicts",
        "",
        (
            "Valid numbers refused + wrong values accepted (crashes in brackets), of "
            f"{single // 10} valid numbers and as many with one digit changed (kept only where the "
            "number is truly wrong), all zeros, too short, too long, «№ … г. Москва», full-width "
            "digits and `²`."
        ),
        "",
        "| kind | medcab | " + " | ".join(others) + " |",
        "|---|" + "---:|" * (len(others) + 1),
    ]
    for kind in KINDS:
        good = samples[kind][: single // 10]
        assert all(truth(kind, value) for value in good)
        bad = spoiled(kind, good, rng)
        cells = []
        for functions in ({kind: ids.get(kind).is_valid}, *others.values()):
            function = functions.get(kind)
            if function is None:
                cells.append("—")
                continue
            refused = sum(not safe(function, value) for value in good)
            verdicts = [safe(function, value) for value in bad]
            accepted = sum(verdict is True for verdict in verdicts)
            crashed = sum(verdict is None for verdict in verdicts)
            cells.append(f"{refused} + {accepted}" + (f" ({crashed})" if crashed else ""))
        lines.append(f"| {kind} | " + " | ".join(cells) + " |")
        print(lines[-1])
    lines += [
        "",
        f"### Columns of {many:,} values".replace(",", " "),
        "",
        (
            "The bare kernel computes the checksum only. From bytes: an array of fixed-width bytes. "
            "From a list: of Python strings; the bare kernel must make its array first."
        ),
        "",
        (
            "| kind | bytes, medcab | bytes, bare | ratio | list, medcab | list, bare | ratio "
            "| loop over the fastest peer | peer / medcab (list) |"
        ),
        "|---|" + "---:|" * 8,
    ]
    for kind in KINDS:
        values = (samples[kind] * (many // single + 1))[:many]
        array = np.array(values, dtype="S")
        assert ids.check_column(kind, array).valid.all()
        assert bare(kind, array).all()
        a = milliseconds(repeat, ids.check_column, kind, array)
        b = milliseconds(repeat, bare, kind, array)
        c = milliseconds(repeat, ids.check_column, kind, values)
        d = milliseconds(repeat, bare_from_list, kind, values)
        loop, gain = "—", "—"
        if kind in fastest:
            function = fastest[kind]
            spent = milliseconds(3, loop_over, function, samples[kind])
            spent *= many / single
            loop, gain = f"{spent:.0f} ms", f"{spent / c:.0f} ×"
        lines.append(
            f"| {kind} | {a:.1f} ms | {b:.1f} ms | {a / b:.2f} | {c:.1f} ms | {d:.1f} ms "
            f"| {c / d:.2f} | {loop} | {gain} |"
        )
        print(lines[-1])
    for name, hyphen, space in (("plain", "-", " "), ("typographic", "\u2011", "\u00a0")):
        values = [
            f"{v[:3]}{hyphen}{v[3:6]}{hyphen}{v[6:9]}{space}{v[9:]}" for v in samples["snils"]
        ]
        values = (values * (many // single + 1))[:many]
        spent = milliseconds(repeat, ids.check_column, "snils", values)
        assert clean_up(values).all()
        other = milliseconds(3, clean_up, values)
        lines += [
            "",
            (
                f"СНИЛС with {name} separators, a list: medcab {spent:.0f} ms, clean-up and bare "
                f"kernel {other:.0f} ms (ratio {spent / other:.2f})."
            ),
        ]
        print(lines[-1])
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"-> {RESULT}")


if __name__ == "__main__":
    main()
