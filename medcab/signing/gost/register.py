"""Make GOST known: to our registry of algorithms and to asn1crypto's maps.

Importing this module registers; :func:`register` may be called any number of times, before or
after other libraries (pyhanko_certvalidator among them) have changed the same maps.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from medcab.signing.gost.algorithms import DIGESTS, KEYS, SIGNATURES
from medcab.signing.gost.keys import load_public_key

__all__ = ["register"]

_MARK: Final = "_medcab_gost"
# GOST R 34.10-2001 signatures were not to be made from 2019-12-31 on (letter of the Ministry of
# Digital Development and the FSB of 2018; the transition to GOST R 34.10-2012).
_WITHDRAWN_2001: Final = date(2020, 1, 1)


def register() -> None:
    """Register all GOST algorithms; doing it again changes nothing."""
    _register_ours()
    _register_asn1crypto()


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


def _extend(identifier: Any, names: dict[str, str]) -> None:
    # Lazily made reverse maps are kept in step, whoever was first.
    identifier._map.update(names)  # noqa: SLF001 - the only way asn1crypto has
    if identifier._reverse_map is not None:  # noqa: SLF001
        identifier._reverse_map.update({name: oid for oid, name in names.items()})  # noqa: SLF001


def _wrap(structure: Any, field: str, oid_of: Any) -> None:
    """Let ``structure`` parse ``field`` of GOST keys, which it otherwise meets with KeyError."""
    from asn1crypto import core

    callbacks = structure._spec_callbacks  # noqa: SLF001
    previous = callbacks[field]
    if getattr(previous, _MARK, False):
        return

    def spec(self: Any) -> Any:
        if oid_of(self) in KEYS:
            return core.OctetString if field == "public_key" else core.Any
        return previous(self)

    setattr(spec, _MARK, True)
    callbacks[field] = spec


def _register_asn1crypto() -> None:
    from asn1crypto import algos, keys

    kinds = {kind.oid: kind.family for kind in KEYS.values()}
    digests = {digest.oid: digest.code for digest in DIGESTS.values()}
    _extend(algos.DigestAlgorithmId, digests)
    _extend(algos.HmacAlgorithmId, {d.hmac_oid: d.code for d in DIGESTS.values()})
    _extend(
        algos.SignedDigestAlgorithmId,
        {signature.oid: signature.code for signature in SIGNATURES.values()},
    )
    _extend(keys.PublicKeyAlgorithmId, kinds)
    _extend(keys.PrivateKeyAlgorithmId, kinds)
    _wrap(keys.PublicKeyInfo, "public_key", lambda self: self["algorithm"]["algorithm"].dotted)
    _wrap(
        keys.PrivateKeyInfo,
        "private_key",
        lambda self: self["private_key_algorithm"]["algorithm"].dotted,
    )


register()
