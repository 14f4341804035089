"""Names of GOST algorithms for asn1crypto, which knows none of them.

Light on purpose: whoever parses a certificate needs this, and nothing of the mathematics. May be
called any number of times, before or after other libraries (pyhanko_certvalidator among them)
have changed the same maps.
"""

from __future__ import annotations

from typing import Any, Final

from asn1crypto import algos, core, keys

__all__ = ["DIGEST_NAMES", "HMAC_NAMES", "KEY_NAMES", "SIGNATURE_NAMES", "register_names"]

KEY_NAMES: Final = {
    "1.2.643.7.1.1.1.1": "gost2012_256",
    "1.2.643.7.1.1.1.2": "gost2012_512",
    "1.2.643.2.2.19": "gost2001",
}
DIGEST_NAMES: Final = {
    "1.2.643.7.1.1.2.2": "streebog256",
    "1.2.643.7.1.1.2.3": "streebog512",
    "1.2.643.2.2.9": "gost94",
}
HMAC_NAMES: Final = {
    "1.2.643.7.1.1.4.1": "streebog256",
    "1.2.643.7.1.1.4.2": "streebog512",
    "1.2.643.2.2.10": "gost94",
}
SIGNATURE_NAMES: Final = {
    **KEY_NAMES,
    "1.2.643.7.1.1.3.2": "streebog256_gost2012_256",
    "1.2.643.7.1.1.3.3": "streebog512_gost2012_512",
    "1.2.643.2.2.3": "gost94_gost2001",
}
_MARK: Final = "_medcab_gost"


def _extend(identifier: Any, names: dict[str, str]) -> None:
    identifier._map.update(names)  # noqa: SLF001 - the only way asn1crypto has
    # The reverse map is made at first need: in step with the first, whoever came before.
    if identifier._reverse_map is not None:  # noqa: SLF001
        identifier._reverse_map.update({name: oid for oid, name in names.items()})  # noqa: SLF001


def _let_through(structure: Any, field: str, algorithm: str, spec: Any, other: Any) -> None:
    """Let ``structure`` be parsed with keys that asn1crypto answers with KeyError."""
    # The method is replaced, not only the callback: pyhanko_certvalidator, whenever it is
    # imported, puts a callback of its own there, which asks the method.
    method = f"_{field}_spec"
    previous = getattr(structure, method)
    if getattr(previous, _MARK, False):
        return

    def choose(self: Any) -> Any:
        if self[algorithm]["algorithm"].dotted in KEY_NAMES:
            return spec
        try:
            return previous(self)
        except KeyError:
            # An unknown kind of key does not make a certificate a damaged one.
            return other

    setattr(choose, _MARK, True)
    setattr(structure, method, choose)
    structure._spec_callbacks[field] = choose  # noqa: SLF001


def register_names() -> None:
    """Teach asn1crypto the GOST algorithms; doing it again changes nothing."""
    _extend(algos.DigestAlgorithmId, DIGEST_NAMES)
    _extend(algos.HmacAlgorithmId, HMAC_NAMES)
    _extend(algos.SignedDigestAlgorithmId, SIGNATURE_NAMES)
    _extend(keys.PublicKeyAlgorithmId, KEY_NAMES)
    _extend(keys.PrivateKeyAlgorithmId, KEY_NAMES)
    opaque = (core.OctetBitString, None)
    _let_through(keys.PublicKeyInfo, "public_key", "algorithm", core.OctetString, opaque)
    _let_through(
        keys.PrivateKeyInfo, "private_key", "private_key_algorithm", core.Any, core.OctetString
    )
