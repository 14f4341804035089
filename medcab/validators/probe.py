"""Measure a file: the only door to the parsers, meant to be called in a worker.

:func:`surface` needs no parser and is safe in the main process; :func:`probe` opens the file with
the real libraries and belongs into :class:`medcab.sandbox.Sandbox`; :func:`facts_of` turns what
came back from there into facts.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from medcab.sandbox import Died, Done, Outcome, OutOfMemory, Raised, TimedOut, WorkerLimits
from medcab.sources import Source
from medcab.validators.facts import (
    FileFacts,
    LimitHit,
    ProbeLimits,
    ProbeOptions,
    unreadable,
)

__all__ = ["facts_of", "probe", "surface", "worker_limits"]

_CHUNK = 1 << 20


def worker_limits(options: ProbeOptions) -> WorkerLimits:
    """Limits for the sandbox that will run :func:`probe` with ``options``."""
    return WorkerLimits(seconds=options.limits.seconds, memory=options.limits.memory)


def probe(source: Source, name: str, options: ProbeOptions) -> FileFacts:
    """Measure the file behind ``source``.

    Args:
        source: where the bytes are.
        name: the file's name, for formats that only a name can tell apart.
        options: limits, and whether legibility is wanted.

    Returns:
        Facts. A broken file is a fact, not an error.

    Raises:
        OSError: the bytes cannot be had.
        MemoryError: the limit on memory was reached (the sandbox makes it OutOfMemory).
    """
    facts = surface(source, name, options.limits)
    return facts


def surface(source: Source, name: str, limits: ProbeLimits | None = None) -> FileFacts:
    """Size, hash and format by signature: no parser, bounded memory.

    Raises:
        OSError: the bytes cannot be had.
    """
    digest = hashlib.sha256()
    size = 0
    with source.open() as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return FileFacts(size=size, format="unknown" if size else "empty", sha256=digest.hexdigest())


def facts_of(outcome: Outcome, source: Source, name: str, size: int) -> FileFacts:
    """Facts for what a sandbox answered to ``run(probe, (source, name, options))``.

    Args:
        outcome: of the sandbox; every kind gives facts.
        source: read again for the surface when the worker did not come back.
        name: of the file.
        size: as listed, used when the bytes cannot be had.
    """
    if isinstance(outcome, Done):
        facts: FileFacts = outcome.value
        return facts
    if isinstance(outcome, Raised) and isinstance(outcome.error, OSError):
        return unreadable(size, "unreadable", detail=str(outcome.error))
    try:
        known: FileFacts | None = surface(source, name)
    except OSError:
        known = None
    match outcome:
        case TimedOut(seconds):
            return unreadable(size, "time", limit=seconds, surface=known)
        case OutOfMemory(limit):
            return unreadable(size, "memory", limit=limit, surface=known)
        case Died(code):
            return unreadable(size, "crash", detail=f"exit code {code}", surface=known)
        case Raised(error, _):
            detail = f"{type(error).__name__}: {error}"[:300]
            return unreadable(size, "error", detail=detail, surface=known)
