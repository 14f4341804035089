"""CRT rules about the key: algorithm, marks of a qualified certificate, usage."""

from __future__ import annotations

from collections.abc import Iterator

from medcab.model import Severity
from medcab.rules import DocumentContext, Hit, Scope, Unknown, rule
from medcab.signing.certrules.common import (
    name_of,
    parameter,
    readable,
)
from medcab.text import N_


@rule(
    "CRT003",
    "certificate-algorithm",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The key of {holder} is {key}; allowed are: {allowed}."),
    since="0.1.0",
    params={"algorithms": ("rsa-2048", "ec-256", "gost")},
)
def certificate_algorithm(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A key of an algorithm that the profile does not accept.

    What it checks:
        The algorithm and size of the public key against the list of the profile (parameter
        «algorithms»: rsa-2048 and ec-256 mean that size or more, gost means ГОСТ Р 34.10-2012).
    Why it matters:
        Qualified signatures in Russia are made with ГОСТ keys only; the source texts name RSA
        and ECC.
    How to fix:
        Ask the certification authority for a certificate with an accepted algorithm.
    Source:
        docs/requirements.md C03; приказ ФСБ России № 795.
    """
    allowed = tuple(parameter(ctx, "algorithms", "algorithms"))
    for facts in readable(ctx):
        info = facts.info
        assert info is not None
        if not any(_fits(info.key.kind, info.key.bits, info.key.oid, item) for item in allowed):
            yield Hit(
                args={"holder": name_of(facts), "key": info.key.name, "allowed": ", ".join(allowed)}
            )


@rule(
    "CRT004",
    "certificate-not-qualified",
    scope=Scope.DOCUMENT,
    severity=Severity.INFO,
    message=N_("The certificate of {holder} lacks marks of a qualified one: {missing}."),
    since="0.1.0",
)
def certificate_not_qualified(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A certificate without the marks of a Russian qualified certificate.

    What it checks:
        The class of signing tools (КС1 to КА1) among the policies, the name of the holder's
        signing tool, the names of the authority's tools.
    Why it matters:
        State portals accept qualified signatures. The source speaks of requirements of ФСТЭК;
        in fact those of ФСБ hold.
    How to fix:
        Have the certificate issued by an accredited authority.
    Source:
        docs/requirements.md C04; приказ ФСБ России № 795 (2011, amended № 31 of 2021).
    """
    for facts in readable(ctx):
        info = facts.info
        assert info is not None
        missing = [
            name
            for name, there in (
                ("certificatePolicies", info.protection_class),
                ("subjectSignTool", info.signing_tool),
                ("issuerSignTool", info.issuer_tools),
            )
            if not there
        ]
        if missing:
            yield Hit(args={"holder": name_of(facts), "missing": ", ".join(missing)})


@rule(
    "CRT015",
    "certificate-not-for-signing",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The certificate of {holder} is not made for signing: its uses are {usage}."),
    since="0.1.0",
)
def certificate_not_for_signing(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A certificate that may not be used for signatures.

    What it checks:
        Key usage, where the certificate names it, has digitalSignature or nonRepudiation, the
        certificate is not an authority's, and its extended usages are not those of servers, code,
        time-stamps or OCSP answers alone.
    Why it matters:
        Signatures made with such a certificate are refused.
    How to fix:
        Choose the certificate for signing; some people have another one for encryption.
    Source:
        RFC 5280 4.2.1.3, 4.2.1.12; RFC 9336; приказ ФСБ России № 795.
    """
    for facts in readable(ctx):
        info = facts.info
        assert info is not None
        usage = info.key_usage
        if usage is not None and not {"digital_signature", "non_repudiation"} & set(usage):
            yield Hit(args={"holder": name_of(facts), "usage": ", ".join(usage) or "-"})
        elif info.is_ca:
            yield Hit(args={"holder": name_of(facts), "usage": "CA"})
        elif info.extended_key_usage and all(map(_is_refused, info.extended_key_usage)):
            purposes = ", ".join(info.extended_key_usage)
            yield Hit(args={"holder": name_of(facts), "usage": purposes})


def _is_refused(purpose: str) -> bool:
    """The same answer as a verification gives by default (:mod:`medcab.signing.policy`)."""
    from asn1crypto.x509 import KeyPurposeId

    from medcab.signing.policy import REFUSED_PURPOSES

    return KeyPurposeId(purpose).dotted in REFUSED_PURPOSES


def _fits(kind: str, bits: int, oid: str, allowed: str) -> bool:
    wanted, _, size = allowed.lower().partition("-")
    if kind != wanted or oid == "1.2.643.2.2.19":  # ГОСТ Р 34.10-2001 ended with 2019
        return False
    return bits >= int(size) if size.isascii() and size.isdecimal() else True
