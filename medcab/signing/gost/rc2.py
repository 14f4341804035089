"""RC2 decryption in CBC mode (RFC 2268): CryptoPro wraps *certificates* of a PFX with RC2-40.

Nothing secret is protected with it here; it is read because the file cannot be read otherwise.
"""

from __future__ import annotations

from typing import Final

__all__ = ["cbc_decrypt"]

_PI: Final = bytes.fromhex(
    "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2"
    "179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82"
    "54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626"
    "6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7"
    "08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec"
    "c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731"
    "2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9"
    "0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad"
)
_SHIFTS: Final = (1, 2, 3, 5)


def _expand(key: bytes) -> list[int]:
    bits = 8 * len(key)
    table = bytearray(key)
    while len(table) < 128:
        table.append(_PI[(table[-1] + table[-len(key)]) & 255])
    size = (bits + 7) // 8
    mask = 255 >> (8 * size - bits)
    table[128 - size] = _PI[table[128 - size] & mask]
    for i in range(127 - size, -1, -1):
        table[i] = _PI[table[i + 1] ^ table[i + size]]
    return [int.from_bytes(table[i : i + 2], "little") for i in range(0, 128, 2)]


def _decrypt(keys: list[int], block: bytes) -> bytes:
    r = [int.from_bytes(block[i : i + 2], "little") for i in range(0, 8, 2)]
    at = 63
    for number in range(16):
        for i in (3, 2, 1, 0):
            shift = _SHIFTS[i]
            word = (r[i] >> shift | r[i] << (16 - shift)) & 0xFFFF
            a, b, c = r[i - 1], r[i - 2], r[i - 3]
            r[i] = (word - keys[at] - (a & b) - (~a & c)) & 0xFFFF
            at -= 1
        if number in (4, 10):
            for i in (3, 2, 1, 0):
                r[i] = (r[i] - keys[r[i - 1] & 63]) & 0xFFFF
    return b"".join(word.to_bytes(2, "little") for word in r)


def cbc_decrypt(key: bytes, iv: bytes, data: bytes) -> bytes:
    """Decrypt; the effective key is as long as ``key``. Padding is left in place."""
    keys = _expand(key)
    out = bytearray()
    for at in range(0, len(data), 8):
        block = data[at : at + 8]
        out += bytes(x ^ y for x, y in zip(_decrypt(keys, block), iv, strict=True))
        iv = block
    return bytes(out)
