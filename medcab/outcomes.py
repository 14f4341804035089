"""What a call in a worker may use, and what it may come to: values, never exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Died", "Done", "Limits", "OutOfMemory", "Outcome", "Raised", "TimedOut"]


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
