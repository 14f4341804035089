"""Whom to trust, said without loading anything heavy."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TrustOptions"]


@dataclass(frozen=True, slots=True)
class TrustOptions:
    """Whom to trust, and what is known of revocation.

    Attributes:
        trust: paths of trusted certificates, folders and lists of authorities.
        certificates: paths of certificates of authorities in between.
        crls: paths of revocation lists.
        revocation: ``require`` | ``prefer`` | ``none``.
        store: folder of a trust store, used where ``trust`` names nothing.
    """

    trust: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    crls: tuple[str, ...] = ()
    revocation: str = "prefer"
    store: str | None = None
