"""The key blob inside a .pfx exported by CryptoPro CSP.

After the outer encryption comes PrivateKeyInfo whose private key is a 16-byte header and a
structure with the key wrapped once more (RFC 4357, sections 6.1 to 6.5; R 50.1.113, section 5.4):
the key-encryption key is KDF_GOSTR3411_2012_256 of the password key for 2012 keys, the CryptoPro
diversification for 2001 keys; GOST 28147-89 in ECB with the CryptoPro-A S-box; a four-byte code
of authentication that starts from the UKM.
"""

from __future__ import annotations

from hmac import compare_digest
from typing import Final

from medcab.signing.gost import asn1, modes
from medcab.signing.gost.curves import OIDS, curve_by_oid
from medcab.signing.gost.gost28147 import diversify, ecb_decrypt, imit
from medcab.signing.gost.keys import KEY_KINDS, GostPrivateKey
from medcab.signing.gost.pbe import WrongPasswordError

__all__ = ["read_blob"]

_HEADER: Final = 16
_LABEL: Final = bytes.fromhex("26BDB878")
_2001: Final = "1.2.643.2.2.19"


def _scan(der: bytes) -> list[str]:
    """OIDs in a piece of DER, whatever tags are around them."""
    from asn1crypto import core

    found, at = [], 0
    while at + 2 < len(der):
        size = der[at + 1]
        if der[at] == 6 and 2 < size < 16 and at + 2 + size <= len(der):
            found.append(core.ObjectIdentifier.load(der[at : at + 2 + size]).native)
            at += 2 + size
        else:
            at += 1
    return found


def read_blob(data: bytes, key: bytes) -> list[GostPrivateKey]:
    """Open the decrypted key bag.

    Args:
        data: PrivateKeyInfo as CryptoPro writes it.
        key: 32 bytes derived from the password.

    Returns:
        candidates: the number read little-endian, and big-endian; the certificate decides.

    Raises:
        WrongPasswordError: the code of authentication does not fit.
        ValueError: malformed.
    """
    read = asn1.parse(asn1.PrivateKeyInfo, data)
    kind = KEY_KINDS.get(read["algorithm"]["algorithm"].native)
    content = read["private_key"].native
    if kind is None or len(content) <= _HEADER:
        raise ValueError("not a CryptoPro key")
    value = asn1.parse(asn1.CryptoProBlob, content[_HEADER:])["value"]
    ukm, enc, mac = value["ukm"].native, value["cek"]["enc"].native, value["cek"]["mac"].native
    if len(ukm) != 8 or len(enc) * 8 != kind.bits or len(mac) != 4:
        raise ValueError("not a CryptoPro key")
    kek = diversify(key, ukm) if kind.oid == _2001 else modes.kdf(key, _LABEL, ukm)
    raw = ecb_decrypt(kek, enc)
    if not compare_digest(imit(kek, raw, iv=ukm), mac):
        raise WrongPasswordError
    mentioned = _scan(value["parameters"].dump() + read["algorithm"]["parameters"].dump())
    sets = [oid for oid in mentioned if oid in OIDS and oid.startswith(kind.param_sets)]
    if not sets:
        raise ValueError("the key has no parameter set")
    order = curve_by_oid(sets[0]).q
    numbers = (int.from_bytes(raw, "little"), int.from_bytes(raw, "big"))
    return [GostPrivateKey(kind, sets[0], d) for d in numbers if 0 < d < order]
