"""Signature acceptance (ETSI EN 319 102-1, 5.2.8): are the algorithms good enough at the time?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

from medcab.signing.algorithms import DigestAlgorithm, Scheme, VerifyingKey, key_sunset
from medcab.signing.attributes import Oid, SignaturePolicy, policy_of
from medcab.signing.blocks.format import SignedAttributes
from medcab.signing.blocks.journal import Journal
from medcab.signing.cms import SignerInfo
from medcab.signing.policy import ValidationPolicy
from medcab.signing.results import CertificateSummary, SubIndication
from medcab.signing.tlv import DerError
from medcab.text import N_

__all__ = ["check_claimed_time", "check_signature_policy", "check_strength"]

_RULE: Final = "EN 319 102-1 5.2.8; TS 119 312"
_CLOCKS_DIFFER: Final = timedelta(minutes=10)


def check_strength(
    journal: Journal,
    scheme: Scheme,
    key: VerifyingKey,
    digest: DigestAlgorithm,
    moment: datetime,
    policy: ValidationPolicy,
) -> None:
    """Compare digest and key with their dates.

    Args:
        journal: takes the checks.
        scheme: of the signature.
        key: of the signer.
        digest: of the content.
        moment: the best time at which the signature is proven to exist.
        policy: may overrule dates.
    """
    if not policy.sunsets:
        return
    day = moment.date()
    weak = [
        (each.name, end)
        for each in {scheme.digest, digest}
        if (end := policy.overrides.get(each.name, each.sunset)) is not None and day >= end
    ]
    if weak:
        name, end = min(weak, key=_by_day)
        journal.fail(
            "digest-strength", _RULE,
            N_("The digest {name} has not been accepted since {end}, and nothing proves that the "
               "signature is older."),
            SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE, name=name, end=end.isoformat(),
        )  # fmt: skip
    else:
        journal.ok("digest-strength", _RULE)
    end_of_key = policy.overrides.get(key.name, key_sunset(key, scheme.family))
    if end_of_key is not None and day >= end_of_key:
        journal.fail(
            "key-strength", _RULE,
            N_("Keys such as {name} have not been accepted since {end}, and nothing proves that "
               "the signature is older."),
            SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
            name=key.name, end=end_of_key.isoformat(),
        )  # fmt: skip
    else:
        journal.ok("key-strength", _RULE)


def _by_day(item: tuple[str, date]) -> date:
    return item[1]


def check_claimed_time(
    journal: Journal,
    attributes: SignedAttributes,
    signer: CertificateSummary,
    moment: datetime,
) -> None:
    """The claimed signing time proves nothing; it is told where it contradicts other facts."""
    claimed = attributes.signing_time
    if not isinstance(claimed, datetime):
        return
    if claimed > moment + _CLOCKS_DIFFER:
        journal.warn(
            "claimed-time", "EN 319 122-1 5.2.1",
            N_("The claimed signing time {claimed} is later than the moment of the check."),
            claimed=claimed.isoformat(),
        )  # fmt: skip
    elif (signer.not_before and claimed < signer.not_before) or (
        signer.not_after and claimed > signer.not_after
    ):
        journal.warn(
            "claimed-time", "EN 319 122-1 5.2.1",
            N_("At the claimed signing time {claimed} the certificate was not valid."),
            claimed=claimed.isoformat(),
        )  # fmt: skip
    else:
        journal.ok("claimed-time", "EN 319 122-1 5.2.1")


def check_signature_policy(
    journal: Journal, signer: SignerInfo, documents: Callable[[SignaturePolicy], bytes | None]
) -> None:
    """Hold the signature policy that the signer named against its document, where it is given.

    Source: EN 319 102-1, 5.2.4 (validation context initialization).
    """
    rule = "EN 319 102-1 5.2.4"
    try:
        attributes = signer.signed_attributes
    except DerError:
        return  # told where the format is checked
    for attribute in attributes:
        if attribute.oid != Oid.POLICY or not attribute.values:
            continue
        try:
            policy = policy_of(attribute)
        except DerError as error:
            journal.fail(
                "signature-policy", rule,
                N_("The signature-policy attribute is malformed: {why}."), why=str(error),
            )  # fmt: skip
            return
        if policy is None:
            journal.ok("signature-policy", rule)
            continue
        args: dict[str, Any] = {"oid": policy.oid}
        document = documents(policy)
        if document is None:
            journal.fail(
                "signature-policy", rule,
                N_("The signer named the signature policy {oid}; its document was not given, so "
                   "its rules are not known."),
                SubIndication.SIGNATURE_POLICY_NOT_AVAILABLE, tolerable=True, **args,
            )  # fmt: skip
        elif document == b"":
            journal.fail(
                "signature-policy", rule,
                N_("The document of the signature policy {oid} is not the one the signer named."),
                SubIndication.POLICY_PROCESSING_ERROR, **args,
            )  # fmt: skip
        else:
            journal.ok("signature-policy", rule)
