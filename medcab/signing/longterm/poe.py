"""Proofs of existence: what is known to have existed when (EN 319 102-1, 5.6.2.3).

A proof comes from a time-stamp that was validated, and from nothing else. Everything is known to
exist at the moment of validation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from medcab.signing.results import ProofOfExistence

__all__ = ["Proofs", "key_of"]


def key_of(data: bytes) -> bytes:
    """Name of an object in the set of proofs: the SHA-256 of its bytes."""
    return hashlib.sha256(data).digest()


class Proofs:
    """The set of proofs of one validation.

    Args:
        now: the moment of validation.
        base: proofs that are known already, such as those of the signature around a
            counter-signature.
    """

    __slots__ = ("known", "now")

    def __init__(self, now: datetime, base: Proofs | None = None) -> None:
        self.now = now
        self.known: dict[bytes, list[ProofOfExistence]] = {}
        if base is not None:
            self.known = {key: list(found) for key, found in base.known.items()}

    def add(self, keys: Iterable[bytes], moment: datetime, source: str) -> None:
        """Record that the objects existed at ``moment``."""
        if moment > self.now:
            return
        proof = ProofOfExistence(moment, source)
        for key in keys:
            self.known.setdefault(key, []).append(proof)

    def earliest(self, key: bytes) -> datetime:
        """The earliest moment at which the object is proven to have existed."""
        found = self.known.get(key)
        return self.now if not found else min(p.moment for p in found)

    def of(self, *keys: bytes) -> tuple[ProofOfExistence, ...]:
        """All proofs of one object (by any of its names), earliest first, current time last."""
        found = sorted((p for key in keys for p in self.known.get(key, ())), key=_moment)
        return (*found, ProofOfExistence(self.now, "current-time"))


def _moment(proof: ProofOfExistence) -> datetime:
    return proof.moment
