"""Kinds of GOST keys: OIDs, digests and parameter sets that belong together.

RFC 9215, sections 2 to 4; RFC 4491, section 2.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from medcab.errors import SigningError
from medcab.signing.gost import gost94, streebog
from medcab.signing.gost.curves import Curve, curve_by_oid
from medcab.text import N_

__all__ = [
    "GOST94",
    "KEY_KINDS",
    "STREEBOG256",
    "STREEBOG512",
    "KeyKind",
    "curve_of",
    "digest_of",
    "identifier",
    "kind_of",
]


@dataclass(frozen=True, slots=True)
class KeyKind:
    """A key algorithm.

    Attributes:
        oid: of the key; newer programs write it as the signature algorithm too.
        name: for people.
        family: name of the signature family in our registries.
        bits: 256 or 512.
        digest_oid: the digest that goes with the key.
        signature_oid: signature with that digest.
        param_sets: prefixes of the parameter sets allowed.
    """

    oid: str
    name: str
    family: str
    bits: int
    digest_oid: str
    signature_oid: str
    param_sets: tuple[str, ...]


_CRYPTOPRO: Final = ("1.2.643.2.2.35.", "1.2.643.2.2.36.")
STREEBOG256: Final = "1.2.643.7.1.1.2.2"
STREEBOG512: Final = "1.2.643.7.1.1.2.3"
GOST94: Final = "1.2.643.2.2.9"
_GOST94_PARAMS: Final = "1.2.643.2.2.30.1"

KEY_KINDS: Final = {
    kind.oid: kind
    for kind in (
        KeyKind(
            "1.2.643.7.1.1.1.1",
            "GOST R 34.10-2012 256",
            "gost2012_256",
            256,
            STREEBOG256,
            "1.2.643.7.1.1.3.2",
            ("1.2.643.7.1.2.1.1.", *_CRYPTOPRO),
        ),
        KeyKind(
            "1.2.643.7.1.1.1.2",
            "GOST R 34.10-2012 512",
            "gost2012_512",
            512,
            STREEBOG512,
            "1.2.643.7.1.1.3.3",
            ("1.2.643.7.1.2.1.2.",),
        ),
        KeyKind(
            "1.2.643.2.2.19",
            "GOST R 34.10-2001",
            "gost2001",
            256,
            GOST94,
            "1.2.643.2.2.3",
            _CRYPTOPRO,
        ),
    )
}


def digest_of(digest_oid: str, data: bytes) -> bytes:
    """Digest ``data`` with Streebog or GOST R 34.11-94; SigningError for another OID."""
    if digest_oid == STREEBOG256:
        return streebog.new(256, data).digest()
    if digest_oid == STREEBOG512:
        return streebog.new(512, data).digest()
    if digest_oid == GOST94:
        return gost94.new(data).digest()
    raise SigningError(N_("The digest {oid} is not a GOST one."), oid=digest_oid)


def kind_of(oid: str) -> KeyKind:
    """Return the kind of key with this OID; ValueError when it is not a GOST one."""
    try:
        return KEY_KINDS[oid]
    except KeyError:
        raise ValueError(f"{oid} is not a GOST key algorithm") from None


def curve_of(kind: KeyKind, parameters: Any) -> tuple[str, Curve]:
    """Read the parameters of a key (DER), refusing sets and digests that belong to another kind."""
    from medcab.signing.gost.asn1 import GostParameters, parse

    if parameters is None:
        raise ValueError("the key has no parameter set")
    read = parse(GostParameters, parameters)
    oid = read["public_key_param_set"].native
    if not oid.startswith(kind.param_sets):
        raise ValueError(f"parameter set {oid} does not belong to {kind.name}")
    digest = read["digest_param_set"].native
    allowed = {kind.digest_oid} if kind.oid != "1.2.643.2.2.19" else {_GOST94_PARAMS}
    if digest is not None and digest not in allowed:
        raise ValueError(f"digest parameter set {digest} does not belong to {kind.name}")
    try:
        return oid, curve_by_oid(oid)
    except SigningError as error:
        raise ValueError(str(error)) from None


def identifier(kind: KeyKind, curve_oid: str) -> dict[str, Any]:
    """AlgorithmIdentifier of a key, as RFC 9215 and RFC 4491 have it."""
    from medcab.signing.gost.asn1 import GostParameters

    parameters = {"public_key_param_set": curve_oid}
    if kind.oid == "1.2.643.2.2.19":
        parameters["digest_param_set"] = _GOST94_PARAMS
    elif curve_oid.startswith(_CRYPTOPRO):
        # RFC 9215, section 4.1: needed with the old sets, left out with the new ones.
        parameters["digest_param_set"] = kind.digest_oid
    return {"algorithm": kind.oid, "parameters": GostParameters(parameters)}
