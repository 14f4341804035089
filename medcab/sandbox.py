"""Worker processes that may be killed: hostile files are opened there and nowhere else.

Workers are plain child processes (``python -c``, never a fork and never a re-import of the
caller's main module), started when there is work, kept for the next piece of work and replaced
when they die. Each runs under a limit of wall time, of memory and of the size of its answer.

Memory is bounded by the kernel where it can (Linux, ``RLIMIT_AS``); elsewhere the parent watches
the resident size of the workers and ends them. See ``docs/decisions/0003-sandbox.md``.
"""

from __future__ import annotations

import io
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, is_dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

__all__ = [
    "Died",
    "Done",
    "Limits",
    "OutOfMemory",
    "Outcome",
    "Raised",
    "Sandbox",
    "TimedOut",
]

HEADER: Final = 8
_WATCH_EVERY: Final = 0.05
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


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may use.

    Attributes:
        seconds: wall time of one call; 0 means no limit.
        memory: bytes of address space (Linux) or resident memory (elsewhere); 0: no limit.
        result: bytes of one pickled answer.
    """

    seconds: float = 20.0
    memory: int = 2 << 30
    result: int = 64 << 20


@dataclass(frozen=True, slots=True)
class Done:
    """The function returned ``value``."""

    value: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """The function raised ``error``; ``trace`` is its traceback as text, for the log."""

    error: Exception
    trace: str = ""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The call took longer than ``seconds`` and its worker was ended."""

    seconds: float


@dataclass(frozen=True, slots=True)
class OutOfMemory:
    """The call wanted more than ``bytes`` of memory."""

    bytes: int


@dataclass(frozen=True, slots=True)
class Died:
    """The worker died on its own with ``code`` (negative: a signal)."""

    code: int | None


Outcome = Done | Raised | TimedOut | OutOfMemory | Died


class Sandbox:
    """A pool of killable workers.

    Args:
        jobs: number of workers; None for one per usable core, 0 to run everything in this process
            (for tests and debugging: no limit holds there).
        limits: what one call may use.

    Use as a context manager; leaving it ends the workers. A sandbox may be used for any number of
    ``run`` and ``imap`` calls, one at a time.
    """

    def __init__(self, jobs: int | None = None, limits: Limits | None = None) -> None:
        self.jobs = usable_cores() if jobs is None else jobs
        self.limits = limits or Limits()
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._lock = threading.Lock()
        self._watch: threading.Thread | None = None
        self._closed = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close(kill=kind is not None)

    def run(self, function: Callable[..., Any], args: tuple[Any, ...] = ()) -> Outcome:
        """Call ``function(*args)`` in a worker and wait.

        ``function`` must be importable by name (top level of a module) and its arguments and
        result picklable. Never raises for what the function does: see :data:`Outcome`.
        """
        if self.jobs == 0:
            return _in_process(function, args, self.limits)
        frame = _request(function, args)
        worker = self._take()
        outcome: Outcome | None = None
        try:
            outcome = worker.call(frame, self.limits)
        finally:
            # No outcome: interrupted while waiting, the worker's answer would be a stranger's.
            self._give_back(worker, keep=outcome is not None and worker.alive)
        return outcome

    def imap(
        self, function: Callable[..., Any], argument_lists: Iterable[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Outcome]]:
        """Call ``function(*args)`` for each ``args``; yield (index, outcome) as they finish.

        The iterable is consumed as fast as workers become free, so it may be endless.
        """
        numbered = enumerate(argument_lists)
        if self.jobs <= 1:
            for index, args in numbered:
                yield index, self.run(function, args)
            return
        todo: queue.SimpleQueue[tuple[int, tuple[Any, ...]] | None] = queue.SimpleQueue()
        done: queue.SimpleQueue[tuple[int, Outcome | BaseException]] = queue.SimpleQueue()
        threads: list[threading.Thread] = []

        def serve() -> None:
            while (task := todo.get()) is not None:
                try:
                    done.put((task[0], self.run(function, task[1])))
                except BaseException as error:  # noqa: BLE001 - re-raised by the consumer
                    done.put((task[0], error))

        flying = 0
        try:
            for task in numbered:
                todo.put(task)
                flying += 1
                if len(threads) < min(self.jobs, flying):
                    threads.append(threading.Thread(target=serve, daemon=True))
                    threads[-1].start()
                if flying > self.jobs:
                    yield _unwrap(done.get())
                    flying -= 1
            while flying:
                yield _unwrap(done.get())
                flying -= 1
        finally:
            while not todo.empty():  # an early end: what has not begun never will
                todo.get()
            for _ in threads:
                todo.put(None)
            if flying:
                self._kill_busy()
            for thread in threads:
                thread.join(timeout=5)

    def close(self, *, kill: bool = False) -> None:
        """End all workers; ``kill`` does not let a running call finish."""
        self._closed.set()
        if kill:
            self._kill_busy()
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.dismiss()
        for worker in idle:
            worker.bury()

    def _take(self) -> _Worker:
        with self._lock:
            self._closed.clear()
            worker = self._idle.pop() if self._idle else None
            if worker is None:
                worker = _Worker(self.limits)
            self._busy.add(worker)
            if self._watch is None or not self._watch.is_alive():
                self._watch = threading.Thread(target=self._watching, daemon=True)
                self._watch.start()
            return worker

    def _give_back(self, worker: _Worker, *, keep: bool) -> None:
        with self._lock:
            self._busy.discard(worker)
            if keep and not self._closed.is_set():
                self._idle.append(worker)
                return
        worker.kill(None)
        worker.bury()

    def _kill_busy(self) -> None:
        with self._lock:
            busy = list(self._busy)
        for worker in busy:
            worker.kill(None)

    def _watching(self) -> None:
        """End workers that overrun; runs as a daemon thread while the sandbox is open."""
        while not self._closed.wait(_WATCH_EVERY):
            with self._lock:
                busy = list(self._busy)
            now = time.monotonic()
            for worker in busy:
                worker.enforce(now, self.limits)


class _Worker:
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
        self._deadline: float | None = None
        self._verdict: Outcome | None = None
        self._pid: int | None = None
        self.alive = True
        # Sent with the first call, not here: a child that cannot start must not raise here.
        self._hello: bytes | None = pickle.dumps(
            (list(sys.path), limits.seconds, limits.memory, limits.result)
        )

    def call(self, frame: bytes, limits: Limits) -> Outcome:
        try:
            if self._hello is not None:
                self._deadline = time.monotonic() + _START_GRACE
                self._send(self._hello)
                self._hello = None
                self._pid = int(self._receive(64))
            self._deadline = time.monotonic() + limits.seconds if limits.seconds else None
            self._send(frame)
            answer = _outcome(self._receive(limits.result + 4096))
        except (OSError, EOFError, ValueError):
            self.alive = False
            self._end()
            code = self.process.wait()
            return self._verdict or Died(code)
        finally:
            self._deadline = None
        if isinstance(answer, OutOfMemory):
            self.alive = False  # its heap is in pieces
        return answer

    def enforce(self, now: float, limits: Limits) -> None:
        if self._deadline is not None and now > self._deadline:
            self.kill(TimedOut(limits.seconds))
        elif not _KERNEL_BOUNDS_MEMORY and limits.memory and self._resident() > limits.memory:
            self.kill(OutOfMemory(limits.memory))

    def kill(self, verdict: Outcome | None) -> None:
        if self._verdict is None:
            self._verdict = verdict
        self._end()

    def dismiss(self) -> None:
        """Ask it to end: the end of its standard input is the sign."""
        try:
            self._in.close()
        except OSError:
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


def usable_cores() -> int:
    """Cores this process may use (at least 1)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


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


def _request(function: Callable[..., Any], args: tuple[Any, ...]) -> bytes:
    name = function.__qualname__
    if "<" in name or not function.__module__ or function.__module__ == "__main__":
        raise ValueError(f"not importable by name: {function.__module__}.{name}")
    return pickle.dumps((function.__module__, name, args), protocol=pickle.HIGHEST_PROTOCOL)


def _in_process(function: Callable[..., Any], args: tuple[Any, ...], limits: Limits) -> Outcome:
    try:
        return Done(function(*args))
    except MemoryError:
        return OutOfMemory(limits.memory)
    except Exception as error:  # noqa: BLE001 - the outcome carries it
        import traceback

        return Raised(error, traceback.format_exc())


def _unwrap(item: tuple[int, Outcome | BaseException]) -> tuple[int, Outcome]:
    index, outcome = item
    if isinstance(outcome, BaseException):
        raise outcome
    return index, outcome
