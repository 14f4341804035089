"""What the tests have workers do in place of examining pages."""

import os
import time
from pathlib import Path

from medcab.validators.pagework import PageFound, examine
from medcab.validators.scan import PageScan


def _scans(numbers):
    return tuple(PageFound(n, PageScan(n, marks=n)) for n in numbers)


def third_hangs(source, facts, numbers, limits, seconds=0.0):
    if 3 in numbers:
        time.sleep(60)
    return _scans(numbers)


def third_swells(source, facts, numbers, limits, seconds=0.0):
    if 3 in numbers:
        block = bytearray(8 << 30)
        return len(block)
    return _scans(numbers)


def third_kills(source, facts, numbers, limits, seconds=0.0):
    if 3 in numbers:
        os._exit(9)
    return _scans(numbers)


def third_is_a_bug(source, facts, numbers, limits, seconds=0.0):
    if 3 in numbers:
        raise ZeroDivisionError
    return _scans(numbers)


def all_hang(source, facts, numbers, limits, seconds=0.0):
    time.sleep(60)


def one_at_a_time(source, facts, numbers, limits, seconds=0.0):
    """Stops early, as when the time is over, and is asked for the rest."""
    return examine(source, facts, numbers[:1], limits, seconds)


def after_the_file_was_removed(source, facts, numbers, limits, seconds=0.0):
    if 3 in numbers:
        raise FileNotFoundError(2, "No such file", str(Path("a.pdf")))
    return _scans(numbers)


def probe_hangs(source, name, options):
    time.sleep(60)


def changes_the_file(source, facts, numbers, limits, seconds=0.0):
    found = examine(source, facts, numbers, limits, seconds)
    with source.local_path.open("ab") as stream:
        stream.write(b"\n")
    return found


def exchanges_the_file(source, facts, numbers, limits, seconds=0.0):
    """Other bytes, as many and with the old time, before the pages are read."""
    place = Path(getattr(source, "archive", source.local_path))
    old = place.stat()
    data = place.read_bytes()
    other = place.with_name("other")
    other.write_bytes(data)
    os.utime(other, ns=(old.st_atime_ns, old.st_mtime_ns))
    other.replace(place)
    return examine(source, facts, numbers, limits, seconds)
