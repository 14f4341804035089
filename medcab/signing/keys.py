"""Keys that sign: what every kind of key offers, and the keys held in software.

A key never shows itself: ``repr`` names the holder of the certificate and the kind of key, and no
error carries a key, a password or a part of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from asn1crypto import x509

from medcab.errors import SigningError
from medcab.signing.certificates import format_name, load_certificates
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.pkcs12 import Pkcs12Contents

__all__ = ["SigningKey", "SoftwareKey", "load_p12", "load_pem", "order_chain"]

_DIGESTS: Final = frozenset({"sha256", "sha384", "sha512"})


@runtime_checkable
class SigningKey(Protocol):
    """A private key with its certificate, wherever the key lives (memory, token)."""

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate of the key."""
        ...

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """Certificates of the authorities that came with the key, the nearest first."""
        ...

    @property
    def algorithm(self) -> str:
        """``rsa``, ``ec``, ``ed25519``, ``ed448``, ``gost2012_256`` or ``gost2012_512``."""
        ...

    def sign(self, data: bytes, digest: str = "sha256", *, pss: bool = False) -> bytes:
        """Sign ``data``.

        Args:
            data: what is signed (hashed here).
            digest: ``sha256``, ``sha384`` or ``sha512``; Ed25519, Ed448 and GOST keys have a
                digest of their own and ignore it.
            pss: RSASSA-PSS with a salt as long as the digest instead of PKCS#1 v1.5 (RSA only).

        Returns:
            the signature value as CMS carries it (ECDSA: DER of ECDSA-Sig-Value).

        Raises:
            SigningError: the key cannot sign so.
        """
        ...


class SoftwareKey:
    """A private key in memory: RSA, ECDSA (P-256, P-384, P-521), Ed25519, Ed448.

    Args:
        private_key: a private key object of the ``cryptography`` package.
        certificate: its certificate; the public keys must agree.
        chain: certificates of the authorities.

    Raises:
        SigningError: the certificate belongs to another key, or the kind of key is not supported.
    """

    __slots__ = ("_algorithm", "_certificate", "_chain", "_key")

    def __init__(
        self,
        private_key: Any,
        certificate: x509.Certificate,
        chain: Sequence[x509.Certificate] = (),
    ) -> None:
        self._algorithm = _algorithm_of(private_key)
        self._key = private_key
        self._certificate = certificate
        self._chain = tuple(chain)
        if not matches(private_key, certificate):
            raise SigningError(
                N_("The private key does not belong to the certificate of {subject}."),
                hint=N_("Give the certificate that was issued for this key."),
                subject=format_name(certificate.subject),
            )

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
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, padding

        if self._algorithm in ("ed25519", "ed448"):
            return bytes(self._key.sign(data))
        if digest not in _DIGESTS:
            raise SigningError(
                N_("A signature with the digest {digest} is not made."),
                hint=N_("Use sha256, sha384 or sha512."),
                digest=digest,
            )
        algorithm: hashes.HashAlgorithm = {
            "sha256": hashes.SHA256(),
            "sha384": hashes.SHA384(),
            "sha512": hashes.SHA512(),
        }[digest]
        if self._algorithm == "ec":
            return bytes(self._key.sign(data, ec.ECDSA(algorithm)))
        scheme: padding.AsymmetricPadding = padding.PKCS1v15()
        if pss:
            scheme = padding.PSS(padding.MGF1(algorithm), salt_length=algorithm.digest_size)
        return bytes(self._key.sign(data, scheme, algorithm))

    def __repr__(self) -> str:
        return f"<{self._algorithm} key of {format_name(self._certificate.subject)}>"

    def __reduce__(self) -> Any:
        # A pickled key would travel through pipes and temporary files between processes.
        raise TypeError("a private key is not pickled")


def _algorithm_of(private_key: Any) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

    if isinstance(private_key, rsa.RSAPrivateKey):
        return "rsa"
    if isinstance(private_key, ec.EllipticCurvePrivateKey):
        return "ec"
    if isinstance(private_key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(private_key, ed448.Ed448PrivateKey):
        return "ed448"
    raise SigningError(
        N_("A key of this kind is not used for signatures: {kind}."),
        hint=N_("RSA, ECDSA, Ed25519 and GOST R 34.10-2012 keys are."),
        kind=type(private_key).__name__.lstrip("_").replace("PrivateKey", ""),
    )


def matches(private_key: Any, certificate: x509.Certificate) -> bool:
    """Tell whether the public key of the certificate is that of ``private_key``."""
    from asn1crypto.keys import PublicKeyInfo
    from cryptography.hazmat.primitives import serialization

    der = private_key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    ours = PublicKeyInfo.load(der)
    theirs = certificate["tbs_certificate"]["subject_public_key_info"]
    # Parameters may be written in two ways (RSA with NULL or without, id-RSASSA-PSS): the key
    # itself is what counts, and for curves the curve.
    if ours["public_key"].contents != theirs["public_key"].contents:
        return False
    if ours["algorithm"]["algorithm"].native == "ec":
        return bool(
            theirs["algorithm"]["algorithm"].native == "ec"
            and ours["algorithm"]["parameters"].dump() == theirs["algorithm"]["parameters"].dump()
        )
    return True


def order_chain(
    leaf: x509.Certificate, others: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Put the certificates of authorities after one another, from ``leaf`` upwards.

    Matching is by name, and by key identifier where names repeat; certificates that do not
    belong to the chain are left out, and so is nothing else: the chain is not validated here.
    """
    chain: list[x509.Certificate] = []
    current = leaf
    rest = [c for c in others if c.dump() != leaf.dump()]
    while current.subject != current.issuer:
        named = [c for c in rest if c.subject == current.issuer]
        wanted = current.authority_key_identifier
        exact = [c for c in named if wanted and c.key_identifier == wanted]
        if not named:
            break
        current = (exact or named)[0]
        rest.remove(current)
        chain.append(current)
    return tuple(chain)


def load_p12(data: bytes, password: str | bytes, *, key_name: str | None = None) -> SigningKey:
    """Open a PKCS#12 file and return one key of it, ready to sign.

    Args:
        data: the ``.pfx`` or ``.p12`` file.
        password: as the user types it, or the very bytes.
        key_name: friendly name, or the beginning of the SHA-256 fingerprint of the certificate;
            needed when the file holds several keys.

    Raises:
        PasswordError: the password does not open the file.
        InputError: the file is damaged or is something else.
        LimitError: opening it would take too long on purpose.
        SigningError: no key, several keys and no ``key_name``, or a key without certificate.
    """
    from medcab.signing.pkcs12 import open_pkcs12

    return signing_key_of(open_pkcs12(data, password), key_name=key_name)


def signing_key_of(contents: Pkcs12Contents, *, key_name: str | None = None) -> SigningKey:
    """Return the key of an opened PKCS#12 file (see :func:`load_p12`)."""
    entry = contents.pick(key_name)
    return entry.signing_key(contents.certificates)


def load_pem(
    key_pem: bytes, cert_pem: bytes | None = None, password: str | bytes | None = None
) -> SigningKey:
    """Make a key from a PEM (or DER) private key and its certificate.

    Args:
        key_pem: the private key: PKCS#8, PKCS#1 or SEC1, encrypted or not.
        cert_pem: certificates, the key's own among them; None when they are in ``key_pem``.
        password: of an encrypted key.

    Raises:
        PasswordError: the key is encrypted and the password is wrong or missing.
        InputError: there is no certificate.
        SigningError: the key cannot be read, or no certificate fits it.
    """
    from medcab.signing.gost.keys import GostPrivateKey, GostSigningKey
    from medcab.signing.key_files import load_private_key

    private_key = load_private_key(key_pem, password)
    certificates = load_certificates(cert_pem if cert_pem is not None else key_pem, "PEM")
    for certificate in certificates:
        if private_key_fits(private_key, certificate):
            chain = order_chain(certificate, certificates)
            if isinstance(private_key, GostPrivateKey):
                return GostSigningKey(private_key, certificate, chain)
            return SoftwareKey(private_key, certificate, chain)
    raise SigningError(
        N_("None of the {count} certificates belongs to the private key."),
        hint=N_("Give the certificate that was issued for this key."),
        count=len(certificates),
    )


def private_key_fits(private_key: Any, certificate: x509.Certificate) -> bool:
    """Tell whether the certificate belongs to the key, of whatever kind."""
    if hasattr(private_key, "matches"):
        return bool(private_key.matches(certificate))
    return matches(private_key, certificate)
