"""What a certificate is meant for: signatures under documents, or time-stamps.

Source: RFC 5280, 4.2.1.3 and 4.2.1.12; RFC 9336 (accepted and refused purposes); RFC 3161, 2.3; EN
319 412-2, 4.3.2.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from medcab.signing.blocks.journal import Journal
from medcab.signing.policy import ValidationPolicy
from medcab.signing.results import SubIndication
from medcab.text import N_

__all__ = ["check_purpose", "check_stamping"]

_STAMPING: Final = "1.3.6.1.5.5.7.3.8"
_SIGNING_BITS: Final = frozenset(("digital_signature", "non_repudiation"))
_NAMES: Final = {
    "1.3.6.1.5.5.7.3.1": "serverAuth",
    "1.3.6.1.5.5.7.3.2": "clientAuth",
    "1.3.6.1.5.5.7.3.3": "codeSigning",
    _STAMPING: "timeStamping",
    "1.3.6.1.5.5.7.3.9": "OCSPSigning",
    "1.3.6.1.4.1.311.20.2.2": "smartcardLogon",
}


def check_purpose(journal: Journal, certificate: Any, policy: ValidationPolicy) -> None:
    """Key usage and extended key usage of a signer's certificate.

    One accepted purpose is enough. A certificate that has none but refused ones does not sign
    documents; one with other purposes is told, since practice differs.
    """
    usage = certificate.key_usage_value
    if usage is None or _SIGNING_BITS & set(usage.native):
        journal.ok("key-usage", "RFC 5280 4.2.1.3")
    else:
        journal.fail(
            "key-usage", "RFC 5280 4.2.1.3",
            N_("The certificate is not meant for signatures (key usage: {usages})."),
            SubIndication.CHAIN_CONSTRAINTS_FAILURE, usages=", ".join(sorted(usage.native)),
        )  # fmt: skip
    extended = certificate.extended_key_usage_value
    if extended is None:
        return
    rule = "RFC 5280 4.2.1.12; RFC 9336 4"
    purposes = [purpose.dotted for purpose in extended]
    usages = ", ".join(_NAMES.get(purpose, purpose) for purpose in purposes)
    if any(_within(purpose, policy.purposes) for purpose in purposes):
        journal.ok("extended-key-usage", rule)
    elif all(_within(purpose, policy.refused_purposes) for purpose in purposes):
        journal.fail(
            "extended-key-usage", rule,
            N_("The certificate is meant for other things than signing documents: {usages}."),
            SubIndication.CHAIN_CONSTRAINTS_FAILURE, usages=usages,
        )  # fmt: skip
    else:
        journal.warn(
            "extended-key-usage", rule,
            N_("None of the purposes of the certificate is known to be the signing of documents: "
               "{usages}."),
            usages=usages,
        )  # fmt: skip


def _within(purpose: str, accepted: Iterable[str]) -> bool:
    """Whether a purpose is named, or lies under a named arc (``1.2.643.*``)."""
    return any(
        purpose.startswith(each[:-1]) if each.endswith(".*") else purpose == each
        for each in accepted
    )


def check_stamping(journal: Journal, certificate: Any) -> None:
    """The extended key usage is time stamping, that alone, and critical (RFC 3161 2.3)."""
    usage = certificate.key_usage_value
    extended = certificate.extended_key_usage_value
    purposes = [] if extended is None else [purpose.dotted for purpose in extended]
    if _STAMPING not in purposes or not (usage is None or _SIGNING_BITS & set(usage.native)):
        journal.fail(
            "time-stamping-purpose", "RFC 3161 2.3",
            N_("The certificate is not that of a time-stamping authority."),
            SubIndication.CHAIN_CONSTRAINTS_FAILURE,
        )  # fmt: skip
        return
    journal.ok("time-stamping-purpose", "RFC 3161 2.3")
    if len(purposes) > 1 or "extended_key_usage" not in certificate.critical_extensions:
        journal.fail(
            "time-stamping-alone", "RFC 3161 2.3",
            N_("The certificate of the time-stamping authority may be used for other things too, "
               "or its purpose is not marked critical."),
            SubIndication.CHAIN_CONSTRAINTS_FAILURE,
        )  # fmt: skip
    else:
        journal.ok("time-stamping-alone", "RFC 3161 2.3")
