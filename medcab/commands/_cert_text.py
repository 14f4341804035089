"""Certificates in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from medcab.commands._console import tr
from medcab.formats.sentences import SEVERITIES
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.model import Finding
    from medcab.signing.cert_facts import CertificateFacts
    from medcab.signing.cert_info import CertificateInfo

__all__ = ["finding_lines", "info_lines", "sentence"]

_USAGES: Final = {
    "digital_signature": N_("digital signature"),
    "non_repudiation": N_("non-repudiation"),
    "key_encipherment": N_("key encryption"),
    "data_encipherment": N_("data encryption"),
    "key_agreement": N_("key agreement"),
    "key_cert_sign": N_("signing certificates"),
    "crl_sign": N_("signing revocation lists"),
    "encipher_only": N_("encryption only"),
    "decipher_only": N_("decryption only"),
}
_IDENTIFICATIONS: Final = {
    0: N_("in person"),
    1: N_("by a valid qualified signature"),
    2: N_("by a passport with a chip"),
    3: N_("by ЕСИА and biometrics"),
}


def _rows(info: CertificateInfo) -> Iterator[tuple[str, str]]:
    translate = tr()
    holder = info.holder
    yield N_("Holder"), holder.fio or holder.common_name or info.subject
    yield N_("Position"), holder.title
    yield N_("Organisation"), holder.organization
    yield N_("ИНН"), holder.inn
    yield N_("ИНН of the organisation"), holder.inn_legal
    yield N_("СНИЛС"), holder.snils
    yield N_("ОГРН"), holder.ogrn
    yield N_("ОГРНИП"), holder.ogrnip
    yield N_("E-mail"), holder.email
    yield N_("Issued by"), info.issuer
    yield N_("Valid from"), info.not_before.strftime("%d.%m.%Y %H:%M UTC")
    yield N_("Valid to"), info.not_after.strftime("%d.%m.%Y %H:%M UTC")
    if info.key_not_after is not None:
        yield N_("Key may sign until"), info.key_not_after.strftime("%d.%m.%Y %H:%M UTC")
    yield N_("Key"), info.key.name
    if info.key_usage is not None:
        names = (translate(_USAGES.get(name, name)) for name in info.key_usage)
        yield N_("Key usage"), ", ".join(names)
    yield N_("Extended usage"), ", ".join(info.extended_key_usage)
    yield N_("Class of signing tools"), info.protection_class
    yield N_("Signing tool"), info.signing_tool
    yield N_("Tools of the authority"), "; ".join(info.issuer_tools)
    if info.identification is not None:
        text = _IDENTIFICATIONS.get(info.identification)
        yield N_("Identified"), translate(text) if text else str(info.identification)
    yield N_("Serial number"), info.serial
    yield "SHA-256", info.fingerprint
    yield N_("SHA-1 (as Windows shows it)"), info.thumbprint
    yield N_("Revocation lists"), ", ".join(info.crl_addresses)
    yield "OCSP", ", ".join(info.ocsp_addresses)
    yield N_("Extensions that could not be read"), ", ".join(info.problems)


def info_lines(facts: CertificateFacts) -> Iterator[str]:
    """The lines of ``cert show`` about one certificate."""
    translate = tr()
    if facts.info is None:
        yield "  " + translate(facts.problem, **facts.args)
        return
    width = 34
    for label, value in _rows(facts.info):
        if value:
            yield f"  {translate(label) + ':':<{width}} {value}"
    if facts.has_key:
        yield "  " + translate(N_("The file holds the private key."))
    for remark in facts.remarks:
        yield "  " + translate(remark.text, **remark.args)


def sentence(finding: Finding) -> str:
    """What a finding says, in the reader's language."""
    from medcab.formats.sentences import message_of

    return message_of(finding, tr())


def finding_lines(findings: Any) -> Iterator[str]:
    """The lines of ``cert check`` about the findings on one certificate."""
    translate = tr()
    for finding in findings:
        level = translate(SEVERITIES[finding.severity])
        yield f"  {finding.rule} {level}: {sentence(finding)}"
