"""A small certification authority for the tests: everything is made here, nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
_rsa_keys: list = []


def new_key(kind: str):
    """A private key; RSA keys of 2048 bits take long to make and are taken from a small stock."""
    if kind in ("rsa", "pss"):
        return rsa.generate_private_key(65537, 2048)
    if kind == "rsa1024":
        return rsa.generate_private_key(65537, 1024)
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(
        {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}[kind]
    )


def name(common: str, **more: str) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "RU")]
    parts += [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Учебный центр")]
    for oid, value in more.items():
        parts.append(x509.NameAttribute(x509.ObjectIdentifier(oid.replace("_", ".")), value))
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, common)])


@dataclass
class Entity:
    """A key with its certificate, and the one that issued it."""

    key: object
    cert: x509.Certificate
    issuer: Entity | None = None
    revoked: dict[int, datetime] = field(default_factory=dict)

    @property
    def der(self) -> bytes:
        return self.cert.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.cert.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @property
    def asn1(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.der)

    @property
    def chain(self) -> list[Entity]:
        found, each = [], self.issuer
        while each is not None and each is not each.issuer:
            found.append(each)
            each = each.issuer
        return found

    def signing_key(self):
        from medcab.signing.keys import SoftwareKey

        return SoftwareKey(self.key, self.asn1, [e.asn1 for e in self.chain])

    def crl(self, *, at: datetime = NOW, days: float = 7, signer: Entity | None = None) -> bytes:
        """A CRL of this authority, DER."""
        signer = signer or self
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(signer.cert.subject)
            .last_update(at - timedelta(hours=1))
            .next_update(at + timedelta(days=days))
            .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()),
                critical=False,
            )
        )
        for serial, when in self.revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when)
            builder = builder.add_revoked_certificate(
                entry.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), False).build()
            )
        return builder.sign(signer.key, _hash(signer.key)).public_bytes(serialization.Encoding.DER)

    def ocsp(
        self, subject: Entity, *, at: datetime = NOW, responder: Entity | None = None
    ) -> bytes:
        """An OCSP answer about ``subject``, DER."""
        responder = responder or self
        when = self.revoked.get(subject.cert.serial_number)
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=subject.cert,
            issuer=self.cert,
            algorithm=hashes.SHA1(),
            cert_status=ocsp.OCSPCertStatus.REVOKED if when else ocsp.OCSPCertStatus.GOOD,
            this_update=at - timedelta(minutes=5),
            next_update=at + timedelta(days=1),
            revocation_time=when,
            revocation_reason=x509.ReasonFlags.key_compromise if when else None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.cert)
        if responder is not self:
            builder = builder.certificates([responder.cert])
        return builder.sign(responder.key, _hash(responder.key)).public_bytes(
            serialization.Encoding.DER
        )


def _hash(key):
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return None
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}[
            key.curve.key_size
        ]
    return hashes.SHA256()


def make(
    common: str,
    issuer: Entity | None = None,
    *,
    kind: str = "p256",
    key=None,
    ca: bool = False,
    start: datetime = NOW - YEAR,
    end: datetime = NOW + YEAR,
    usage: str | None = "digital_signature",
    purposes=(),
    serial: int | None = None,
    holder: dict[str, str] | None = None,
    path_length: int | None = None,
    pss: bool = False,
) -> Entity:
    """Make a certificate; without ``issuer`` it is self-signed."""
    key = key or new_key(kind)
    subject = name(common, **(holder or {}))
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.cert.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca, path_length if ca else None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(
                (issuer.key if issuer else key).public_key()
            ),
            critical=False,
        )
    )
    flags = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
         "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False,
    )  # fmt: skip
    if ca:
        flags["key_cert_sign"] = flags["crl_sign"] = True
    elif usage:
        flags[usage] = True
    if ca or usage:
        builder = builder.add_extension(x509.KeyUsage(**flags), critical=True)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(purposes)), critical=False)
    signer = issuer.key if issuer else key
    extra = {}
    if pss:
        extra["rsa_padding"] = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    made = Entity(key, builder.sign(signer, _hash(signer), **extra))
    made.issuer = issuer or made
    return made


OCSP_SIGNING = ExtendedKeyUsageOID.OCSP_SIGNING
TIME_STAMPING = ExtendedKeyUsageOID.TIME_STAMPING
