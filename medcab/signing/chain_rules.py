"""The rules of RFC 5280 for a chain: run by pyhanko-certvalidator, explained in our own words.

The library says what is wrong in English sentences; here the rule that is broken is looked for
again in the certificates, so that it can be told in the reader's language. A reason that is not
found again keeps the sentence of the library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from asn1crypto import x509
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    NotYetValidError,
    PathValidationError,
    ValidationError,
)
from pyhanko_certvalidator.name_trees import (
    ExcludedSubtrees,
    PermittedSubtrees,
    default_excluded_subtrees,
    default_permitted_subtrees,
    process_general_subtrees,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import PKIXValidationParams
from pyhanko_certvalidator.validate import SUPPORTED_EXTENSIONS, async_validate_path

from medcab.signing.algorithms import algorithm_name
from medcab.signing.certificates import format_name
from medcab.signing.chains import Chain
from medcab.signing.paths import PathOptions
from medcab.signing.pkix import make_context, run, weakness
from medcab.signing.results import Check, CheckOutcome, SubIndication, passed
from medcab.text import N_

__all__ = ["check_rules"]

_RFC: Final = "RFC 5280 6.1"
_BAD: Final = (ValueError, TypeError, LookupError, AttributeError, NotImplementedError)
_UNEXPLAINED: Final = N_("The chain breaks a rule ({why}).")
_Reason = tuple[str, Mapping[str, Any]]


def check_rules(
    path: ValidationPath, chain: Chain, moment: datetime, options: PathOptions
) -> list[Check]:
    """Judge a chain by RFC 5280, 6.1, validity periods left out: these are told by name elsewhere.

    Args:
        path: the chain as the library has it.
        chain: the same.
        moment: validation time (UTC).
        options: inputs of RFC 5280 and strictness.
    """
    checks = _judged(path, chain, moment, options)
    usurped = _usurped(chain.whole)
    if usurped is None:
        return checks
    # Whoever is no authority must not become one because a policy forgives a constraint: this
    # has a name of its own, and is told however early the library stopped.
    detail, args = usurped
    others = [check for check in checks if check.open and check.detail != _UNEXPLAINED]
    sub = SubIndication.CHAIN_CONSTRAINTS_FAILURE
    made = Check("chain-authorities", CheckOutcome.UNDETERMINED, _RFC, detail, args, sub)
    return [made, *others]


def _judged(
    path: ValidationPath, chain: Chain, moment: datetime, options: PathOptions
) -> list[Check]:
    try:
        _run(path, chain, moment, options)
    except (ExpiredError, NotYetValidError):
        # The library stops there. A policy may forgive the time, but not what lies below.
        return _at_another_time(path, chain, moment, options)
    except (ValidationError, *_BAD) as error:
        return [_told(error, chain, moment, options)]
    return [passed("chain-constraints", _RFC)]


def _run(path: ValidationPath, chain: Chain, moment: datetime, options: PathOptions) -> None:
    context = make_context(
        anchor=path.trust_anchor,
        certificates=chain.certificates,
        moment=moment,
        dates=options.algorithm_dates,
    )
    parameters = PKIXValidationParams(
        user_initial_policy_set=frozenset(options.policies or {"any_policy"}),
        initial_policy_mapping_inhibit=options.inhibit_mapping,
        initial_explicit_policy=options.explicit_policy,
        initial_any_policy_inhibit=options.inhibit_any,
    )
    run(async_validate_path(context, path, parameters))


def _at_another_time(
    path: ValidationPath, chain: Chain, moment: datetime, options: PathOptions
) -> list[Check]:
    """The rules at a time when every certificate was valid, the algorithms at ``moment``."""
    whole = chain.whole[:-1]
    inside = min(certificate.not_valid_after for certificate in whole)
    if inside < max(certificate.not_valid_before for certificate in whole):
        detail = N_("The certificates of the chain were never valid together.")
        sub = SubIndication.OUT_OF_BOUNDS_NO_POE
        return [Check("chain-constraints", CheckOutcome.UNDETERMINED, _RFC, detail, {}, sub)]
    weak = _weak(chain.whole, moment, options)
    if weak is not None:
        sub = SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE
        return [Check("chain-algorithms", CheckOutcome.UNDETERMINED, _RFC, *weak, sub)]
    try:
        _run(path, chain, inside, options)
    except (ValidationError, *_BAD) as error:
        return [_told(error, chain, inside, options)]
    return [passed("chain-constraints", _RFC)]


def _told(error: Exception, chain: Chain, moment: datetime, options: PathOptions) -> Check:
    sub, name = SubIndication.CHAIN_CONSTRAINTS_FAILURE, "chain-constraints"
    reason: _Reason | None = None
    try:
        if isinstance(error, DisallowedAlgorithmError):
            sub, name = SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE, "chain-algorithms"
            reason = _weak(chain.whole, moment, options)
        elif isinstance(error, ValidationError):
            reason = _explain(chain.whole, options, isinstance(error, PathValidationError))
        else:
            sub = SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE
    except _BAD:
        pass  # what is told stays that of the library
    detail, args = reason or (_UNEXPLAINED, {"why": str(error)})
    return Check(name, CheckOutcome.UNDETERMINED, _RFC, detail, args, sub)


def _weak(
    whole: Sequence[x509.Certificate], moment: datetime, options: PathOptions
) -> _Reason | None:
    """The certificate nearest to the anchor whose signature is too weak by now."""
    for certificate, issuer in reversed(list(pairwise(whole))):
        algorithm = certificate["signature_algorithm"]
        day = weakness(algorithm, issuer.public_key, moment, options.algorithm_dates)
        if day is not None:
            return (
                N_("The signature of the authority in the certificate of {name} is too weak: its "
                   "algorithm ({algorithm}) or its key has not been accepted since {date}."),
                {
                    "name": format_name(certificate.subject),
                    "algorithm": algorithm_name(algorithm["algorithm"].dotted),
                    "date": day.isoformat(),
                },
            )  # fmt: skip
    return None


def _explain(
    whole: Sequence[x509.Certificate], options: PathOptions, of_path: bool
) -> _Reason | None:
    """Look for the broken rule in the order of RFC 5280, 6.1.3 and 6.1.4, from the anchor down."""
    names = _Names()
    for issuer, certificate in pairwise(reversed(whole)):
        last = certificate is whole[0]
        own = certificate.self_issued
        name = {"name": format_name(certificate.subject)}
        if certificate.issuer != issuer.subject:
            return N_("The certificate of {name} names another issuer than the one it has."), name
        if (last or not own) and not names.accept(certificate):
            return (
                N_("The certificate of {name} holds a name that its authorities may not certify."),
                name,
            )
        if not last:
            if _maps_any(certificate):
                text = N_("The certificate of {name} maps certificate policies to or from «any».")
                return text, name
            names.restrict(certificate)
        unknown = certificate.critical_extensions - SUPPORTED_EXTENSIONS
        if unknown:
            return (
                N_("The certificate of {name} has critical extensions that are not known here: "
                   "{extensions}."),
                {**name, "extensions": ", ".join(sorted(unknown))},
            )  # fmt: skip
    if of_path and (options.explicit_policy or any(map(_wants_policy, whole[:-1]))):
        return N_("A certificate policy is required, but none holds for the whole chain."), {}
    return None


def _maps_any(certificate: x509.Certificate) -> bool:
    """Whether policies are mapped to or from «any» (6.1.4 a)."""
    return any(
        "any_policy"
        in (mapping["issuer_domain_policy"].native, mapping["subject_domain_policy"].native)
        for mapping in certificate.policy_mappings_value or ()
    )


def _usurped(whole: Sequence[x509.Certificate]) -> _Reason | None:
    """The first certificate from the anchor down that may not stand where it stands: 6.1.4 k to n.

    Args:
        whole: the chain, the leaf first and the anchor last.
    """
    allowed = len(whole)
    for certificate in reversed(whole[1:-1]):
        name = {"name": format_name(certificate.subject)}
        if not certificate.ca:
            return N_("{name} is no authority, but issued a certificate of the chain."), name
        if not certificate.self_issued and allowed <= 0:
            return (
                N_("The chain is longer than its authorities allow: {name} is one too many."),
                name,
            )
        usage = certificate.key_usage_value
        if usage is not None and "key_cert_sign" not in usage.native:
            return N_("The key of {name} may not be used to sign certificates."), name
        allowed -= not certificate.self_issued
        if certificate.max_path_length is not None:
            allowed = min(allowed, certificate.max_path_length)
    return None


def _wants_policy(certificate: x509.Certificate) -> bool:
    constraints = certificate.policy_constraints_value
    return constraints is not None and constraints["require_explicit_policy"].native is not None


class _Names:
    """Name constraints on the way down (RFC 5280, 4.2.1.10)."""

    def __init__(self) -> None:
        self._permitted = PermittedSubtrees(default_permitted_subtrees())
        self._excluded = ExcludedSubtrees(default_excluded_subtrees())

    def accept(self, certificate: x509.Certificate) -> bool:
        """Tell whether the names of a certificate keep to what stands above it."""
        return bool(
            self._permitted.accept_cert(certificate) and self._excluded.accept_cert(certificate)
        )

    def restrict(self, certificate: x509.Certificate) -> None:
        """Take in the constraints of an authority."""
        found = certificate.name_constraints_value
        if found is None:
            return
        for field, join in (
            ("permitted_subtrees", self._permitted.intersect_with),
            ("excluded_subtrees", self._excluded.union_with),
        ):
            if isinstance(found[field], x509.GeneralSubtrees):
                join(process_general_subtrees(found[field]))
