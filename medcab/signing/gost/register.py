"""Make GOST known: to our registry of algorithms and to asn1crypto's maps.

Importing this module registers; :func:`register` may be called any number of times.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from medcab.signing.gost.algorithms import DIGESTS, KEYS, SIGNATURES
from medcab.signing.gost.oids import register_names
from medcab.signing.gost.public import load_public_key

__all__ = ["register"]

# The transition to GOST R 34.10-2012: signatures under 34.10-2001 were made until the end of 2019.
_WITHDRAWN_2001: Final = date(2020, 1, 1)


def register() -> None:
    """Register all GOST algorithms; doing it again changes nothing."""
    _register_ours()
    register_names()


def _register_ours() -> None:
    from medcab.signing import algorithms as registry

    for digest in DIGESTS.values():
        sunset = _WITHDRAWN_2001 if digest.code == "gost94" else None
        registry.register_digest(
            registry.DigestAlgorithm(digest.oid, digest.name, digest.size, digest.new, sunset)
        )
    for signature in SIGNATURES.values():
        registry.register_signature(
            registry.SignatureAlgorithm(
                signature.oid,
                signature.name,
                signature.kind.family,
                signature.kind.digest_oid,
                from_key=signature.bare,
            )
        )
    for kind in KEYS.values():
        registry.register_key(registry.KeyAlgorithm(kind.oid, kind.name, load_public_key))
    registry.register_sunset("gost2001", (512, _WITHDRAWN_2001))

    from medcab.signing.gost.recipes import register_recipes

    register_recipes()


register()
