"""Worker processes that may be killed: hostile files are opened there and nowhere else.

Workers are plain child processes (``python -c``, never a fork and never a re-import of the
caller's main module), started when there is work, kept for the next piece of work and replaced
when they die. Each runs under a limit of wall time, of memory and of the size of its answer.

Memory is bounded by the kernel where it can (Linux, ``RLIMIT_AS``); elsewhere the parent watches
the resident size of the workers and ends them. See ``docs/decisions/0003-sandbox.md``.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from medcab._child import Child, request
from medcab.outcomes import Died, Done, Limits, Outcome, OutOfMemory, Raised, TimedOut

__all__ = [
    "Answer",
    "Call",
    "Died",
    "Done",
    "Limits",
    "OutOfMemory",
    "Outcome",
    "Raised",
    "Sandbox",
    "TimedOut",
]

_WATCH_EVERY: Final = 0.05


@dataclass(frozen=True, slots=True)
class Call:
    """A piece of work for :meth:`Sandbox.serve`.

    Attributes:
        key: by which the caller knows it again.
        function: importable by name.
        args: its arguments.
        limits: None for those of the sandbox; the memory of a worker is bounded once and for all.
    """

    key: Any
    function: Callable[..., Any]
    args: tuple[Any, ...]
    limits: Limits | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a call: ``seconds`` of wall time in the worker, its start left out."""

    call: Call
    outcome: Outcome
    seconds: float


class Sandbox:
    """A pool of killable workers.

    Args:
        jobs: number of workers; None for one per usable core, 0 to run everything in this process
            (for tests and debugging: no limit holds there).
        limits: what one call may use.

    Use as a context manager; leaving it ends the workers. A sandbox may be used for any number of
    ``run``, ``imap`` and ``serve`` calls, one at a time.
    """

    def __init__(self, jobs: int | None = None, limits: Limits | None = None) -> None:
        self.jobs = usable_cores() if jobs is None else jobs
        self.limits = limits or Limits()
        self._idle: list[Child] = []
        self._busy: set[Child] = set()
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

    def warm(self, modules: Sequence[str] = (), most: int | None = None) -> None:
        """Start workers now, and let them import ``modules`` while the caller is busy.

        Args:
            modules: that their work will need.
            most: how many workers there will be work for; None for all.
        """
        with self._lock:
            wanted = self.jobs if most is None else min(most, self.jobs)
            missing = wanted - len(self._idle) - len(self._busy)
            for _ in range(missing):
                worker = Child(self.limits)
                worker.greet(tuple(modules))
                self._idle.append(worker)

    def run(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...] = (),
        limits: Limits | None = None,
    ) -> Outcome:
        """Call ``function(*args)`` in a worker and wait.

        ``function`` must be importable by name (top level of a module) and its arguments and
        result picklable. Never raises for what the function does: see :data:`Outcome`.
        """
        return self._timed(Call(None, function, args, limits)).outcome

    def imap(
        self,
        function: Callable[..., Any],
        argument_lists: Iterable[tuple[Any, ...]],
        limits: Limits | None = None,
    ) -> Iterator[tuple[int, Outcome]]:
        """Call ``function(*args)`` for each ``args``; yield (index, outcome) as they finish.

        The iterable is consumed as fast as workers become free, so it may be endless.
        """
        calls = (Call(n, function, args, limits) for n, args in enumerate(argument_lists))
        for answer in self.serve(lambda: next(calls, None)):
            yield answer.call.key, answer.outcome

    def serve(self, ask: Callable[[], Call | None]) -> Iterator[Answer]:
        """Do the calls that ``ask`` hands out; yield what became of them as they finish.

        ``ask`` is called in this thread whenever there is room for work. After it has answered
        None it is asked again when the next call is done, which may have brought forth others;
        the end is reached when it answers None and nothing is under way.
        """
        if self.jobs <= 1:
            while (call := ask()) is not None:
                yield self._timed(call)
            return
        todo: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        done: queue.SimpleQueue[Answer | BaseException] = queue.SimpleQueue()
        threads: list[threading.Thread] = []

        def work() -> None:
            while (task := todo.get()) is not None:
                try:
                    done.put(self._timed(task))
                except BaseException as error:  # noqa: BLE001 - re-raised by the consumer
                    done.put(error)

        flying = 0
        try:
            while True:
                # One more than there are workers: none waits while the caller thinks.
                while flying <= self.jobs and (call := ask()) is not None:
                    todo.put(call)
                    flying += 1
                    if len(threads) < min(self.jobs, flying):
                        threads.append(threading.Thread(target=work, daemon=True))
                        threads[-1].start()
                if not flying:
                    return
                answer = done.get()
                flying -= 1
                if isinstance(answer, BaseException):
                    raise answer
                yield answer
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
        for worker in idle:  # killed as well: they hold nothing, and Python takes its time to end
            worker.kill(None)
        for worker in idle:
            worker.bury()

    def _timed(self, call: Call) -> Answer:
        limits = call.limits or self.limits
        if self.jobs == 0:
            began = time.monotonic()
            outcome = _in_process(call.function, call.args, limits)
            return Answer(call, outcome, time.monotonic() - began)
        frame = request(call.function, call.args, limits)
        worker = self._take()
        ended: Outcome | None = None
        try:
            ended = worker.call(frame, limits)
        finally:
            # No outcome: interrupted while waiting, the worker's answer would be a stranger's.
            self._give_back(worker, keep=ended is not None and worker.alive)
        return Answer(call, ended, worker.seconds)

    def _take(self) -> Child:
        with self._lock:
            self._closed.clear()
            worker = self._idle.pop() if self._idle else None
            if worker is None:
                worker = Child(self.limits)
            self._busy.add(worker)
            if self._watch is None or not self._watch.is_alive():
                self._watch = threading.Thread(target=self._watching, daemon=True)
                self._watch.start()
            return worker

    def _give_back(self, worker: Child, *, keep: bool) -> None:
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
                worker.enforce(now, self.limits.memory)


def usable_cores() -> int:
    """Cores this process may use (at least 1)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def _in_process(function: Callable[..., Any], args: tuple[Any, ...], limits: Limits) -> Outcome:
    try:
        return Done(function(*args))
    except MemoryError:
        return OutOfMemory(limits.memory)
    except Exception as error:  # noqa: BLE001 - the outcome carries it
        import traceback

        return Raised(error, traceback.format_exc())
