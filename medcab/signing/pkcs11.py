"""Keys on tokens, through PKCS#11 (the extra ``medcab[pkcs11]``, package python-pkcs11).

The key never leaves the token. A PKCS#11 library keeps one state for the whole process, so one
token key is used by one process; workers do not get it.
Source: OASIS PKCS#11 v3.0; RFC 5480 and RFC 3279 for the form of ECDSA signatures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final, Self

from asn1crypto import core, x509

from medcab.errors import InputError, PasswordError, SigningError
from medcab.signing.certificates import format_name, load_certificate, sha256_of
from medcab.signing.keys import order_chain
from medcab.text import N_

__all__ = ["TokenKey", "list_tokens", "open_token"]

_DIGESTS: Final = ("sha256", "sha384", "sha512")


class TokenKey:
    """A private key on a token; satisfies :class:`medcab.signing.keys.SigningKey`.

    Close it, or use it in a ``with`` block: the session is logged out then.
    """

    __slots__ = ("_algorithm", "_certificate", "_chain", "_key", "_session")

    def __init__(
        self,
        session: Any,
        key: Any,
        algorithm: str,
        certificate: x509.Certificate,
        chain: Sequence[x509.Certificate],
    ) -> None:
        self._session = session
        self._key = key
        self._algorithm = algorithm
        self._certificate = certificate
        self._chain = tuple(chain)

    @property
    def certificate(self) -> x509.Certificate:
        return self._certificate

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        return self._chain

    @property
    def algorithm(self) -> str:
        return self._algorithm

    def sign(self, data: bytes, digest: str = "sha256", *, pss: bool = False) -> bytes:
        """Sign ``data`` on the token (see :class:`medcab.signing.keys.SigningKey`)."""
        import pkcs11

        if digest not in _DIGESTS:
            raise SigningError(
                N_("A signature with the digest {digest} is not made."),
                hint=N_("Use sha256, sha384 or sha512."),
                digest=digest,
            )
        try:
            if self._algorithm == "ec":
                hashed = hashlib.new(digest, data).digest()
                value = self._key.sign(hashed, mechanism=pkcs11.Mechanism.ECDSA)
                return _ecdsa_der(bytes(value))
            name = digest.upper()
            if pss:
                parameters = (
                    pkcs11.Mechanism[name],
                    pkcs11.MGF[name],
                    hashlib.new(digest).digest_size,
                )
                mechanism = pkcs11.Mechanism[f"{name}_RSA_PKCS_PSS"]
                return bytes(self._key.sign(data, mechanism=mechanism, mechanism_param=parameters))
            return bytes(self._key.sign(data, mechanism=pkcs11.Mechanism[f"{name}_RSA_PKCS"]))
        except pkcs11.PKCS11Error as error:
            raise SigningError(
                N_("The token refused to sign: {why}."), why=type(error).__name__
            ) from None

    def close(self) -> None:
        """Log out and end the session."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{self._algorithm} key on a token of {format_name(self._certificate.subject)}>"

    def __reduce__(self) -> Any:
        raise TypeError("a key on a token is not pickled")


def _ecdsa_der(value: bytes) -> bytes:
    """Tokens give r and s side by side; CMS wants ECDSA-Sig-Value (RFC 3279 2.2.3)."""
    half = len(value) // 2
    pair = core.SequenceOf(spec=core.Integer)
    pair.append(int.from_bytes(value[:half], "big"))
    pair.append(int.from_bytes(value[half:], "big"))
    return bytes(pair.dump())


def _library(path: str) -> Any:
    try:
        import pkcs11
    except ImportError as error:
        raise SigningError(
            N_("Tokens need an extra package."),
            hint=N_("Install it: pip install medcab[pkcs11]"),
        ) from error
    try:
        return pkcs11.lib(path)
    except (RuntimeError, OSError, pkcs11.PKCS11Error) as error:
        raise InputError(
            N_("The PKCS#11 library {path} cannot be loaded."),
            hint=N_("Give the library of the token's maker, for example rtpkcs11ecp.dll."),
            path=path,
        ) from error


def list_tokens(library: str) -> tuple[str, ...]:
    """Labels of the tokens that are plugged in.

    Raises:
        InputError: the library cannot be loaded.
        SigningError: python-pkcs11 is not installed.
    """
    return tuple(_label(token) for token in _tokens(_library(library)))


def _tokens(library: Any) -> list[Any]:
    """Tokens that were made ready for use (SoftHSM always shows an empty one too)."""
    import pkcs11

    return [t for t in library.get_tokens() if pkcs11.TokenFlag.TOKEN_INITIALIZED in t.flags]


def _label(token: Any) -> str:
    return str(token.label).strip()


def open_token(
    library: str, pin: str, *, token: str | None = None, key_name: str | None = None
) -> TokenKey:
    """Log in to a token and take a key with its certificate.

    Args:
        library: path of the PKCS#11 library.
        pin: of the user.
        token: label of the token; None when only one is plugged in.
        key_name: label of the key, its id in hex, or the beginning (8 digits or more) of the
            fingerprint of its certificate; None when there is one key.

    Raises:
        PasswordError: the PIN is wrong, or the token is locked.
        InputError: no such token.
        SigningError: no such key, or it has no certificate.
    """
    import contextlib

    loaded = _library(library)
    import pkcs11

    chosen = _choose_token(loaded, token)
    try:
        session = chosen.open(user_pin=pin)
    except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange):
        raise PasswordError(
            N_("The PIN does not open the token."),
            hint=N_("A token locks itself after several wrong PINs."),
        ) from None
    except pkcs11.PinLocked:
        raise PasswordError(
            N_("The token is locked after wrong PINs."),
            hint=N_("Unlock it with the administrator's PIN."),
        ) from None
    except pkcs11.PKCS11Error as error:
        raise SigningError(
            N_("The token cannot be opened: {why}."), why=type(error).__name__
        ) from None
    try:
        return _take(session, key_name)
    except BaseException:
        with contextlib.suppress(pkcs11.PKCS11Error):
            session.close()
        raise


def _choose_token(library: Any, label: str | None) -> Any:
    present = _tokens(library)
    tokens = [t for t in present if label is None or _label(t) == label.strip()]
    if len(tokens) != 1:
        raise InputError(
            N_("Exactly one token is needed, and {count} fit: {names}."),
            hint=N_("Plug in the token, or name it."),
            count=len(tokens),
            names=", ".join(_label(t) for t in present) or "-",
        )
    return tokens[0]


def _take(session: Any, key_name: str | None) -> TokenKey:
    import pkcs11

    attribute = pkcs11.Attribute
    certificates: dict[bytes, x509.Certificate] = {}
    everything: list[x509.Certificate] = []
    for item in session.get_objects({attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE}):
        try:
            certificate = load_certificate(bytes(item[attribute.VALUE]), "token")
        except InputError:
            continue
        everything.append(certificate)
        certificates[bytes(item[attribute.ID])] = certificate
    found = []
    for key in session.get_objects({attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY}):
        identity = bytes(key[attribute.ID])
        certificate_of_key = certificates.get(identity)
        names = {str(key.label).casefold(), identity.hex()}
        if certificate_of_key is not None:
            names.add(sha256_of(certificate_of_key))
        found.append((key, certificate_of_key, names))
    wanted = (key_name or "").strip().casefold()
    chosen = [
        entry
        for entry in found
        if not wanted
        or wanted in entry[2]
        or (len(wanted) >= 8 and any(name.startswith(wanted) for name in entry[2]))
    ]
    if len(chosen) != 1:
        raise SigningError(
            N_("Exactly one key is needed, and {count} fit: {names}."),
            hint=N_("Choose one: --key-name NAME"),
            count=len(chosen),
            names=", ".join(str(entry[0].label) for entry in found) or "-",
        )
    key, certificate_of_key, _ = chosen[0]
    if certificate_of_key is None:
        raise SigningError(
            N_("{name}: no certificate fits the private key."),
            hint=N_("Give the certificate of this key as well."),
            name=str(key.label),
        )
    kinds = {pkcs11.KeyType.RSA: "rsa", pkcs11.KeyType.EC: "ec"}
    algorithm = kinds.get(key.key_type)
    if algorithm is None:
        raise SigningError(
            N_("A key of this kind is not used for signatures: {kind}."),
            hint=N_("RSA, ECDSA, Ed25519 and GOST R 34.10-2012 keys are."),
            kind=str(key.key_type),
        )
    chain = order_chain(certificate_of_key, everything)
    return TokenKey(session, key, algorithm, certificate_of_key, chain)
