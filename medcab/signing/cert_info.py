"""What a certificate says, for people and rules: holder, validity, key, policies, tools.

Sources: RFC 5280; RFC 9215 and приказ ФСБ России № 795 (OIDs of Russian qualified certificates:
ИНН, СНИЛС, ОГРН, classes of signing tools, identification kind).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from asn1crypto import x509

from medcab.signing.cert_extensions import (
    guard,
    identification,
    issuer_tools,
    key_period,
    policies,
    signing_tool,
)
from medcab.signing.certificates import format_name, is_self_issued, raw, sha256_of, text_of

__all__ = ["CertificateInfo", "Holder", "KeyInfo", "describe", "inn_of_legal_entity"]

_HOLDER: Final = {
    "2.5.4.3": "common_name",
    "2.5.4.4": "surname",
    "2.5.4.42": "given_name",
    "2.5.4.10": "organization",
    "2.5.4.11": "department",
    "2.5.4.12": "title",
    "2.5.4.6": "country",
    "2.5.4.7": "locality",
    "2.5.4.8": "region",
    "2.5.4.9": "street",
    "1.2.840.113549.1.9.1": "email",
    "1.2.643.3.131.1.1": "inn",
    "1.2.643.100.4": "inn_legal",
    "1.2.643.100.3": "snils",
    "1.2.643.100.1": "ogrn",
    "1.2.643.100.5": "ogrnip",
}
_CLASSES: Final = {
    "1.2.643.100.113.1": "КС1",
    "1.2.643.100.113.2": "КС2",
    "1.2.643.100.113.3": "КС3",
    "1.2.643.100.113.4": "КВ1",
    "1.2.643.100.113.5": "КВ2",
    "1.2.643.100.113.6": "КА1",
}
_KEYS: Final = {
    "1.2.840.113549.1.1.1": "RSA",
    "1.2.840.113549.1.1.10": "RSA-PSS",
    "1.2.840.10045.2.1": "EC",
    "1.2.840.10040.4.1": "DSA",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
    "1.2.643.7.1.1.1.1": "ГОСТ Р 34.10-2012 (256)",
    "1.2.643.7.1.1.1.2": "ГОСТ Р 34.10-2012 (512)",
    "1.2.643.2.2.19": "ГОСТ Р 34.10-2001",
}
_GOST_BITS: Final = {
    "1.2.643.7.1.1.1.1": 256,
    "1.2.643.7.1.1.1.2": 512,
    "1.2.643.2.2.19": 256,
}
_CURVES: Final = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
_BAD: Final = (ValueError, TypeError, LookupError, AttributeError, OverflowError)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the certificate; a field that is not in it is empty.

    Attributes:
        common_name: a person's full name or the name of an organisation.
        inn: of the person (12 digits).
        inn_legal: of the organisation (10 digits), also where old certificates wrote it into
            the field of the person with two zeros before it.
    """

    common_name: str = ""
    surname: str = ""
    given_name: str = ""
    organization: str = ""
    department: str = ""
    title: str = ""
    country: str = ""
    region: str = ""
    locality: str = ""
    street: str = ""
    email: str = ""
    inn: str = ""
    inn_legal: str = ""
    snils: str = ""
    ogrn: str = ""
    ogrnip: str = ""

    @property
    def fio(self) -> str:
        """Full name of the person: surname and given names where they stand, else empty."""
        if self.surname and self.given_name:
            return f"{self.surname} {self.given_name}"
        return ""

    def fields(self) -> dict[str, str]:
        """The fields that are there, by name."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """The public key.

    Attributes:
        oid: of the algorithm.
        name: for people: ``RSA-2048``, ``EC P-256``, ``ГОСТ Р 34.10-2012 (256)``.
        kind: ``rsa`` | ``ec`` | ``gost`` | ``other``.
        bits: size; 0 when not known.
    """

    oid: str
    name: str
    kind: str
    bits: int


@dataclass(frozen=True, slots=True)
class CertificateInfo:
    """What a certificate says. Nothing of it is verified here.

    Attributes:
        subject, issuer: names in one line.
        holder: the subject by fields.
        serial: hexadecimal, upper case.
        fingerprint: SHA-256, lower-case hex.
        thumbprint: SHA-1, lower-case hex, as Windows shows it.
        not_before, not_after: validity (UTC).
        key_not_after: end of the private key's use, where the certificate says so.
        key: the public key.
        signature_algorithm: OID.
        is_ca: an authority's certificate.
        self_signed: issuer and subject are the same.
        key_usage: names of RFC 5280 4.2.1.3; None when the extension is absent.
        extended_key_usage: names or OIDs.
        policies: OIDs of certificate policies.
        protection_class: the highest class of signing tools among the policies, e.g. ``КС2``.
        signing_tool: name of the holder's tool, empty when absent.
        issuer_tools: up to four names: tool, authority's tool, and their documents.
        identification: how the holder was identified: 0 in person, 1 by a valid qualified
            signature, 2 by a passport with a chip, 3 by ЕСИА and ЕБС; None when absent.
        subject_key, authority_key: key identifiers in hex, empty when absent.
        crl_addresses, ocsp_addresses, issuer_addresses: where more can be had.
        problems: names of extensions that could not be parsed.
    """

    subject: str
    issuer: str
    holder: Holder
    serial: str
    fingerprint: str
    thumbprint: str
    not_before: datetime
    not_after: datetime
    key_not_after: datetime | None
    key: KeyInfo
    signature_algorithm: str
    is_ca: bool
    self_signed: bool
    key_usage: tuple[str, ...] | None
    extended_key_usage: tuple[str, ...]
    policies: tuple[str, ...]
    protection_class: str
    signing_tool: str
    issuer_tools: tuple[str, ...]
    identification: int | None
    subject_key: str
    authority_key: str
    crl_addresses: tuple[str, ...] = ()
    ocsp_addresses: tuple[str, ...] = ()
    issuer_addresses: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def looks_qualified(self) -> bool:
        """It has what a Russian qualified certificate must have (приказ ФСБ № 795)."""
        return bool(self.protection_class and self.issuer_tools and self.key.kind == "gost")


def inn_of_legal_entity(inn: str) -> str:
    """The ten digits of an organisation's ИНН written as twelve with zeros, else empty."""
    return inn[2:] if len(inn) == 12 and inn.startswith("00") else ""


def describe(certificate: x509.Certificate) -> CertificateInfo:
    """Tell what ``certificate`` says.

    Raises:
        ValueError: the certificate is malformed in its main fields (certificates that
            :func:`medcab.signing.certificates.load_certificates` returned are not).
    """
    from medcab.signing.fetch import crl_addresses, issuer_addresses, ocsp_addresses

    problems: list[str] = []
    body = certificate["tbs_certificate"]
    policy_ids = policies(certificate, problems)
    usage = guard(problems, "key_usage", lambda: certificate.key_usage_value)
    extended = guard(problems, "extended_key_usage", lambda: certificate.extended_key_usage_value)
    subject_key = certificate.key_identifier
    authority_key = certificate.authority_key_identifier
    return CertificateInfo(
        subject=format_name(certificate.subject),
        issuer=format_name(certificate.issuer),
        holder=_holder(certificate.subject),
        serial=_serial(body["serial_number"].native),
        fingerprint=sha256_of(certificate),
        thumbprint=hashlib.sha1(raw(certificate), usedforsecurity=False).hexdigest(),
        not_before=certificate.not_valid_before.astimezone(UTC),
        not_after=certificate.not_valid_after.astimezone(UTC),
        key_not_after=key_period(certificate, problems),
        key=_key(certificate),
        signature_algorithm=certificate["signature_algorithm"]["algorithm"].dotted,
        is_ca=bool(guard(problems, "basic_constraints", lambda: certificate.ca)),
        self_signed=is_self_issued(certificate),
        key_usage=None if usage is None else tuple(sorted(usage.native)),
        extended_key_usage=() if extended is None else tuple(str(v) for v in extended.native),
        policies=policy_ids,
        protection_class=max(
            (_CLASSES[p] for p in policy_ids if p in _CLASSES),
            key=lambda name: list(_CLASSES.values()).index(name),
            default="",
        ),
        signing_tool=signing_tool(certificate, problems),
        issuer_tools=issuer_tools(certificate, problems),
        identification=identification(certificate, problems),
        subject_key=subject_key.hex() if subject_key else "",
        authority_key=authority_key.hex() if authority_key else "",
        crl_addresses=crl_addresses(certificate),
        ocsp_addresses=ocsp_addresses(certificate),
        issuer_addresses=issuer_addresses(certificate),
        problems=tuple(problems),
    )


def _serial(number: int) -> str:
    text = f"{abs(number):X}"
    return ("-" if number < 0 else "") + ("0" + text if len(text) % 2 else text)


def _holder(name: x509.Name) -> Holder:
    found: dict[str, str] = {}
    for rdn in name.chosen:
        for pair in rdn:
            key = _HOLDER.get(pair["type"].dotted)
            if key is not None:
                # The last one wins: RFC 5280 goes from the general to the particular.
                found[key] = text_of(pair["value"]).strip()
    legal = inn_of_legal_entity(found.get("inn", ""))
    if legal:
        found.setdefault("inn_legal", legal)
        del found["inn"]
    return Holder(**found)


def _key(certificate: x509.Certificate) -> KeyInfo:
    info = certificate["tbs_certificate"]["subject_public_key_info"]
    oid = info["algorithm"]["algorithm"].dotted
    name = _KEYS.get(oid, oid)
    bits = _GOST_BITS.get(oid, 0)
    try:
        if name in ("RSA", "RSA-PSS", "DSA"):
            bits = int(certificate.public_key.bit_size)
            return KeyInfo(oid, f"{name}-{bits}", "rsa" if "RSA" in name else "other", bits)
        if name == "EC":
            curve = str(info["algorithm"]["parameters"].native)
            bits = int(certificate.public_key.bit_size)
            return KeyInfo(oid, f"EC {_CURVES.get(curve, curve)}", "ec", bits)
    except _BAD:
        return KeyInfo(oid, name, "other", 0)
    if bits:
        return KeyInfo(oid, name, "gost", bits)
    return KeyInfo(oid, name, "other", 256 if oid == "1.3.101.112" else 0)
