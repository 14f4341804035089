"""Password-based decryption as PFX and PKCS#8 files with GOST keys have it.

PBES2 with Streebog (RFC 9337, RFC 9548), with SHA-2 and AES, the old schemes of PKCS#12
(RFC 7292, appendix B and C) that accompany GOST keys, and CryptoPro's own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

from medcab.errors import LimitError, SigningError
from medcab.signing.gost import asn1, gost94, modes, streebog
from medcab.signing.gost.gost28147 import Magma, cfb_decrypt, sbox_by_oid
from medcab.signing.gost.kuznyechik import Kuznyechik
from medcab.text import N_

__all__ = ["CRYPTOPRO_PBE", "Decryptor", "WrongPasswordError", "pkcs12_kdf"]

CRYPTOPRO_PBE: Final = "1.2.840.113549.1.12.1.80"
_PBES2: Final = "1.2.840.113549.1.5.13"
_PBKDF2: Final = "1.2.840.113549.1.5.12"
_STREEBOG_PRF: Final = {"1.2.643.7.1.1.4.1": 256, "1.2.643.7.1.1.4.2": 512}
_SHA1_PRF: Final = "1.2.840.113549.2.7"
_GOST94_PRF: Final = "1.2.643.2.2.10"
_SHA_PRF: Final = {
    _SHA1_PRF: "sha1",
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
}
_AES: Final = {
    "2.16.840.1.101.3.4.1.2": 16,
    "2.16.840.1.101.3.4.1.22": 24,
    "2.16.840.1.101.3.4.1.42": 32,
}
_3DES: Final = "1.2.840.113549.3.7"
_GOST89: Final = "1.2.643.2.2.21"
# cipher, bytes between changes of key (RFC 9337, section 5.1), with code of authentication
_ACPKM: Final[dict[str, tuple[Any, int, bool]]] = {
    "1.2.643.7.1.1.5.1.1": (Magma, 8 * 1024, False),
    "1.2.643.7.1.1.5.1.2": (Magma, 8 * 1024, True),
    "1.2.643.7.1.1.5.2.1": (Kuznyechik, 256 * 1024, False),
    "1.2.643.7.1.1.5.2.2": (Kuznyechik, 256 * 1024, True),
}
# RFC 7292, appendix C: bytes of key, RC2 instead of triple DES.
_PKCS12_PBE: Final = {
    "1.2.840.113549.1.12.1.3": (24, False),
    "1.2.840.113549.1.12.1.4": (16, False),
    "1.2.840.113549.1.12.1.5": (16, True),
    "1.2.840.113549.1.12.1.6": (5, True),
}
_MAX_SHA_ROUNDS: Final = 10_000_000
_MAX_TOTAL: Final = {True: 8_000_000, False: 80_000}


class WrongPasswordError(Exception):
    """The password (or the data) is wrong; for use inside the package."""


def pkcs12_kdf(
    make: Callable[[], Any], block: int, password: bytes, salt: bytes, rounds: int, use: int,
    size: int,
) -> bytes:  # fmt: skip
    """Key derivation of RFC 7292, appendix B.2.

    Args:
        make: makes an incremental hash.
        block: its block size.
        password: BMPString with two zero bytes at the end.
        salt: any.
        rounds: iterations.
        use: 1 key, 2 initialisation vector, 3 MAC key.
        size: bytes to derive.
    """

    def fill(data: bytes) -> bytes:
        return (data * (block // max(1, len(data)) + 1) * -(-len(data) // block))[
            : block * -(-len(data) // block)
        ]

    state = bytearray(fill(salt) + fill(password))
    out = b""
    while True:
        a = bytes([use]) * block + bytes(state)
        for _ in range(rounds):
            digest = make()
            digest.update(a)
            a = digest.digest()
        out += a
        if len(out) >= size:
            return out[:size]
        b = int.from_bytes((a * (block // len(a) + 1))[:block], "big") + 1
        for at in range(0, len(state), block):
            total = int.from_bytes(state[at : at + block], "big") + b
            state[at : at + block] = (total % (1 << 8 * block)).to_bytes(block, "big")


def _unpad(data: bytes, block: int) -> bytes:
    pad = data[-1] if data else 0
    if not 1 <= pad <= block or data[-pad:] != bytes([pad]) * pad:
        raise WrongPasswordError
    return data[:-pad]


def _unsupported(oid: str) -> SigningError:
    return SigningError(
        N_("The key container is encrypted with the algorithm {oid}, which is not supported."),
        hint=N_("Export the key anew in the program that made the file."),
        oid=oid,
    )


class Decryptor:
    """Decrypts parts of one file with one password, counting the work that the file asks for.

    Args:
        password: as typed.
    """

    def __init__(self, password: str) -> None:
        self._utf8 = password.encode("utf-8")
        self._utf16le = password.encode("utf-16-le", "surrogatepass")
        self.bmp = password.encode("utf-16-be", "surrogatepass") + b"\0\0"
        self._spent = 0
        self._cryptopro: dict[tuple[bytes, int], bytes] = {}

    def spend(self, rounds: int, *, slow: bool = False) -> None:
        """Count iterations; LimitError when the file asks for too many."""
        if rounds < 1:
            raise ValueError("rounds must be positive")
        native = streebog.active().native
        limit = _MAX_SHA_ROUNDS
        if slow:
            limit = _MAX_TOTAL[native]
            self._spent += rounds
        if rounds > limit or self._spent > _MAX_TOTAL[native]:
            raise LimitError(
                N_("The key container asks for {rounds} iterations; at most {limit} are done."),
                hint=N_("Export the key anew with fewer iterations (2000 is usual)."),
                rounds=rounds,
                limit=limit,
            )

    def pbkdf2(self, prf: str, salt: bytes, rounds: int, size: int) -> bytes:
        """PBKDF2 with the HMAC whose OID is ``prf``."""
        if prf in _STREEBOG_PRF:
            self.spend(rounds, slow=True)
            return streebog.pbkdf2(_STREEBOG_PRF[prf], self._utf8, salt, rounds, size)
        if prf == _GOST94_PRF:
            return gost94.pbkdf2(self._utf8, salt, rounds, size)
        if prf in _SHA_PRF:
            self.spend(rounds)
            return hashlib.pbkdf2_hmac(_SHA_PRF[prf], self._utf8, salt, rounds, size)
        raise _unsupported(prf)

    def decrypt(self, algorithm: Any, data: bytes) -> bytes:
        """Decrypt ``data`` under an AlgorithmIdentifier.

        Raises:
            WrongPasswordError: padding or code of authentication do not fit.
            SigningError: the algorithm is not supported.
            LimitError: too many iterations.
            ValueError: malformed parameters.
        """
        oid = algorithm["algorithm"].native
        parameters = algorithm["parameters"].dump()
        if oid == _PBES2:
            return self._pbes2(asn1.parse(asn1.Pbes2Parameters, parameters), data)
        if oid in _PKCS12_PBE:
            return self._pkcs12(oid, asn1.parse(asn1.PbeParameters, parameters), data)
        if oid == CRYPTOPRO_PBE:
            read = asn1.parse(asn1.PbeParameters, parameters)
            salt = read["salt"].native
            if len(salt) < 8:
                raise ValueError("short salt")
            key = self.cryptopro_key(salt, read["iterations"].native)
            return cfb_decrypt(key, salt[:8], data)
        raise _unsupported(oid)

    def cryptopro_key(self, salt: bytes, rounds: int) -> bytes:
        """CryptoPro's derivation: chained GOST R 34.11-94 over key, salt and a 16-bit counter."""
        known = self._cryptopro.get((salt, rounds))
        if known is not None:
            return known
        self.spend(rounds, slow=True)
        if rounds > 0xFFFF:
            raise ValueError("the counter has sixteen bits")
        key = self._utf16le
        for i in range(1, rounds + 1):
            key = gost94.new(key + salt + i.to_bytes(2, "big")).digest()
        self._cryptopro[salt, rounds] = key
        return key

    def _pbes2(self, read: Any, data: bytes) -> bytes:
        if read["kdf"]["algorithm"].native != _PBKDF2:
            raise _unsupported(read["kdf"]["algorithm"].native)
        kdf = asn1.parse(asn1.Pbkdf2Parameters, read["kdf"]["parameters"].dump())
        prf = _SHA1_PRF if asn1.is_absent(kdf["prf"]) else kdf["prf"]["algorithm"].native
        scheme = read["scheme"]["algorithm"].native
        parameters = read["scheme"]["parameters"].dump()
        size = _AES.get(scheme, 24 if scheme == _3DES else 32)

        def key() -> bytes:
            return self.pbkdf2(prf, kdf["salt"].native, kdf["iterations"].native, size)

        if scheme == _GOST89:
            params = asn1.parse(asn1.Gost28147Parameters, parameters)
            iv, sbox = params["iv"].native, sbox_by_oid(params["param_set"].native)
            if len(iv) != 8:
                raise ValueError("the initialisation vector must be 8 bytes")
            return cfb_decrypt(key(), iv, data, sbox)
        if scheme in _ACPKM:
            cipher, section, authenticated = _ACPKM[scheme]
            ukm = asn1.parse(asn1.Gost3412Parameters, parameters)["ukm"].native
            half = cipher.block_size // 2
            if len(ukm) < half + (8 if authenticated else 0):
                raise ValueError("short ukm")
            if not authenticated:
                return modes.ctr_acpkm(cipher, key(), ukm[:half], data, section)
            plain = modes.ctr_acpkm_omac_decrypt(cipher, key(), ukm, data, section)
            if plain is None:
                raise WrongPasswordError
            return plain
        if scheme in _AES or scheme == _3DES:
            from asn1crypto import core

            iv = asn1.parse(core.OctetString, parameters).native
            return _block_cipher(scheme in _AES, key(), iv, data)
        raise _unsupported(scheme)

    def _pkcs12(self, oid: str, read: Any, data: bytes) -> bytes:
        from medcab.signing.gost import rc2

        size, is_rc2 = _PKCS12_PBE[oid]
        salt, rounds = read["salt"].native, read["iterations"].native
        self.spend(rounds)
        key = pkcs12_kdf(hashlib.sha1, 64, self.bmp, salt, rounds, 1, size)
        iv = pkcs12_kdf(hashlib.sha1, 64, self.bmp, salt, rounds, 2, 8)
        if is_rc2:
            if len(data) % 8:
                raise ValueError("not whole blocks")
            return _unpad(rc2.cbc_decrypt(key, iv, data), 8)
        return _block_cipher(False, key if size == 24 else key + key[:8], iv, data)


def _block_cipher(aes: bool, key: bytes, iv: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    cipher: Any = algorithms.AES(key) if aes else TripleDES(key)
    block = cipher.block_size // 8
    if len(iv) != block or not data or len(data) % block:
        raise ValueError("not whole blocks")
    reader = Cipher(cipher, modes.CBC(iv)).decryptor()
    return _unpad(reader.update(data) + reader.finalize(), block)
