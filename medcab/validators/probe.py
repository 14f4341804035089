"""Measure a file: the only door to the parsers, meant to be called in a worker.

:func:`surface` needs no parser and is safe in the main process; :func:`probe` opens the file with
the real libraries and belongs into :class:`medcab.sandbox.Sandbox`. What comes back from there
goes through :func:`medcab.validators.facts.from_outcome`.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace

from medcab.sandbox import Limits
from medcab.sources import Source
from medcab.validators.facts import FileFacts, LimitHit, ProbeLimits, ProbeOptions
from medcab.validators.signatures_table import HEAD, TAIL, identify

__all__ = ["probe", "surface", "worker_limits"]

_CHUNK = 1 << 20


def worker_limits(options: ProbeOptions) -> Limits:
    """Limits for the sandbox that will run :func:`probe` with ``options``."""
    return Limits(seconds=options.limits.seconds, memory=options.limits.memory)


def probe(source: Source, name: str, options: ProbeOptions) -> FileFacts:
    """Measure the file behind ``source``.

    Args:
        source: where the bytes are.
        name: the file's name, for the log.
        options: limits, and whether legibility is wanted.

    Returns:
        Facts. A broken file is a fact, not an error.

    Raises:
        OSError: the bytes cannot be had.
        MemoryError: the limit on memory was reached (the sandbox makes it OutOfMemory).
    """
    limits = options.limits
    started = time.monotonic()
    facts, data = _read(source, keep=limits.file_size)
    if data is None:
        hit = LimitHit("file_size", limits.file_size, facts.size)
        return replace(facts, limits=(*facts.limits, hit))
    if facts.format == "pdf":
        from medcab.validators.pdfprobe.document import examine_pdf

        local = source.local_path
        path = str(local) if local is not None else None
        pdf, hits = examine_pdf(data, path, limits)
        facts = replace(facts, pdf=pdf, pages=pdf.page_count, limits=(*facts.limits, *hits))
    elif facts.media_type.startswith("image/"):
        from medcab.validators.imageprobe.raster import examine_image

        image, hits = examine_image(data, facts.format or "", limits)
        pages = image.frames if image is not None else None
        facts = replace(facts, image=image, pages=pages, limits=(*facts.limits, *hits))
    return _with_pages(source, facts, limits, started) if options.scan else facts


def _with_pages(source: Source, facts: FileFacts, limits: ProbeLimits, started: float) -> FileFacts:
    """All pages here and now; :mod:`medcab.validators.probing` has them done by many workers."""
    from medcab.validators.pagework import NO_TIME, examine, joined, portions

    numbers = [n for portion in portions(source, facts) for n in portion]
    left = max(limits.seconds - (time.monotonic() - started), 1e-9) if limits.seconds else 0.0
    found = {one.number: one for one in examine(source, facts, numbers, limits, left)}
    lost = {n: NO_TIME for n in numbers if n not in found}
    return joined(facts, found, lost, limits.seconds)


def surface(source: Source, name: str) -> FileFacts:
    """Size, hash and format by signature: no parser, bounded memory.

    Raises:
        OSError: the bytes cannot be had.
    """
    return _read(source, keep=0)[0]


def _read(source: Source, *, keep: int) -> tuple[FileFacts, bytes | None]:
    """Facts of the surface, and all bytes where there are at most ``keep``."""
    digest = hashlib.sha256()
    size = 0
    head = tail = b""
    chunks: list[bytes] | None = []
    uniform = True
    with source.open() as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            head = head or chunk[:HEAD]
            tail = chunk[-TAIL:] if len(chunk) >= TAIL else (tail + chunk)[-TAIL:]
            uniform = uniform and chunk.count(head[:1]) == len(chunk)
            if chunks is not None:
                chunks.append(chunk)
                if size > keep:
                    chunks = None
    identity = identify(head, tail, size)
    facts = FileFacts(
        size=size,
        format=identity.format,
        media_type=identity.media_type,
        sha256=digest.hexdigest(),
        also=identity.also,
        blank=uniform and size > 0,
    )
    return facts, None if chunks is None else b"".join(chunks)
