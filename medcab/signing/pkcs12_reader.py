"""Reading the structure of a PKCS#12 file: bags, attributes, which certificate is whose.

Source: RFC 7292, 4 and appendix D. See :mod:`medcab.signing.pkcs12` for what callers use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as _field
from typing import Any, Final

from asn1crypto import core, keys, pkcs12, x509

from medcab.errors import InputError, LimitError, MedcabError, PasswordError, SigningError
from medcab.signing.certificates import sha256_of, touch
from medcab.signing.keys import matches
from medcab.signing.pkcs12_crypto import (
    Budget,
    Secret,
    WrongPasswordError,
    decrypt,
    mac_matches,
)
from medcab.text import N_

__all__ = ["MALFORMED", "FoundKey", "Reader", "Remark", "damaged", "load_key"]

_MAX_BAGS: Final = 1_000
_MAX_DEPTH: Final = 4
MALFORMED: Final = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the user should know about the file: a template and its arguments."""

    text: str
    args: Mapping[str, Any] = _field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class FoundKey:
    """A key as it was found: friendly name, certificate, OID, PrivateKeyInfo."""

    name: str
    certificate: x509.Certificate | None
    algorithm: str
    pkcs8: bytes


class Reader:
    """Reads one file; afterwards the attributes hold what it contains.

    Attributes:
        entries: the private keys.
        certificates: by their fingerprints.
        has_mac: a MAC guards the contents (and fitted).
        encoding: the reading of the password that opened the file.
        remarks: what the user should be told.
    """

    def __init__(self, der: bytes, name: str) -> None:
        self._der = der
        self._name = name
        self._budget = Budget()
        self._keys: list[tuple[bytes, str, bytes]] = []
        self.certificates: dict[str, x509.Certificate] = {}
        self._ids: dict[bytes, str] = {}
        self._names: dict[str, str] = {}
        self._bags = 0
        self._plain_key = False
        self.remarks: list[Remark] = []
        self.entries: list[FoundKey] = []
        self.has_mac = False
        self.encoding = ""

    def read(self, secrets: tuple[Secret, ...]) -> None:
        """Read the file; what was found stands in the attributes afterwards."""
        pfx = pkcs12.Pfx.load(self._der)
        if pfx["version"].native != "v3":
            raise damaged(self._name)
        outer = pfx["auth_safe"]
        if outer["content_type"].native != "data":
            raise SigningError(
                N_("{name} is protected by a signature instead of a password."),
                hint=N_("Export the key again, protected with a password."),
                name=self._name,
            )
        content = bytes(outer["content"])
        mac = pfx["mac_data"]
        has_mac = not isinstance(mac, core.Void)
        if has_mac:
            secrets = tuple(self._fitting(mac, content, secrets))
        else:
            self.remarks.append(
                Remark(
                    N_("The file has no MAC: nobody would notice if it had been changed."),
                )
            )
        chosen = self._open(content, secrets)
        self.has_mac, self.encoding = has_mac, chosen.encoding
        self._result()

    def _fitting(self, mac: Any, content: bytes, secrets: tuple[Secret, ...]) -> Iterator[Secret]:
        """Readings of the password that fit the MAC; at least one, or an error."""
        answers: dict[bytes, bool] = {}
        narrow = mac["mac"]["digest_algorithm"]["algorithm"].dotted.endswith(".1.5.14")
        for secret in secrets:
            key = secret.narrow if narrow else secret.wide
            if key not in answers:
                answers[key] = mac_matches(mac, content, secret, self._budget)
        if not any(answers.values()):
            raise self._wrong_password()
        for secret in secrets:
            if answers[secret.narrow if narrow else secret.wide]:
                yield secret

    def _wrong_password(self) -> PasswordError:
        return PasswordError(
            N_("The password does not open {name}, or the file is damaged."),
            hint=N_("Check the keyboard layout and Caps Lock; Cyrillic passwords are supported."),
            name=self._name,
        )

    def _open(self, content: bytes, secrets: tuple[Secret, ...]) -> Secret:
        for secret in secrets:
            self._keys.clear()
            self.certificates.clear()
            self._ids.clear()
            self._names.clear()
            self._bags = 0
            try:
                for part in pkcs12.AuthenticatedSafe.load(content):
                    self._part(part, secret)
            except WrongPasswordError:
                continue
            return secret
        raise self._wrong_password()

    def _part(self, part: Any, secret: Secret) -> None:
        kind = part["content_type"].native
        if kind == "data":
            self._safe(bytes(part["content"]), secret, 0)
        elif kind == "encrypted_data":
            info = part["content"]["encrypted_content_info"]
            plain = decrypt(
                info["content_encryption_algorithm"],
                _octets(info["encrypted_content"]),
                secret,
                self._budget,
            )
            try:
                self._safe(plain, secret, 0)
            except (MedcabError, WrongPasswordError):
                raise
            except MALFORMED:
                raise WrongPasswordError from None
        else:
            raise SigningError(
                N_("{name} is protected for a recipient's certificate instead of a password."),
                hint=N_("Export the key again, protected with a password."),
                name=self._name,
            )

    def _safe(self, data: bytes, secret: Secret, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise LimitError(N_("{name} is nested too deeply."), name=self._name)
        for bag in pkcs12.SafeContents.load(data, strict=True):
            self._bags += 1
            if self._bags > _MAX_BAGS:
                raise LimitError(
                    N_("{name} holds more than {limit} objects."), name=self._name, limit=_MAX_BAGS
                )
            kind = bag["bag_id"].dotted.rpartition(".")[2]
            value = bag["bag_value"]
            if kind == "1":
                self._plain_key = True
                self._keep_key(value.untag().dump(), bag)
            elif kind == "2":
                plain = decrypt(
                    value["encryption_algorithm"],
                    bytes(value["encrypted_data"]),
                    secret,
                    self._budget,
                )
                try:
                    self._keep_key(plain, bag)
                except MALFORMED:
                    raise WrongPasswordError from None
            elif kind == "3":
                self._keep_certificate(value, bag)
            elif kind == "6":
                self._safe(value.untag().dump(), secret, depth + 1)

    def _keep_key(self, der: bytes, bag: Any) -> None:
        info = keys.PrivateKeyInfo.load(der, strict=True)
        _ = info["private_key_algorithm"]["algorithm"].dotted, info["version"].native
        friendly, local = _attributes(bag)
        self._keys.append((der, friendly, local))

    def _keep_certificate(self, value: Any, bag: Any) -> None:
        if value["cert_id"].dotted != "1.2.840.113549.1.9.22.1":
            return
        certificate = x509.Certificate.load(bytes(value["cert_value"]), strict=True)
        touch(certificate)
        friendly, local = _attributes(bag)
        key = sha256_of(certificate)
        self.certificates[key] = certificate
        self._names[key] = friendly
        if local:
            self._ids[local] = key

    def _result(self) -> None:
        encoding = self.encoding
        if self._plain_key:
            self.remarks.append(Remark(N_("A private key lies in the file without a password.")))
        if encoding not in ("unicode", "empty"):
            self.remarks.append(
                Remark(
                    N_("The password was written in the encoding {encoding} by an old program."),
                    {"encoding": encoding},
                )
            )
        for der, friendly, local in self._keys:
            info = keys.PrivateKeyInfo.load(der)
            oid = info["private_key_algorithm"]["algorithm"].dotted
            certificate = self._certificate_of(der, oid, local)
            name = friendly
            if not name and certificate is not None:
                name = self._names.get(sha256_of(certificate), "")
            self.entries.append(FoundKey(name, certificate, oid, der))

    def _certificate_of(self, der: bytes, oid: str, local: bytes) -> x509.Certificate | None:
        """The certificate of a key: by localKeyId where it tells the truth, else by the key."""
        try:
            private = load_key(der, oid)
        except SigningError:
            return self.certificates.get(self._ids.get(local, ""))
        named = self.certificates.get(self._ids.get(local, ""))
        for certificate in (named, *self.certificates.values()):
            if certificate is None:
                continue
            fits = private.matches if hasattr(private, "matches") else None
            if fits(certificate) if fits else matches(private, certificate):
                return certificate
        return None


def _octets(value: Any) -> bytes:
    """Contents of [0] IMPLICIT OCTET STRING, also when it came in pieces (BER)."""
    native = value.native
    return native if isinstance(native, bytes) else bytes(value.contents)


def _attributes(bag: Any) -> tuple[str, bytes]:
    friendly, local = "", b""
    attributes = bag["bag_attributes"]
    if isinstance(attributes, core.Void):
        return friendly, local
    for attribute in attributes:
        values = attribute["values"]
        oid = attribute["type"].dotted
        if oid == "1.2.840.113549.1.9.20" and len(values):
            friendly = "".join(c for c in str(values[0].native) if c.isprintable())[:200]
        elif oid == "1.2.840.113549.1.9.21" and len(values):
            local = bytes(values[0].native)
    return friendly, local


def load_key(der: bytes, oid: str) -> Any:
    """Load a PrivateKeyInfo; SigningError when it is malformed or of an unsupported kind."""
    if oid.startswith("1.2.643."):
        from medcab.signing.gost.keys import load_private_key

        try:
            return load_private_key(der)
        except ValueError:
            raise _bad_key(oid) from None
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    try:
        return load_der_private_key(der, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _bad_key(oid) from None


def _bad_key(oid: str) -> SigningError:
    return SigningError(
        N_("The private key in the file is malformed or of an unsupported kind ({oid})."), oid=oid
    )


def damaged(name: str) -> InputError:
    """The error for a file whose structure is wrong."""
    return InputError(
        N_("{name} is damaged, or is not a PKCS#12 file."),
        hint=N_("Copy or export the key file again."),
        name=name,
    )
