"""The key blob inside a .pfx exported by CryptoPro CSP.

After the outer encryption comes PrivateKeyInfo whose private key is a 16-byte header and a
structure with the key wrapped once more (RFC 4357, sections 6.1 to 6.5; R 50.1.113, section 5.4):
the key-encryption key is KDF_GOSTR3411_2012_256 of the password key for 2012 keys, the CryptoPro
diversification for 2001 keys; GOST 28147-89 in ECB with the CryptoPro-A S-box; a four-byte code
of authentication of the key that starts from the UKM, and one of the whole structure.
"""

from __future__ import annotations

from hmac import compare_digest
from typing import Final, NamedTuple

from medcab.signing import tlv
from medcab.signing.gost import asn1, modes
from medcab.signing.gost.curves import OIDS, curve_by_oid
from medcab.signing.gost.gost28147 import diversify, ecb_decrypt, imit
from medcab.signing.gost.keys import KEY_KINDS, GostPrivateKey
from medcab.signing.gost.pbe import WrongPasswordError

__all__ = ["read_blob"]

_HEADER: Final = 16
_LABEL: Final = bytes.fromhex("26BDB878")
_2001: Final = "1.2.643.2.2.19"


class _Wrapped(NamedTuple):
    """Parts of the blob: SEQUENCE { value SEQUENCE { ukm, SEQUENCE { enc, mac }, … }, code }."""

    ukm: bytes
    enc: bytes
    mac: bytes
    oids: list[str]
    value: bytes
    code: bytes


def _wrapped(blob: bytes) -> _Wrapped:
    outer = list(tlv.children(blob, *_inside(blob, 0, len(blob))))
    if [part[0] for part in outer] != [0x30, 4]:
        raise ValueError("not a CryptoPro key")
    (_, begin, inner, end), (_, _, code, last) = outer
    parts = list(tlv.children(blob, inner, end))
    if len(parts) < 2 or [part[0] for part in parts[:2]] != [4, 0x30]:
        raise ValueError("not a CryptoPro key")
    cek = list(tlv.children(blob, parts[1][2], parts[1][3]))
    if [part[0] for part in cek] != [4, 4]:
        raise ValueError("not a CryptoPro key")
    ukm, enc, mac = (blob[part[2] : part[3]] for part in (parts[0], *cek))
    oids = [o for part in parts[2:] if part[0] & 0x20 for o in _oids(blob, part[2], part[3], 0)]
    return _Wrapped(ukm, enc, mac, oids, blob[begin:end], blob[code:last])


def _inside(data: bytes, at: int, stop: int) -> tuple[int, int]:
    tag, start, end = tlv.read(data, at, stop)
    if tag != 0x30:
        raise ValueError("not a CryptoPro key")
    return start, end


def _oids(data: bytes, start: int, stop: int, depth: int) -> list[str]:
    """OIDs at any depth: programs differ in how they tag what is around them."""
    found: list[str] = []
    for tag, _, inner, end in tlv.children(data, start, stop, 50):
        if tag == 6:
            found.append(tlv.oid(data[inner:end]))
        elif tag & 0x20 and depth < 6:
            found += _oids(data, inner, end, depth + 1)
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
    blob = _wrapped(content[_HEADER:])
    ukm = blob.ukm
    if len(ukm) != 8 or len(blob.enc) * 8 != kind.bits or len(blob.mac) != 4:
        raise ValueError("not a CryptoPro key")
    kek = diversify(key, ukm) if kind.oid == _2001 else modes.kdf(key, _LABEL, ukm)
    raw = ecb_decrypt(kek, blob.enc)
    if not (
        compare_digest(imit(kek, raw, iv=ukm), blob.mac)
        and compare_digest(imit(kek, blob.value), blob.code)
    ):
        raise WrongPasswordError
    parameters = read["algorithm"]["parameters"].dump()
    mentioned = blob.oids + _oids(parameters, 0, len(parameters), 0)
    sets = [oid for oid in mentioned if oid in OIDS and oid.startswith(kind.param_sets)]
    if not sets:
        raise ValueError("the key has no parameter set")
    order = curve_by_oid(sets[0]).q
    numbers = (int.from_bytes(raw, "little"), int.from_bytes(raw, "big"))
    return [GostPrivateKey(kind, sets[0], d) for d in numbers if 0 < d < order]
