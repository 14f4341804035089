"""A certification authority, a time-stamping authority, OCSP and CRLs for trying things out.

Everything is made anew in memory and served on the loopback interface; nothing here is fit for
anything but demonstrations and tests. The clock is an argument, so that years can pass.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from asn1crypto import algos, cms, core, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DER = serialization.Encoding.DER
YEAR = timedelta(days=365)


@dataclass
class Holder:
    """A key and its certificate."""

    key: Any
    certificate: x509.Certificate
    issuer: Holder | None = None
    revoked: dict[int, datetime] = field(default_factory=dict)
    crl_number: int = 0

    @property
    def der(self) -> bytes:
        """The certificate, DER."""
        return self.certificate.public_bytes(DER)

    @property
    def pem(self) -> bytes:
        """The certificate, PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The private key, PEM, unprotected."""
        return bytes(
            self.key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )


def new_key(kind: str) -> Any:
    """A private key: ``rsa`` (2048 bits) or ``ec`` (P-256)."""
    return (
        rsa.generate_private_key(65537, 2048)
        if kind == "rsa"
        else ec.generate_private_key(ec.SECP256R1())
    )


def certify(
    name: str,
    issuer: Holder | None = None,
    *,
    kind: str = "ec",
    start: datetime,
    end: datetime,
    purpose: str = "signer",
    address: str | None = None,
    key: Any = None,
) -> Holder:
    """Issue a certificate.

    Args:
        name: common name.
        issuer: the authority; None: self-signed.
        kind: ``rsa`` | ``ec``.
        start, end: validity.
        purpose: ``authority`` | ``signer`` | ``time-stamping`` | ``ocsp``.
        address: base of the addresses of OCSP and CRLs in the certificate.
        key: an existing key.
    """
    key = key or new_key(kind)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "RU"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Пробный центр"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    maker = issuer.key if issuer else key
    authority = purpose == "authority"
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
         "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False,
    )  # fmt: skip
    for flag in ("key_cert_sign", "crl_sign") if authority else ("digital_signature",):
        usage[flag] = True
    usage["content_commitment"] = purpose == "signer"
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(maker.public_key()), critical=False
        )
    )
    if purpose == "time-stamping":
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    if purpose == "ocsp":
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False
        ).add_extension(x509.OCSPNoCheck(), critical=False)
    if address and issuer:
        tag = f"{issuer.certificate.serial_number:x}"
        builder = builder.add_extension(
            x509.CRLDistributionPoints(
                [x509.DistributionPoint([_uri(f"{address}/crl/{tag}")], None, None, None)]
            ),
            critical=False,
        ).add_extension(
            x509.AuthorityInformationAccess(
                [
                    _access("1.3.6.1.5.5.7.48.1", f"{address}/ocsp/{tag}"),
                    _access("1.3.6.1.5.5.7.48.2", f"{address}/cert/{tag}"),
                ]
            ),
            critical=False,
        )
    return Holder(key, builder.sign(maker, hashes.SHA256()), issuer)


def _uri(text: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(text)


def _access(method: str, text: str) -> x509.AccessDescription:
    return x509.AccessDescription(x509.ObjectIdentifier(method), _uri(text))


def make_crl(authority: Holder, at: datetime, days: float = 7) -> bytes:
    """A complete CRL."""
    authority.crl_number += 1
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(at)
        .next_update(at + timedelta(days=days))
        .add_extension(x509.CRLNumber(authority.crl_number), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
    )
    for serial, when in authority.revoked.items():
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when)
        builder = builder.add_revoked_certificate(
            entry.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), False).build()
        )
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(DER)


def make_ocsp(authority: Holder, subject: x509.Certificate, at: datetime) -> bytes:
    """An OCSP answer signed by the authority itself."""
    when = authority.revoked.get(subject.serial_number)
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=subject,
        issuer=authority.certificate,
        algorithm=hashes.SHA1(),
        cert_status=ocsp.OCSPCertStatus.REVOKED if when else ocsp.OCSPCertStatus.GOOD,
        this_update=at,
        next_update=at + timedelta(days=1),
        revocation_time=when,
        revocation_reason=x509.ReasonFlags.key_compromise if when else None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, authority.certificate)
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(DER)


@dataclass
class Tsa:
    """A time-stamping authority.

    Attributes:
        holder: its key and certificate.
        chain: certificates of its authorities.
        policy: under which it works.
        fault: what to do wrong: ``imprint`` | ``nonce`` | ``signature`` | ``refuse`` | ``""``.
    """

    holder: Holder
    chain: list[Holder] = field(default_factory=list)
    policy: str = "1.2.643.7.7.7.1"
    fault: str = ""
    count: int = 0

    def answer(self, request: bytes, at: datetime) -> bytes:
        """Answer a TimeStampReq as of ``at``."""
        asked = tsp.TimeStampReq.load(request)
        if self.fault == "refuse":
            return bytes(
                tsp.TimeStampResp(
                    {"status": {"status": "rejection", "fail_info": {"bad_alg"}}}
                ).dump()
            )
        self.count += 1
        imprint = asked["message_imprint"]
        digest = imprint["hashed_message"].native
        if self.fault == "imprint":
            digest = bytes(len(digest))
        info: dict[str, Any] = {
            "version": 1,
            "policy": asked["req_policy"].native or self.policy,
            "message_imprint": {
                "hash_algorithm": imprint["hash_algorithm"], "hashed_message": digest,
            },
            "serial_number": self.count,
            "gen_time": at.replace(microsecond=0),
            "accuracy": {"seconds": 1},
        }  # fmt: skip
        nonce = asked["nonce"].native
        if nonce is not None:
            info["nonce"] = nonce + 1 if self.fault == "nonce" else nonce
        token = self.token(tsp.TSTInfo(info).dump(), at)
        return bytes(
            tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump()
        )

    def token(self, info: bytes, at: datetime) -> cms.ContentInfo:
        """Sign a TSTInfo."""
        certificate = self.holder.der
        hasher = hashes.Hash(hashes.SHA256())
        hasher.update(certificate)
        identifier = tsp.ESSCertIDv2({"cert_hash": hasher.finalize()})
        digest = hashes.Hash(hashes.SHA256())
        digest.update(info)
        attributes = cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
                cms.CMSAttribute({"type": "signing_time", "values": [cms.Time(
                    {"utc_time": core.UTCTime(at.replace(microsecond=0))})]}),
                cms.CMSAttribute({"type": "message_digest", "values": [digest.finalize()]}),
                cms.CMSAttribute({"type": "signing_certificate_v2", "values": [
                    tsp.SigningCertificateV2({"certs": [identifier]})]}),
            ]
        )  # fmt: skip
        signed = attributes.dump()
        if isinstance(self.holder.key, rsa.RSAPrivateKey):
            value = self.holder.key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
            algorithm = "rsassa_pkcs1v15"
        else:
            value = self.holder.key.sign(signed, ec.ECDSA(hashes.SHA256()))
            algorithm = "sha256_ecdsa"
        if self.fault == "signature":
            value = value[:-1] + bytes((value[-1] ^ 1,))
        load = cms.Certificate.load
        issuer = load(certificate)
        return cms.ContentInfo(
            {
                "content_type": "signed_data",
                "content": cms.SignedData(
                    {
                        "version": "v3",
                        "digest_algorithms": [{"algorithm": "sha256"}],
                        "encap_content_info": {
                            "content_type": "tst_info",
                            "content": core.ParsableOctetString(info),
                        },
                        "certificates": [
                            cms.CertificateChoices("certificate", load(each.der))
                            for each in (self.holder, *self.chain)
                        ],
                        "signer_infos": [
                            cms.SignerInfo(
                                {
                                    "version": "v1",
                                    "sid": cms.SignerIdentifier(
                                        {
                                            "issuer_and_serial_number": {
                                                "issuer": issuer.issuer,
                                                "serial_number": issuer.serial_number,
                                            }
                                        }
                                    ),
                                    "digest_algorithm": {"algorithm": "sha256"},
                                    "signed_attrs": attributes,
                                    "signature_algorithm": algos.SignedDigestAlgorithm(
                                        {"algorithm": algorithm}
                                    ),
                                    "signature": value,
                                }
                            )
                        ],
                    }
                ),
            }
        )


class Server:
    """HTTP on a free port of 127.0.0.1: ``/tsa/NAME``, ``/ocsp/SERIAL``, ``/crl/SERIAL``.

    Use as a context manager. ``clock`` may be changed while it runs.
    """

    def __init__(self, clock: datetime | None = None) -> None:
        self.clock = clock
        self.tsas: dict[str, Tsa] = {}
        self.authorities: dict[str, Holder] = {}
        self.known: dict[int, x509.Certificate] = {}
        self.requests: list[tuple[str, str]] = []
        self.failing = 0
        self.password: str | None = None
        server = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                self._reply(*server._get(self.path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._reply(*server._post(self.path, body, self.headers.get("Authorization")))

            def _reply(self, code: int, body: bytes) -> None:
                self.send_response(code)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def now(self) -> datetime:
        """What the server's clock shows."""
        return self.clock or datetime.now(UTC)

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def add_authority(self, holder: Holder) -> Holder:
        """Serve the lists and answers of an authority."""
        self.authorities[f"{holder.certificate.serial_number:x}"] = holder
        return holder

    def know(self, holder: Holder) -> Holder:
        """Answer OCSP questions about this certificate."""
        self.known[holder.certificate.serial_number] = holder.certificate
        return holder

    def _get(self, path: str) -> tuple[int, bytes]:
        self.requests.append(("GET", path))
        _, what, name = (*path.split("/"), "", "")[:3]
        authority = self.authorities.get(name)
        if authority is None:
            return 404, b""
        return 200, make_crl(authority, self.now) if what == "crl" else authority.der

    def _post(self, path: str, body: bytes, authorization: str | None) -> tuple[int, bytes]:
        self.requests.append(("POST", path))
        if self.failing > 0:
            self.failing -= 1
            return 503, b""
        _, what, name = (*path.split("/"), "", "")[:3]
        if what == "tsa" and name in self.tsas:
            if self.password is not None:
                import base64

                wanted = "Basic " + base64.b64encode(self.password.encode()).decode()
                if authorization != wanted:
                    return 401, b""
            return 200, self.tsas[name].answer(body, self.now)
        if what == "ocsp" and name in self.authorities:
            serial = ocsp.load_der_ocsp_request(body).serial_number
            if serial in self.known:
                return 200, make_ocsp(self.authorities[name], self.known[serial], self.now)
        return 404, b""
