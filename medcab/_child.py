"""One worker process as its parent sees it; the other end is :mod:`medcab._worker`.

A call is a frame: eight bytes of length, the limits of the call, and a pickle. So is an answer, but
without limits, and it is unpickled as what a stranger sent.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import is_dataclass
from enum import Enum
from pathlib import Path
from typing import IO, Any, Final

from medcab.outcomes import Died, Done, Limits, Outcome, OutOfMemory, Raised, TimedOut

__all__ = ["HEADER", "LIMITS", "Child", "may_travel", "request"]

HEADER: Final = 8
LIMITS: Final = struct.Struct("!dQ")  # seconds, bytes of an answer
_START_GRACE: Final = 60.0  # a cold antivirus may hold the start of Python back for long
_KERNEL_BOUNDS_MEMORY: Final = sys.platform == "linux"
# The standard library comes first, and not from the current folder (-P): a file named pickle.py
# beside the documents must not be run. After that the copy of medcab that is running here.
_BOOT: Final = (
    "import faulthandler, importlib, os, pickle, queue, signal, subprocess, sys, threading\n"
    "import traceback\n"
    "sys.path.insert(0, {root!r})\n"
    "from medcab._worker import main\n"
    "main()"
)


class Child:
    """One child process, driven by one thread at a time."""

    def __init__(self, limits: Limits) -> None:
        root = str(Path(__file__).resolve().parent.parent)
        # One thread a worker: thread pools of numeric libraries only eat address space here.
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", _BOOT.format(root=root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **threads},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._in: IO[bytes] = self.process.stdin
        self._out: IO[bytes] = self.process.stdout
        self._memory = limits.memory
        self._deadline: float | None = None
        self._allowed = 0.0
        self._verdict: Outcome | None = None
        self._pid: int | None = None
        self._greeted = False
        self.alive = True
        self.seconds = 0.0  # that the last call took

    def greet(self, modules: tuple[str, ...] = ()) -> None:
        """Tell it what holds for all calls. A child that could not start shows with the first."""
        self._greeted = True
        hello = pickle.dumps((list(sys.path), self._memory, modules))
        with contextlib.suppress(OSError):
            self._send(hello)

    def call(self, frame: bytes, limits: Limits) -> Outcome:
        began = time.monotonic()
        try:
            if self._pid is None:
                self._allowed, self._deadline = _START_GRACE, began + _START_GRACE
                if not self._greeted:
                    self.greet()
                self._pid = int(self._receive(64))
            began = time.monotonic()
            self._allowed = limits.seconds
            self._deadline = began + limits.seconds if limits.seconds else None
            self._send(frame)
            answer = _outcome(self._receive(limits.result + 4096))
        except (OSError, EOFError, ValueError):
            self.alive = False
            self._end()
            code = self.process.wait()
            return self._verdict or Died(code)
        finally:
            self._deadline = None
            self.seconds = time.monotonic() - began
        if isinstance(answer, OutOfMemory):
            self.alive = False  # its heap is in pieces
        return answer

    def enforce(self, now: float, memory: int) -> None:
        if self._deadline is not None and now > self._deadline:
            self.kill(TimedOut(self._allowed))
        elif not _KERNEL_BOUNDS_MEMORY and memory and self._resident() > memory:
            self.kill(OutOfMemory(memory))

    def kill(self, verdict: Outcome | None) -> None:
        if self._verdict is None:
            self._verdict = verdict
        self._end()

    def bury(self) -> None:
        """Wait for the end and free the pipes."""
        try:
            self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._end()
            self.process.wait()
        for pipe in (self._in, self._out):
            try:
                pipe.close()
            except OSError:
                continue

    def _send(self, frame: bytes) -> None:
        self._in.write(len(frame).to_bytes(HEADER, "big") + frame)
        self._in.flush()

    def _receive(self, limit: int) -> bytes:
        size = int.from_bytes(_exactly(self._out, HEADER), "big")
        if size > limit:
            raise ValueError(size)
        return _exactly(self._out, size)

    def _resident(self) -> int:
        if self._pid is None:
            return 0
        import psutil

        try:
            return int(psutil.Process(self._pid).memory_info().rss)
        except psutil.Error:
            return 0

    def _end(self) -> None:
        try:
            self.process.kill()
            if self._pid is not None and self._pid != self.process.pid:
                # Windows: python.exe of a venv is a launcher, the worker is its child.
                import psutil

                try:
                    psutil.Process(self._pid).kill()
                except psutil.Error:
                    return
        except OSError:
            return


def request(function: Callable[..., Any], args: tuple[Any, ...], limits: Limits) -> bytes:
    """The frame of a call.

    Raises:
        ValueError: the function cannot be imported by its name.
    """
    name = function.__qualname__
    if "<" in name or not function.__module__ or function.__module__ == "__main__":
        raise ValueError(f"not importable by name: {function.__module__}.{name}")
    call = (function.__module__, name, args)
    packed = pickle.dumps(call, protocol=pickle.HIGHEST_PROTOCOL)
    return LIMITS.pack(limits.seconds, limits.result) + packed


class _Unpickler(pickle.Unpickler):
    """Rebuilds values, calls nothing else: a worker that a file took over stays one worker.

    What may be named are the classes of medcab (data, enumerations, errors), built-in errors and
    containers, and the value types below.
    """

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _VALUES:
            return super().find_class(module, name)
        if module == "builtins" or module.partition(".")[0] == "medcab":
            found = super().find_class(module, name)
            if isinstance(found, type) and (
                issubclass(found, BaseException | Enum | tuple) or is_dataclass(found)
            ):
                return found
        raise pickle.UnpicklingError(f"{module}.{name}")


_VALUES: Final = frozenset(
    {
        ("builtins", "set"),
        ("builtins", "frozenset"),
        ("builtins", "bytearray"),
        ("builtins", "complex"),
        ("builtins", "slice"),
        ("_codecs", "encode"),
        ("medcab.errors", "_rebuild"),
        ("collections", "OrderedDict"),
        ("datetime", "date"),
        ("datetime", "datetime"),
        ("datetime", "time"),
        ("datetime", "timedelta"),
        ("datetime", "timezone"),
        ("decimal", "Decimal"),
        ("fractions", "Fraction"),
        ("pathlib", "PosixPath"),
        ("pathlib", "WindowsPath"),
        ("pathlib", "PurePosixPath"),
        ("pathlib", "PureWindowsPath"),
    }
)


def may_travel(error: Exception) -> bool:
    """Whether an error comes through :class:`_Unpickler`."""
    return type(error).__module__.partition(".")[0] in ("builtins", "medcab")


def _outcome(frame: bytes) -> Outcome:
    """The answer in ``frame``. Raises ValueError for whatever is none."""
    try:
        answer = _Unpickler(io.BytesIO(frame)).load()
    except Exception as error:
        raise ValueError(type(error).__name__) from error
    if not isinstance(answer, Done | Raised | TimedOut | OutOfMemory | Died):
        raise ValueError(type(answer).__name__)
    return answer


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise EOFError
    return data
