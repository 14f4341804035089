"""What all benchmarks share: medians of CPU time of whole processes, the machine, the table."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"


def machine() -> str:
    """One line: date, processor, cores, system, Python."""
    name = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as stream:
            name = next(line.split(":", 1)[1].strip() for line in stream if "model name" in line)
    except (OSError, StopIteration):
        pass
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {name}, {os.cpu_count()} cores, "
        f"{platform.system()}, Python {platform.python_version()}"
    )


def process_times(command: Sequence[str], env: dict[str, str] | None = None) -> tuple[float, float]:
    """Run ``command`` once; return (CPU seconds of it and its children, wall seconds)."""
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(
        list(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, env=env
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall


def as_installed(folder: Path) -> dict[str, str]:
    """An environment in which Python keeps its byte code, as installed programs have it."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder), "PYTHONPATH": str(RESULTS.parents[1])}


def peak_memory(command: Sequence[str], env: dict[str, str]) -> float:
    """Run ``command``; return the most memory of it and its children together, in MB.

    Proportional set size where the system tells it (shared pages count once), else resident.
    """
    import psutil

    process = psutil.Popen(
        list(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env
    )
    most = 0
    while process.poll() is None:
        used = 0
        for one in [process, *_children(process)]:
            try:
                memory = one.memory_full_info()
                used += getattr(memory, "pss", memory.rss)
            except psutil.Error:
                continue
        most = max(most, used)
        time.sleep(0.01)
    return most / 1e6


def _children(process: Any) -> list[Any]:
    import psutil

    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def paired(runs: int, *subjects: Callable[[], float]) -> list[list[float]]:
    """Call each subject in turn, ``runs`` times, so that noise hits all alike."""
    for subject in subjects:
        subject()
    results: list[list[float]] = [[] for _ in subjects]
    for _ in range(runs):
        for index, subject in enumerate(subjects):
            results[index].append(subject())
    return results


def median_ratio(a: Sequence[float], b: Sequence[float]) -> float:
    """Median of the ratios of the pairs."""
    return statistics.median(x / y for x, y in zip(a, b, strict=True))


def write(topic: str, title: str, text: str) -> None:
    """Write the section of ``topic`` for BENCHMARKS.md."""
    RESULTS.mkdir(exist_ok=True)
    content = f"## {title}\n\n{machine()}\n\n{text.strip()}\n"
    (RESULTS / f"{topic}.md").write_text(content, "utf-8")
    sys.stdout.write(content)
