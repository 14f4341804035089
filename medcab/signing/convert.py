"""Turning keys and certificates from one container into another.

A private key is written only under a password; the one exception has to be asked for by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from asn1crypto import cms, x509

from medcab.errors import PasswordError, SigningError, UsageError
from medcab.signing.certificates import format_name, raw, to_pem
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.pkcs12 import KeyEntry

__all__ = ["certificates_to_p7b", "certificates_to_pem", "key_to_pem", "load_key_pair", "to_pkcs12"]

_ROUNDS = 100_000


def certificates_to_pem(certificates: Sequence[x509.Certificate]) -> bytes:
    """All certificates in one PEM file, each under the name of its subject."""
    return b"\n".join(
        f"# {format_name(item.subject)}\n".encode() + to_pem(item) for item in certificates
    )


def certificates_to_p7b(certificates: Sequence[x509.Certificate]) -> bytes:
    """A PKCS#7 bundle (``.p7b``): SignedData without signers (RFC 5652 5.1)."""
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [],
            "encap_content_info": {"content_type": "data"},
            "certificates": [x509.Certificate.load(raw(item)) for item in certificates],
            "signer_infos": [],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


def to_pkcs12(
    private_key: Any,
    certificate: x509.Certificate,
    chain: Sequence[x509.Certificate],
    password: str,
    *,
    name: str = "",
    legacy: bool = False,
) -> bytes:
    """Make a PKCS#12 file, protected with AES-256 and SHA-256.

    Args:
        private_key: key object of ``cryptography``.
        certificate: its certificate.
        chain: certificates of the authorities.
        password: of the new file; must not be empty.
        name: friendly name.
        legacy: triple DES and SHA-1, for programs that cannot open anything newer.

    Raises:
        PasswordError: the password is empty.
        SigningError: the kind of key is not supported here.
    """
    from cryptography import x509 as other
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.serialization import pkcs12

    secret = _secret(password)
    _supported(private_key)
    kind = pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC
    digest: hashes.HashAlgorithm = hashes.SHA1()  # noqa: S303 - asked for
    if not legacy:
        kind, digest = pkcs12.PBES.PBESv2SHA256AndAES256CBC, hashes.SHA256()
    protection = (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(2_048 if legacy else _ROUNDS)
        .key_cert_algorithm(kind)
        .hmac_hash(digest)
        .build(secret)
    )
    try:
        return pkcs12.serialize_key_and_certificates(
            name.encode() or None,
            private_key,
            other.load_der_x509_certificate(raw(certificate)),
            [other.load_der_x509_certificate(raw(item)) for item in chain],
            protection,
        )
    except ValueError:
        raise SigningError(
            N_("The private key does not belong to the certificate of {subject}."),
            hint=N_("Give the certificate that was issued for this key."),
            subject=format_name(certificate.subject),
        ) from None


def key_to_pem(private_key: Any, password: str | None) -> bytes:
    """The private key as PKCS#8 PEM, encrypted; ``password`` None leaves it open.

    Raises:
        PasswordError: the password is empty.
        SigningError: the kind of key is not supported here.
    """
    from cryptography.hazmat.primitives import serialization

    _supported(private_key)
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password is not None:
        protection = serialization.BestAvailableEncryption(_secret(password))
    return bytes(
        private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
        )
    )


def load_key_pair(entry: KeyEntry) -> tuple[Any, x509.Certificate]:
    """The key of a PKCS#12 entry with its certificate.

    Raises:
        SigningError: it has none.
    """
    from medcab.signing.certificates import need_certificate

    return entry.private_key(), need_certificate(entry.certificate, entry.name or "PKCS#12")


def _secret(password: str) -> bytes:
    if not password:
        raise PasswordError(
            N_("A private key is not written under an empty password."),
            hint=N_("Say how to get the new password: --new-password-from prompt"),
        )
    return password.encode()


def _supported(private_key: Any) -> None:
    if not hasattr(private_key, "private_bytes"):
        raise UsageError(
            N_("GOST keys are read and used here, but not written to other containers."),
            hint=N_("Export the key with the program of your cryptographic provider."),
        )
