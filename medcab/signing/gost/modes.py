"""Modes for Magma and Kuznyechik that key containers use, and the key derivations.

CTR with ACPKM re-keying is of RFC 8645, OMAC (CMAC) of GOST R 34.13-2015, the joint mode with a
code of authentication of RFC 9337, the derivations of RFC 7836.
"""

from __future__ import annotations

from hmac import compare_digest
from typing import Final, Protocol

from medcab.signing.gost import streebog

__all__ = [
    "BlockCipher",
    "ctr_acpkm",
    "ctr_acpkm_omac_decrypt",
    "ctr_acpkm_omac_encrypt",
    "kdf",
    "kdf_tree",
    "omac",
]

_ACPKM: Final = bytes(range(0x80, 0xA0))


class BlockCipher(Protocol):
    """A cipher class: made with a key, encrypts one block."""

    block_size: int

    def __init__(self, key: bytes) -> None: ...

    def encrypt(self, block: bytes, /) -> bytes:
        """Encrypt one block."""


def ctr_acpkm(cipher: type[BlockCipher], key: bytes, iv: bytes, data: bytes, section: int) -> bytes:
    """Encrypt or decrypt in CTR-ACPKM mode (RFC 8645, section 6.2.2).

    Args:
        cipher: Magma or Kuznyechik.
        key: 32 bytes.
        iv: half a block.
        data: of any length.
        section: bytes between changes of key, a multiple of the block size.
    """
    size = cipher.block_size
    instance = cipher(key)
    counter = int.from_bytes(iv, "big") << 8 * (size - len(iv))
    out = bytearray()
    for at in range(0, len(data), size):
        if at and at % section == 0:
            key = b"".join(instance.encrypt(_ACPKM[i : i + size]) for i in range(0, 32, size))
            instance = cipher(key)
        gamma = instance.encrypt(counter.to_bytes(size, "big"))
        out += bytes(x ^ y for x, y in zip(data[at : at + size], gamma, strict=False))
        counter = (counter + 1) % (1 << 8 * size)
    return bytes(out)


def omac(cipher: type[BlockCipher], key: bytes, data: bytes) -> bytes:
    """Full-block OMAC1, the «imitovstavka» of GOST R 34.13-2015, section 5.6."""
    size = cipher.block_size
    instance = cipher(key)
    polynomial = 0x1B if size == 8 else 0x87
    mask = (1 << 8 * size) - 1

    def double(value: int) -> int:
        return value << 1 & mask ^ (polynomial if value >> (8 * size - 1) else 0)

    subkey = double(int.from_bytes(instance.encrypt(bytes(size)), "big"))
    whole = max(0, (len(data) - 1) // size) * size
    last = data[whole:]
    if len(last) < size:
        subkey = double(subkey)
        last = (last + b"\x80").ljust(size, b"\0")
    state = 0
    for at in range(0, whole, size):
        block = state ^ int.from_bytes(data[at : at + size], "big")
        state = int.from_bytes(instance.encrypt(block.to_bytes(size, "big")), "big")
    final = state ^ int.from_bytes(last, "big") ^ subkey
    return instance.encrypt(final.to_bytes(size, "big"))


def kdf(key: bytes, label: bytes, seed: bytes) -> bytes:
    """KDF_GOSTR3411_2012_256 (RFC 7836, section 4.4): 32 bytes."""
    return streebog.hmac(256, key, b"\x01" + label + b"\x00" + seed + b"\x01\x00")


def kdf_tree(key: bytes, label: bytes, seed: bytes, size: int, width: int = 1) -> bytes:
    """KDF_TREE_GOSTR3411_2012_256 (RFC 7836, section 4.5).

    Args:
        key: the input key.
        label: purpose.
        seed: context.
        size: bytes to derive.
        width: bytes of the iteration counter (R).
    """
    bits = 8 * size
    length = bits.to_bytes((bits.bit_length() + 7) // 8, "big")
    blocks = (
        streebog.hmac(256, key, i.to_bytes(width, "big") + label + b"\x00" + seed + length)
        for i in range(1, -(-size // 32) + 1)
    )
    return b"".join(blocks)[:size]


def _omac_keys(key: bytes, seed: bytes) -> tuple[bytes, bytes]:
    derived = kdf_tree(key, b"kdf tree", seed, 64)
    return derived[:32], derived[32:]


def ctr_acpkm_omac_decrypt(
    cipher: type[BlockCipher], key: bytes, ukm: bytes, data: bytes, section: int
) -> bytes | None:
    """Decrypt and check (RFC 9337, section 5.1.2).

    Returns:
        The plaintext, or ``None`` when the code of authentication is wrong.
    """
    half = cipher.block_size // 2
    encryption, authentication = _omac_keys(key, ukm[half : half + 8])
    opened = ctr_acpkm(cipher, encryption, ukm[:half], data, section)
    plain, code = opened[: -cipher.block_size], opened[-cipher.block_size :]
    return plain if compare_digest(omac(cipher, authentication, plain), code) else None


def ctr_acpkm_omac_encrypt(
    cipher: type[BlockCipher], key: bytes, ukm: bytes, data: bytes, section: int
) -> bytes:
    """The inverse of :func:`ctr_acpkm_omac_decrypt`."""
    half = cipher.block_size // 2
    encryption, authentication = _omac_keys(key, ukm[half : half + 8])
    code = omac(cipher, authentication, data)
    return ctr_acpkm(cipher, encryption, ukm[:half], data + code, section)
