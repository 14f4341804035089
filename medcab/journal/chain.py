"""Hashes of the chain, and what verifying it finds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["GENESIS", "ChainProblem", "Verification", "canonical", "link"]

GENESIS: Final = bytes(32)


def canonical(content: Any) -> bytes:
    """Return the one byte form of JSON-able ``content`` that is hashed and stored."""
    return json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode("utf-8", "backslashreplace")


def link(number: int, previous: bytes, content: bytes) -> bytes:
    """Return the hash of record ``number``: SHA-256 over number, previous hash and content."""
    return hashlib.sha256(b"medcab.journal/1\0%d\0" % number + previous + content).digest()


@dataclass(frozen=True, slots=True)
class ChainProblem:
    """A place where the chain is broken.

    Attributes:
        kind: ``edited`` (content does not fit its hash), ``broken`` (does not follow the record
            before), ``missing`` (a number is left out), ``cut`` (the end is not the known head),
            ``seal`` (a sealed head is not in the chain), ``pruned`` (the records up to this number
            are gone and no record says who removed them), ``unreadable-seal`` (a seal kept in the
            journal), ``damaged`` (not readable).
        number: of the record.
    """

    kind: str
    number: int


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying the journal found.

    Attributes:
        records: how many were looked at.
        first: number of the first record (greater than 1 after pruning).
        head: hash of the last record, hexadecimal.
        problems: empty when the chain is whole.
    """

    records: int
    first: int
    head: str
    problems: tuple[ChainProblem, ...]

    @property
    def whole(self) -> bool:
        """True when nothing is wrong."""
        return not self.problems
