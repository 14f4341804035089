"""What a verification demands: strictness, algorithms, revocation, limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as _field
from datetime import date
from typing import Final

from medcab.signing.results import Check, CheckOutcome, SubIndication

__all__ = ["PURPOSES", "REFUSED_PURPOSES", "STRICT", "ValidationPolicy"]

# Extended key usages that make a certificate one for documents; ``.*``: everything below the arc.
PURPOSES: Final = (
    "1.3.6.1.5.5.7.3.36",  # documentSigning, RFC 9336
    "1.3.6.1.5.5.7.3.4",  # emailProtection: what was used before there was anything better
    "2.5.29.37.0",  # any
    "1.3.6.1.4.1.311.10.3.12",  # document signing of Microsoft
    "1.2.840.113583.1.1.5",  # authentic documents of Adobe
    "1.2.643.*",  # Russian authorities and systems: relations in which signatures are used
)
# A certificate with none but these is for something else.
REFUSED_PURPOSES: Final = (
    "1.3.6.1.5.5.7.3.1",  # servers
    "1.3.6.1.5.5.7.3.3",  # code
    "1.3.6.1.5.5.7.3.8",  # time-stamps
    "1.3.6.1.5.5.7.3.9",  # OCSP answers
)

_REVOKED: Final = frozenset(
    (SubIndication.REVOKED, SubIndication.REVOKED_NO_POE, SubIndication.REVOKED_CA_NO_POE)
)
# Such a time-stamp shows that the file is not the one that was stamped.
_BROKEN: Final = frozenset(
    (SubIndication.FORMAT_FAILURE, SubIndication.HASH_FAILURE, SubIndication.SIG_CRYPTO_FAILURE)
)


@dataclass(frozen=True, slots=True)
class ValidationPolicy:
    """Rules of one verification; hashable through :attr:`key`.

    Attributes:
        lenient: accept plain CMS: signed attributes and the ESS reference may be missing, their
            order and bytes after the structure are told but do not fail.
        revocation: ``require`` | ``prefer`` | ``none``.
        sunsets: compare algorithms with their dates (ETSI TS 119 312).
        overrides: algorithm name (``SHA-1``, ``RSA-2048``) -> day of its end, None for no end.
        certificate_policies: acceptable certificate policies (OIDs); empty: any.
        explicit_policy, inhibit_mapping, inhibit_any: initial indicators of RFC 5280 6.1.1.
        levels: (check, ``fail`` | ``warn`` | ``ignore``): what a check is worth, where that is not
            the default.
        purposes: extended key usages that are accepted for signatures under documents.
        refused_purposes: extended key usages that exclude these where there are no others.
        max_file: bytes of a signature file that are read at most.
        max_counter_depth: counter-signatures of counter-signatures.
    """

    lenient: bool = False
    revocation: str = "prefer"
    sunsets: bool = True
    overrides: Mapping[str, date | None] = _field(default_factory=dict)
    certificate_policies: tuple[str, ...] = ()
    explicit_policy: bool = False
    inhibit_mapping: bool = False
    inhibit_any: bool = False
    levels: tuple[tuple[str, str], ...] = ()
    purposes: tuple[str, ...] = PURPOSES
    refused_purposes: tuple[str, ...] = REFUSED_PURPOSES
    max_file: int = 512 << 20
    max_counter_depth: int = 8

    @property
    def key(self) -> tuple[object, ...]:
        """What distinguishes verdicts made under different policies."""
        return (
            self.lenient,
            self.revocation,
            self.sunsets,
            tuple(sorted(self.overrides.items(), key=repr)),
            tuple(sorted(self.certificate_policies)),
            (self.explicit_policy, self.inhibit_mapping, self.inhibit_any),
            self.levels,
            (self.purposes, self.refused_purposes),
        )

    def weigh(self, checks: Iterable[Check]) -> list[Check]:
        """The checks as this policy counts them.

        A check that is made to fail without having a reason of its own leaves the signature
        INDETERMINATE. That a certificate was revoked is never forgiven: the checks on revocation
        bear one name for «revoked» and «not known». Nor is a time-stamp over something else, or
        with a wrong signature: one name stands for «wrong» and «not confirmed».
        """
        if not self.levels:
            return list(checks)
        levels = dict(self.levels)
        made = []
        for check in checks:
            level = levels.get(check.id)
            if (
                level is None
                or check.outcome is CheckOutcome.PASSED
                or check.sub_indication in _REVOKED
                or (check.id == "time-stamp" and check.sub_indication in _BROKEN)
            ):
                made.append(check)
            elif level == "fail":
                outcome = CheckOutcome.UNDETERMINED if not check.open else check.outcome
                made.append(replace(check, outcome=outcome))
            else:
                outcome = CheckOutcome.WARNING if level == "warn" else CheckOutcome.IGNORED
                made.append(replace(check, outcome=outcome, sub_indication=None))
        return made


STRICT: Final = ValidationPolicy()
