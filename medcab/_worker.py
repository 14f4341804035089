"""The other end of :mod:`medcab.sandbox`: reads calls from standard input, answers on stdout.

Frames are eight bytes of length and a pickle. Standard output is taken away from the libraries
first, so that one that prints cannot break the conversation.
"""

from __future__ import annotations

import faulthandler
import importlib
import os
import pickle
import signal
import sys
import traceback
from typing import Any, BinaryIO

from medcab._child import HEADER, LIMITS, may_travel
from medcab.outcomes import Died, Done, Outcome, OutOfMemory, Raised

_TIMER_GRACE = 5.0


def main() -> None:
    """Serve calls until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    source = os.fdopen(os.dup(0), "rb")
    sink = os.fdopen(os.dup(1), "wb")
    nothing = open(os.devnull, "r+b", buffering=0)  # noqa: SIM115 - lives as long as the process
    os.dup2(nothing.fileno(), 0)
    os.dup2(nothing.fileno(), 1)
    hello = _receive(source)
    if hello is None:
        return
    path, memory, modules = pickle.loads(hello)  # noqa: S301 - from our parent
    sys.path[:] = path
    if memory:
        _bound_memory(memory)
    for module in modules:
        importlib.import_module(module)
    _send(sink, str(os.getpid()).encode())
    while (frame := _receive(source)) is not None:
        seconds, result_limit = LIMITS.unpack_from(frame)
        if seconds:
            # Ends this process even when the parent is gone or a library holds the lock.
            faulthandler.dump_traceback_later(seconds + _TIMER_GRACE, exit=True, file=nothing)
        outcome = _call(frame, memory)
        answer = _pack(outcome, result_limit)
        if seconds:
            faulthandler.cancel_dump_traceback_later()
        _send(sink, answer)
        if isinstance(outcome, OutOfMemory):
            return


def _call(frame: bytes, memory: int) -> Outcome:
    try:
        packed = memoryview(frame)[LIMITS.size :]
        module, name, args = pickle.loads(packed)  # noqa: S301 - from our parent
        function: Any = importlib.import_module(module)
        for part in name.split("."):
            function = getattr(function, part)
        return Done(function(*args))
    except MemoryError:
        return OutOfMemory(memory)
    except SystemExit as stop:
        return Died(stop.code if isinstance(stop.code, int) else 1)
    except Exception as error:  # noqa: BLE001 - the parent decides what it means
        return Raised(error, traceback.format_exc())


def _pack(outcome: Outcome, limit: int) -> bytes:
    if isinstance(outcome, Raised) and not may_travel(outcome.error):
        error = outcome.error
        said = f"{type(error).__name__}: {error}"[:1000]
        plain = OSError(said) if isinstance(error, OSError) else RuntimeError(said)
        outcome = Raised(plain, outcome.trace)
    try:
        answer = pickle.dumps(outcome, protocol=pickle.HIGHEST_PROTOCOL)
        if isinstance(outcome, Raised):
            pickle.loads(answer)  # noqa: S301 - some exceptions pickle but do not come back
    except MemoryError:
        return pickle.dumps(OutOfMemory(0))
    except Exception as error:  # noqa: BLE001 - anything may refuse to be pickled
        kept = outcome.error if isinstance(outcome, Raised) else error
        trace = outcome.trace if isinstance(outcome, Raised) else traceback.format_exc()
        answer = pickle.dumps(Raised(RuntimeError(f"{type(kept).__name__}: {kept}"[:1000]), trace))
    if len(answer) > limit:
        return pickle.dumps(Raised(OverflowError(f"the answer takes {len(answer)} bytes")))
    return answer


def _bound_memory(memory: int) -> None:
    if sys.platform != "linux":  # elsewhere the parent watches
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        memory = min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (memory, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _receive(source: BinaryIO) -> bytes | None:
    header = source.read(HEADER)
    if len(header) < HEADER:
        return None
    size = int.from_bytes(header, "big")
    frame = source.read(size)
    return frame if len(frame) == size else None


def _send(sink: BinaryIO, frame: bytes) -> None:
    sink.write(len(frame).to_bytes(HEADER, "big") + frame)
    sink.flush()
