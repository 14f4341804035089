"""Passwords, key derivation and ciphers of PKCS#12 files.

Sources: RFC 7292, appendices B and C; RFC 8018 (PBES2, PBKDF2); RFC 9579 (PBMAC1).

Programs disagree about passwords that are not ASCII. The standard says BMPString; old ones put
each byte of the system's encoding (cp1251, cp866, UTF-8) into a character of its own, and for
PBES2 take the bytes of whatever encoding. All of these are tried, the standard one first.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from asn1crypto import algos, core

from medcab.errors import LimitError, SigningError
from medcab.signing.gost.pbe import pkcs12_kdf
from medcab.text import N_

__all__ = ["Budget", "Secret", "WrongPasswordError", "decrypt", "mac_matches", "secrets_of"]

_MAX_ITERATIONS: Final = 1_000_000
_MAX_TOTAL: Final = 4_000_000
_PBES2: Final = "1.2.840.113549.1.5.13"
_PBKDF2: Final = "1.2.840.113549.1.5.12"
_PBMAC1: Final = "1.2.840.113549.1.5.14"
_HMACS: Final = {
    "1.2.840.113549.2.7": "sha1",
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
}
_DIGESTS: Final = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
# RFC 7292, appendix C: cipher and bytes of key.
_PBE: Final = {
    "1.2.840.113549.1.12.1.3": ("3des", 24),
    "1.2.840.113549.1.12.1.4": ("3des", 16),
    "1.2.840.113549.1.12.1.5": ("rc2", 16),
    "1.2.840.113549.1.12.1.6": ("rc2", 5),
}
_CIPHERS: Final = {
    "2.16.840.1.101.3.4.1.2": ("aes", 16),
    "2.16.840.1.101.3.4.1.22": ("aes", 24),
    "2.16.840.1.101.3.4.1.42": ("aes", 32),
    "1.2.840.113549.3.7": ("3des", 24),
}


class WrongPasswordError(Exception):
    """The password, or what it should open, is wrong; for use inside the package."""


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """One reading of a password.

    Attributes:
        encoding: which reading, for the report.
        wide: for the key derivation of PKCS#12.
        narrow: for PBKDF2.
    """

    encoding: str
    wide: bytes
    narrow: bytes

    def __repr__(self) -> str:
        return f"<Secret read as {self.encoding}>"


def secrets_of(password: str | bytes) -> tuple[Secret, ...]:
    """All readings of a password, the standard one first, each once."""
    if isinstance(password, bytes):
        try:
            typed = password.decode("utf-8")
        except UnicodeDecodeError:
            typed = password.decode("cp1251", "replace")
    else:
        typed = password
    if not typed:
        # RFC 7292 wants the terminating zeros; some programs leave them out.
        return Secret("empty", b"\0\0", b""), Secret("empty", b"", b"")
    found: dict[tuple[bytes, bytes], Secret] = {}

    def add(encoding: str, wide: bytes, narrow: bytes) -> None:
        found.setdefault((wide, narrow), Secret(encoding, wide, narrow))

    text = unicodedata.normalize("NFC", typed)
    for form in dict.fromkeys((typed, text, unicodedata.normalize("NFD", typed))):
        add("unicode", _bmp(form), form.encode("utf-8", "surrogatepass"))
    for encoding in ("utf-8", "cp1251", "cp866", "koi8-r"):
        try:
            octets = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        add(encoding, _bmp(octets.decode("latin-1")), octets)
        add(encoding, _bmp(text), octets)
    return tuple(found.values())


def _bmp(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass") + b"\0\0"


class Budget:
    """Counts iterations of key derivation, so that a file cannot keep us busy on purpose."""

    def __init__(self) -> None:
        self._spent = 0

    def check(self, iterations: int) -> int:
        """Refuse a count that is too high before anything is computed.

        Raises:
            LimitError: more than 1 000 000.
            ValueError: less than one.
        """
        if iterations < 1:
            raise ValueError("iterations")
        if iterations > _MAX_ITERATIONS:
            raise LimitError(
                N_("The key file asks for {count} iterations; at most {limit} are made."),
                hint=N_("Ask the certification authority for the file made in the usual way."),
                count=iterations,
                limit=_MAX_ITERATIONS,
            )
        return iterations

    def spend(self, iterations: int, times: int = 1) -> int:
        """Count a derivation that runs ``times`` through its iterations.

        Raises:
            LimitError: the file as a whole asks for too much.
        """
        self._spent += self.check(iterations) * times
        if self._spent > _MAX_TOTAL:
            raise LimitError(
                N_("Opening the key file would take too long: over {limit} iterations."),
                limit=_MAX_TOTAL,
            )
        return iterations


def _unsupported(oid: str) -> SigningError:
    return SigningError(
        N_("The key file is protected with an algorithm that is not supported: {oid}."),
        hint=N_("Export the key again, protected with AES-256 and SHA-256."),
        oid=oid,
    )


def _kdf12(secret: Secret, name: str, salt: bytes, rounds: int, use: int, size: int) -> bytes:
    block = hashlib.new(name, usedforsecurity=False).block_size
    return pkcs12_kdf(
        lambda: hashlib.new(name, usedforsecurity=False),
        block, secret.wide, salt, rounds, use, size,
    )  # fmt: skip


def _pbkdf2(secret: Secret, parameters: Any, size: int, budget: Budget) -> bytes:
    salt = parameters["salt"]
    if salt.name != "specified":
        raise _unsupported(_PBKDF2)
    oid = parameters["prf"]["algorithm"].dotted
    if oid not in _HMACS:
        raise _unsupported(oid)
    rounds = budget.spend(parameters["iteration_count"].native)
    length = parameters["key_length"].native
    if length is not None and length != size:
        raise ValueError("key length")
    return hashlib.pbkdf2_hmac(_HMACS[oid], secret.narrow, salt.native, rounds, size)


class _Pbmac1Params(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012 - asn1crypto wants a list
        ("key_derivation_func", algos.KdfAlgorithm),
        ("message_auth_scheme", algos.HmacAlgorithm),
    ]


def mac_matches(mac: Any, content: bytes, secret: Secret, budget: Budget) -> bool:
    """Tell whether the MAC over ``content`` fits the password (RFC 7292 5.1; RFC 9579).

    Raises:
        SigningError: the algorithm is not supported.
        LimitError: too many iterations.
        ValueError: the structure is malformed.
    """
    info = mac["mac"]
    oid = info["digest_algorithm"]["algorithm"].dotted
    expected = info["digest"].native
    if oid == _PBMAC1:
        parameters = _Pbmac1Params.load(info["digest_algorithm"]["parameters"].dump())
        scheme = parameters["message_auth_scheme"]["algorithm"].dotted
        function = parameters["key_derivation_func"]
        if scheme not in _HMACS or function["algorithm"].dotted != _PBKDF2:
            raise _unsupported(oid)
        name = _HMACS[scheme]
        size = function["parameters"]["key_length"].native or 0
        if not 16 <= size <= 128:
            raise ValueError("key length")
        key = _pbkdf2(secret, function["parameters"], size, budget)
    else:
        if oid not in _DIGESTS:
            raise _unsupported(oid)
        name = _DIGESTS[oid]
        rounds = budget.spend(mac["iterations"].native)
        size = hashlib.new(name, usedforsecurity=False).digest_size
        key = _kdf12(secret, name, mac["mac_salt"].native, rounds, 3, size)
    return hmac.compare_digest(hmac.digest(key, content, name), expected)


def decrypt(algorithm: Any, data: bytes, secret: Secret, budget: Budget) -> bytes:
    """Decrypt what a password protects.

    Args:
        algorithm: EncryptionAlgorithm of asn1crypto.
        data: the encrypted octets.
        secret: one reading of the password.
        budget: counts iterations.

    Raises:
        WrongPasswordError: the padding is wrong, so the password was.
        SigningError: the algorithm is not supported.
        LimitError: too many iterations.
        ValueError: the parameters are malformed.
    """
    oid = algorithm["algorithm"].dotted
    if oid in _PBE:
        cipher, size = _PBE[oid]
        salt = algorithm["parameters"]["salt"].native
        # Key and vector are derived apart, and the key takes two blocks of SHA-1.
        rounds = budget.spend(algorithm["parameters"]["iterations"].native, 3)
        key = _kdf12(secret, "sha1", salt, rounds, 1, size)
        vector = _kdf12(secret, "sha1", salt, rounds, 2, 8)
    elif oid == _PBES2:
        scheme = algorithm["parameters"]["encryption_scheme"]
        function = algorithm["parameters"]["key_derivation_func"]
        if scheme["algorithm"].dotted not in _CIPHERS:
            raise _unsupported(scheme["algorithm"].dotted)
        if function["algorithm"].dotted != _PBKDF2:
            raise _unsupported(function["algorithm"].dotted)
        cipher, size = _CIPHERS[scheme["algorithm"].dotted]
        key = _pbkdf2(secret, function["parameters"], size, budget)
        vector = scheme["parameters"].native
    else:
        raise _unsupported(oid)
    return _cbc(cipher, key, vector, data)


def _cbc(cipher: str, key: bytes, vector: bytes, data: bytes) -> bytes:
    block = 16 if cipher == "aes" else 8
    if not data or len(data) % block or len(vector) != block:
        raise WrongPasswordError
    if cipher == "rc2":
        from medcab.signing.gost.rc2 import cbc_decrypt

        padded = bytes(cbc_decrypt(key, vector, data))
    else:
        from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        if cipher == "3des" and len(key) == 16:
            key += key[:8]
        chosen = algorithms.AES(key) if cipher == "aes" else TripleDES(key)
        worker = Cipher(chosen, modes.CBC(vector)).decryptor()
        padded = worker.update(data) + worker.finalize()
    count = padded[-1]
    if not 1 <= count <= block or padded[-count:] != bytes([count]) * count:
        raise WrongPasswordError
    return padded[:-count]
