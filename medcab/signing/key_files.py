"""Private keys in PEM and DER files: PKCS#8, PKCS#1, SEC1, encrypted or not, GOST among them."""

from __future__ import annotations

from typing import Any

from medcab.errors import PasswordError, SigningError
from medcab.signing.certificates import pem_blocks
from medcab.text import N_

__all__ = ["load_private_key"]


def load_private_key(data: bytes, password: str | bytes | None = None) -> Any:
    """Read a private key (PEM or DER) into an object of ``cryptography``.

    Raises:
        PasswordError: it is encrypted and the password is wrong or missing.
        SigningError: it cannot be read.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    secret = password.encode() if isinstance(password, str) else password
    gost = _gost_key(data, secret)
    if gost is not None:
        return gost
    text = data
    loader = serialization.load_der_private_key
    if b"-----BEGIN " in data:
        loader = serialization.load_pem_private_key
        blocks = [whole for label, _, whole in pem_blocks(data) if label.endswith(b"PRIVATE KEY")]
        if not blocks:
            raise SigningError(N_("There is no private key in the file."))
        text = blocks[0]
    try:
        try:
            return loader(text, secret or None)
        except TypeError:
            if secret:  # a password was given for a key that needs none: harmless
                return loader(text, None)
            raise
    except TypeError:
        raise PasswordError(
            N_("The private key is encrypted."),
            hint=N_("Say how to get its password: --password-from prompt"),
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        # The causes are cut off: their texts may quote what was decrypted.
        if secret or b"ENCRYPTED" in text[:200]:
            raise PasswordError(
                N_("The password does not open the private key, or the key is damaged.")
            ) from None
        raise SigningError(
            N_("The private key cannot be read."),
            hint=N_("PKCS#8, PKCS#1 and SEC1 keys are read, in PEM or DER."),
        ) from None


def _gost_key(data: bytes, secret: bytes | None) -> Any:
    """A GOST key in PKCS#8, plain or encrypted; None when ``data`` is something else."""
    from medcab.signing.gost.pfx import load_encrypted_key

    pkcs8 = data
    label = b""
    if b"-----BEGIN " in data:
        for label, der, _whole in pem_blocks(data):
            if label in (b"PRIVATE KEY", b"ENCRYPTED PRIVATE KEY"):
                pkcs8 = der
                break
        else:
            return None
    if b"\x2a\x85\x03" not in pkcs8[:120]:
        return None
    try:
        if label != b"ENCRYPTED PRIVATE KEY":
            from medcab.signing.gost.keys import load_private_key as load

            return load(pkcs8)
    except ValueError:
        if label:
            return None
    if secret is None:
        raise PasswordError(
            N_("The private key is encrypted."),
            hint=N_("Say how to get its password: --password-from prompt"),
        )
    return load_encrypted_key(pkcs8, secret.decode("utf-8", "replace"))
