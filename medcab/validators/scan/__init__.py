"""Legibility of pages: measured in workers, judged by the rules SCN001 and following.

Importing this package is cheap; numpy and Pillow come with the first page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from medcab.validators.scan.facts import PageScan

if TYPE_CHECKING:
    from medcab.sources import Source
    from medcab.validators.facts import FileFacts, ProbeOptions

__all__ = ["PageScan", "measure_file"]


def measure_file(
    source: Source, name: str, facts: FileFacts, options: ProbeOptions
) -> Iterator[PageScan]:
    """Measure every page of a file that the probe could open.

    Args:
        source: where the bytes are.
        name: of the file, for the log.
        facts: what the probe knows already; pages behind a limit are not touched.
        options: limits on pixels, pages and time.

    Yields:
        one :class:`PageScan` a page, in order; a page that could not be decoded says why.

    Raises:
        OSError: the bytes cannot be had.
        MemoryError: the limit on memory was reached.
    """
    from medcab.validators.scan.measure import measure_pages

    yield from measure_pages(source, facts, options)
