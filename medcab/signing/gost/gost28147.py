"""GOST 28147-89 (RFC 5830) and Magma (RFC 8891): the block cipher and the old modes.

Substitution and the rotation by eleven bits are joined into four tables of 256 words. Magma is
the same cipher with the TC26 S-box, big-endian words and the halves written the other way round.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from medcab.errors import SigningError
from medcab.text import N_

__all__ = [
    "SBOX_GOST94",
    "SBOX_OIDS",
    "SBOX_TEST",
    "Gost28147",
    "Magma",
    "cfb_decrypt",
    "cfb_encrypt",
    "diversify",
    "ecb_decrypt",
    "ecb_encrypt",
    "imit",
    "sbox_by_oid",
]

# Each row substitutes one half-byte, the lowest first (RFC 4357, section 11.2; RFC 7836, C).
SBOX_TEST: Final = (
    "42F59108E3BCD7A6 C9FE813A274D60B5 D8EC739A15246F0B E9B25F710DC6A438"
    " 3E59680DAB7C21F4 8F6B19C5D37A0E24 9BC0367548EF1A2D C652B09D3E7AF418"
).replace(" ", "")
SBOX_GOST94: Final = (
    "A4568137DCE092BF 5F402DB91763CEA8 7FCE94103B526A8D 4A7C0F28E165DB93"
    " 764B9C2A180EFD35 7624D9F0A15B8EC3 DE41705A3C8F629B 13A95B4F867ED02C"
).replace(" ", "")
_CRYPTOPRO_A: Final = (
    "96328B17A4EFC0D5 37E98AF0526CB4D1 E462B3D8CF5A0719 E7ACD13902B4F856"
    " B5198DF0E423C7A6 3ADC120B75948FE6 1D297A608C45F3BE BAF50CE8623917D4"
).replace(" ", "")
_CRYPTOPRO_B: Final = (
    "84B135092EACD67F 012A4D5C973FB86E EC0A92DB758F3614 750DB6123ACF4E98"
    " 27CF95AB140D68E3 83264DEBC17FA095 52AB91C374D06F8E 04BE8371A296FD5C"
).replace(" ", "")
_CRYPTOPRO_C: Final = (
    "1BC29D0F458EA763 017DB4528EFC9A63 825049FA37CD6E1B 36015DA8B297EFC4"
    " 8DB0451293CE6FA7 C9B18E247365A0FD A968DE20F35B41C7 7405A2FEC61BD938"
).replace(" ", "")
_CRYPTOPRO_D: Final = (
    "FC2A645079ED1B83 B634CFE27D805A91 1CB0FE65AD489372 15ECA70D62B493F8"
    " 0C89D2AB73654EF1 80F325EB1A47C9D6 306F1E92D8C4BA57 1A68FB04C3597D2E"
).replace(" ", "")
_TC26_Z: Final = (
    "C462A5B9E8D703F1 68239A5C1E47BD0F B3582FADE174C960 C821D4F670A53E9B"
    " 7F5A816D093EB42C 5DF692CAB78143E0 8E25691CF4B0DA37 17ED05834FA69CB2"
).replace(" ", "")

SBOX_OIDS: Final = {
    "1.2.643.2.2.31.0": SBOX_TEST,
    "1.2.643.2.2.31.1": _CRYPTOPRO_A,
    "1.2.643.2.2.31.2": _CRYPTOPRO_B,
    "1.2.643.2.2.31.3": _CRYPTOPRO_C,
    "1.2.643.2.2.31.4": _CRYPTOPRO_D,
    "1.2.643.7.1.2.5.1.1": _TC26_Z,
}
CRYPTOPRO_A: Final = _CRYPTOPRO_A

_MASK: Final = 0xFFFFFFFF
# RFC 4357, section 2.3.2.
_MESH: Final = bytes.fromhex("6900722264C904238D3ADB9646E92AC418FEAC9400ED0712C086DCC2EF4CA92B")
_MESH_PERIOD: Final = 1024


def sbox_by_oid(oid: str) -> str:
    """Return the S-box of a parameter set; SigningError when it is not known."""
    try:
        return SBOX_OIDS[oid]
    except KeyError:
        raise SigningError(
            N_("The parameter set {oid} of GOST 28147-89 is not known."), oid=oid
        ) from None


@lru_cache(maxsize=16)
def _tables(sbox: str) -> tuple[tuple[int, ...], ...]:
    rows = [[int(digit, 16) for digit in sbox[i : i + 16]] for i in range(0, 128, 16)]
    tables = []
    for n in range(4):
        low, high = rows[2 * n], rows[2 * n + 1]
        words = ((high[x >> 4] << 4 | low[x & 15]) << 8 * n for x in range(256))
        tables.append(tuple((w << 11 | w >> 21) & _MASK for w in words))
    return tuple(tables)


class Gost28147:
    """The block cipher with little-endian words.

    Args:
        key: 32 bytes.
        sbox: 128 hexadecimal digits, see :func:`sbox_by_oid`.
    """

    __slots__ = ("_decrypting", "_encrypting", "_tables", "sbox")
    block_size: Final = 8

    def __init__(self, key: bytes, sbox: str = _CRYPTOPRO_A) -> None:
        if len(key) != 32:
            raise ValueError("the key must be 32 bytes")
        words = tuple(int.from_bytes(key[i : i + 4], "little") for i in range(0, 32, 4))
        self._schedule(words, sbox)

    def _schedule(self, words: tuple[int, ...], sbox: str) -> None:
        self.sbox = sbox
        self._tables = _tables(sbox)
        self._encrypting = words * 3 + words[::-1]
        self._decrypting = words + words[::-1] * 3

    def _rounds(self, n1: int, n2: int, keys: tuple[int, ...]) -> tuple[int, int]:
        t0, t1, t2, t3 = self._tables
        for i in range(0, len(keys), 2):
            x = n1 + keys[i] & _MASK
            n2 ^= t0[x & 255] ^ t1[x >> 8 & 255] ^ t2[x >> 16 & 255] ^ t3[x >> 24]
            x = n2 + keys[i + 1] & _MASK
            n1 ^= t0[x & 255] ^ t1[x >> 8 & 255] ^ t2[x >> 16 & 255] ^ t3[x >> 24]
        return n1, n2

    def crypt_int(self, block: int) -> int:
        """Encrypt a block given as a little-endian integer."""
        n1, n2 = self._rounds(block & _MASK, block >> 32, self._encrypting)
        return n1 << 32 | n2

    def encrypt(self, block: bytes) -> bytes:
        """Encrypt one block of eight bytes."""
        return self.crypt_int(int.from_bytes(block, "little")).to_bytes(8, "little")

    def decrypt(self, block: bytes) -> bytes:
        """Decrypt one block of eight bytes."""
        value = int.from_bytes(block, "little")
        n1, n2 = self._rounds(value & _MASK, value >> 32, self._decrypting)
        return (n1 << 32 | n2).to_bytes(8, "little")

    def mac_step(self, state: int) -> int:
        """Sixteen rounds without the final exchange, as the authentication code needs."""
        n1, n2 = self._rounds(state & _MASK, state >> 32, self._encrypting[:16])
        return n2 << 32 | n1


class Magma(Gost28147):
    """Magma (RFC 8891): TC26 S-box, big-endian words.

    Args:
        key: 32 bytes.
    """

    __slots__ = ()

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("the key must be 32 bytes")
        words = tuple(int.from_bytes(key[i : i + 4], "big") for i in range(0, 32, 4))
        self._schedule(words, _TC26_Z)

    def encrypt(self, block: bytes) -> bytes:
        """Encrypt one block of eight bytes."""
        return self.crypt_int(int.from_bytes(block, "big")).to_bytes(8, "big")

    def decrypt(self, block: bytes) -> bytes:
        """Decrypt one block of eight bytes."""
        return super().decrypt(block[::-1])[::-1]


def ecb_encrypt(key: bytes, data: bytes, sbox: str = _CRYPTOPRO_A) -> bytes:
    """Encrypt whole blocks one by one (RFC 5830, section 5)."""
    cipher = Gost28147(key, sbox)
    return b"".join(cipher.encrypt(data[i : i + 8]) for i in range(0, len(data), 8))


def ecb_decrypt(key: bytes, data: bytes, sbox: str = _CRYPTOPRO_A) -> bytes:
    """Decrypt whole blocks one by one."""
    cipher = Gost28147(key, sbox)
    return b"".join(cipher.decrypt(data[i : i + 8]) for i in range(0, len(data), 8))


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=False))


def _cfb(key: bytes, iv: bytes, data: bytes, sbox: str, meshing: bool, decrypting: bool) -> bytes:
    cipher = Gost28147(key, sbox)
    out = bytearray()
    for at in range(0, len(data), 8):
        if meshing and at and at % _MESH_PERIOD == 0:
            key = b"".join(cipher.decrypt(_MESH[i : i + 8]) for i in range(0, 32, 8))
            cipher = Gost28147(key, sbox)
            iv = cipher.encrypt(iv)
        piece = data[at : at + 8]
        result = _xor(piece, cipher.encrypt(iv))
        out += result
        iv = piece if decrypting else result
    return bytes(out)


def cfb_encrypt(
    key: bytes, iv: bytes, data: bytes, sbox: str = _CRYPTOPRO_A, *, meshing: bool = True
) -> bytes:
    """CFB mode with CryptoPro key meshing every 1024 bytes (RFC 4357, section 2.3.2)."""
    return _cfb(key, iv, data, sbox, meshing, False)


def cfb_decrypt(
    key: bytes, iv: bytes, data: bytes, sbox: str = _CRYPTOPRO_A, *, meshing: bool = True
) -> bytes:
    """The inverse of :func:`cfb_encrypt`."""
    return _cfb(key, iv, data, sbox, meshing, True)


def imit(
    key: bytes, data: bytes, sbox: str = _CRYPTOPRO_A, *, iv: bytes = bytes(8), size: int = 4
) -> bytes:
    """Message authentication code of ``size`` bytes (RFC 5830, section 8).

    ``iv`` is the initial state, not zero in the key wrap of RFC 4357, section 6.1. Messages are
    shorter than the meshing period here, so there is no meshing.
    """
    cipher = Gost28147(key, sbox)
    state = int.from_bytes(iv, "little")
    data += bytes(-len(data) % 8)
    for i in range(0, len(data), 8):
        state = cipher.mac_step(state ^ int.from_bytes(data[i : i + 8], "little"))
    return state.to_bytes(8, "little")[:size]


def diversify(key: bytes, ukm: bytes, sbox: str = _CRYPTOPRO_A) -> bytes:
    """CryptoPro KEK diversification (RFC 4357, section 6.5): ``ukm`` is eight bytes."""
    for octet in ukm[:8]:
        ones = zeros = 0
        for j in range(8):
            word = int.from_bytes(key[4 * j : 4 * j + 4], "little")
            if octet >> j & 1:
                ones += word
            else:
                zeros += word
        iv = (ones & _MASK).to_bytes(4, "little") + (zeros & _MASK).to_bytes(4, "little")
        key = cfb_encrypt(key, iv, key, sbox, meshing=False)
    return key
