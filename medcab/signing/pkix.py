"""The bridge to pyhanko-certvalidator: our algorithms, and stores that cannot be poisoned.

The library does RFC 5280 (section 6: paths; 6.3: CRLs). Three of its habits are not kept here,
since a hostile file could use them:

* validated certificates and the makers of CRLs are remembered by the *signature value* alone, so
  a forged object that copies the signature bytes of a genuine one would be taken for it; here
  the SHA-256 of the whole object is the key;
* certificates are stored by issuer and serial number, first come first served; here only
  certificates whose signature was verified by us get into a store at all;
* a context is never used for two files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from logging import NullHandler, getLogger
from types import MappingProxyType
from typing import Any, TypeVar

from asn1crypto import algos, keys, x509
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator.authority import TrustAnchor
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import AlgorithmNotSupported
from pyhanko_certvalidator.ltv.poe import POEManager
from pyhanko_certvalidator.policy_decl import (
    AlgorithmUsageConstraint,
    AlgorithmUsagePolicy,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import CertificateRegistry, SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer
from pyhanko_certvalidator.revinfo.manager import RevinfoManager
from pyhanko_certvalidator.sig_validate import DEFAULT_VALIDATION_CONTEXT, SignatureValidator

from medcab.errors import SigningError
from medcab.signing.algorithms import (
    UnsupportedAlgorithmError,
    VerifyingKey,
    digest_algorithm,
    key_sunset,
    load_public_key,
    resolve,
    signature_algorithm,
)
from medcab.signing.certificates import raw

# The library logs what it then raises; without a handler that would land on stderr.
getLogger("pyhanko_certvalidator").addHandler(NullHandler())

__all__ = ["AlgorithmRules", "Dates", "Signed", "make_context", "run", "signed_by", "weakness"]

_T = TypeVar("_T")
_PSS = "1.2.840.113549.1.1.10"
# Days by name of algorithm or key that stand instead of the known ones (None: no end); in place of
# the whole mapping None: nothing is too weak.
Dates = Mapping[str, date | None] | None
_NO_OTHER_DATES: Dates = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Signed:
    """Something an authority signed: a certificate, a CRL, an OCSP answer."""

    body: bytes
    algorithm: Any
    signature: bytes

    @classmethod
    def certificate(cls, item: x509.Certificate) -> Signed:
        """Of a certificate (RFC 5280 4.1.1)."""
        return cls(
            raw(item["tbs_certificate"]),
            item["signature_algorithm"],
            item["signature_value"].native,
        )


@lru_cache(maxsize=512)
def _public_key(spki: bytes, oid: str) -> VerifyingKey:
    return load_public_key(spki, oid)


def signed_by(signed: Signed, key: keys.PublicKeyInfo) -> bool | None:
    """Tell whether ``key`` made the signature.

    Returns:
        True or False; None when the algorithm is not supported.
    """
    try:
        public = _public_key(key.dump(), key["algorithm"]["algorithm"].dotted)
        oid = signed.algorithm["algorithm"].dotted
        parameters = signed.algorithm["parameters"].dump() if oid == _PSS else None
        scheme = resolve(oid, parameters, public.digest_oid or "")
        return public.verify(scheme, signed.body, signed.signature)
    except UnsupportedAlgorithmError:
        return None
    except (SigningError, ValueError, TypeError, LookupError, OverflowError, AttributeError):
        return False


def weakness(
    algorithm: algos.SignedDigestAlgorithm,
    key: keys.PublicKeyInfo | None,
    moment: datetime,
    dates: Dates = _NO_OTHER_DATES,
) -> date | None:
    """Day since which the algorithm or the key is too weak, when ``moment`` is not before it.

    Source: ETSI TS 119 312 V1.5.1, as the tables of :mod:`medcab.signing.algorithms` hold it,
    unless ``dates`` says otherwise.
    """
    if dates is None:
        return None
    days: list[date | None] = []
    try:
        entry = signature_algorithm(algorithm["algorithm"].dotted)
        if entry.digest:
            digest = digest_algorithm(entry.digest)
            days.append(dates.get(digest.name, digest.sunset))
        elif entry.family == "rsa-pss":
            digest = resolve(entry.oid, algorithm["parameters"].dump(), "").digest
            days.append(dates.get(digest.name, digest.sunset))
        if key is not None:
            public = _public_key(key.dump(), key["algorithm"]["algorithm"].dotted)
            days.append(dates.get(public.name, key_sunset(public)))
    except (SigningError, ValueError, TypeError, LookupError, AttributeError):
        return None  # unsupported things are told where the signature itself is checked
    reached = [day for day in days if day is not None and day <= moment.date()]
    return min(reached) if reached else None


class _Verifier(SignatureValidator):  # type: ignore[misc]
    """Signature checks of the library through our table of algorithms (GOST included).

    Args:
        originals: re-encoded bodies to the octets that were signed (see ``certificates.raw``).
    """

    def __init__(self, originals: Mapping[bytes, bytes]) -> None:
        self._originals = originals

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: keys.PublicKeyInfo,
        signature_algorithm: algos.SignedDigestAlgorithm,
        context: Any = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        body = self._originals.get(signed_data, signed_data)
        answer = signed_by(Signed(body, signature_algorithm, signature), public_key_info)
        if answer is None:
            raise AlgorithmNotSupported("unsupported")
        if not answer:
            raise InvalidSignature


class AlgorithmRules(AlgorithmUsagePolicy):  # type: ignore[misc]
    """Dated acceptance of algorithms; without dates whatever is supported is accepted."""

    def __init__(self, dates: Dates = _NO_OTHER_DATES) -> None:
        self._dates = dates

    def digest_algorithm_allowed(self, algo: Any, moment: datetime | None) -> Any:
        if self._dates is None or moment is None:
            return AlgorithmUsageConstraint(allowed=True)
        try:
            digest = digest_algorithm(algo["algorithm"].dotted)
        except SigningError:
            return AlgorithmUsageConstraint(allowed=False)
        sunset = self._dates.get(digest.name, digest.sunset)
        return AlgorithmUsageConstraint(allowed=sunset is None or moment.date() < sunset)

    def signature_algorithm_allowed(
        self, algo: Any, moment: datetime | None, public_key: Any
    ) -> Any:
        weak = None if moment is None else weakness(algo, public_key, moment, self._dates)
        return AlgorithmUsageConstraint(allowed=weak is None)


class _Context(ValidationContext):  # type: ignore[misc]
    """A validation context that remembers certificates by what they are, whole."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._seen: dict[bytes, Any] = {}

    def record_validation(self, cert: Any, path: Any) -> None:
        self._seen[_digest(cert)] = path

    def check_validation(self, cert: Any) -> Any:
        return self._seen.get(_digest(cert))

    def clear_validation(self, cert: Any) -> None:
        self._seen.pop(_digest(cert), None)


class _Revocations(RevinfoManager):  # type: ignore[misc]
    """As the library's, but a CRL is known by its whole contents."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._makers: dict[bytes, Any] = {}

    def record_crl_issuer(self, certificate_list: Any, cert: Any) -> None:
        self._makers[_digest(certificate_list)] = cert

    def check_crl_issuer(self, certificate_list: Any) -> Any:
        return self._makers.get(_digest(certificate_list))


def _digest(thing: Any) -> bytes:
    return hashlib.sha256(raw(thing)).digest()


_RULES = {
    "none": RevocationCheckingRule.NO_CHECK,
    "prefer": RevocationCheckingRule.CHECK_IF_DECLARED_SOFT,
    "require": RevocationCheckingRule.CRL_OR_OCSP_REQUIRED,
}


def make_context(
    *,
    anchor: TrustAnchor,
    certificates: Iterable[x509.Certificate],
    moment: datetime,
    dates: Dates = _NO_OTHER_DATES,
    crls: Sequence[Any] = (),
    revocation: str = "none",
    later: bool = False,
) -> ValidationContext:
    """Make a fresh context that knows one anchor and the given, already vetted things.

    Args:
        anchor: the anchor of the path at hand.
        certificates: whose signatures were verified by the caller.
        moment: validation time (aware).
        dates: see :data:`Dates`.
        crls: parsed CRLs whose signatures were verified by the caller.
        revocation: ``none`` | ``prefer`` | ``require``, for the makers of CRLs.
        later: CRLs made after ``moment`` count too.
    """
    certificates = tuple(certificates)
    registry = CertificateRegistry.build(certificates)
    bodies = [item["tbs_certificate"] for item in certificates]
    bodies += [item["tbs_cert_list"] for item in crls]
    originals = {b.dump(): raw(b) for b in bodies if raw(b)[:8].find(b"\x80") >= 0}
    poe = POEManager()
    rule = _RULES[revocation]
    manager = _Revocations(
        certificate_registry=registry,
        poe_manager=poe,
        crls=[CRLContainer(item) for item in crls],
        ocsps=[],
    )
    return _Context(
        trust_manager=SimpleTrustManager.build([anchor]),
        certificate_registry=registry,
        revinfo_manager=manager,
        poe_manager=poe,
        revinfo_policy=CertRevTrustPolicy(
            RevocationCheckingPolicy(rule, rule), retroactive_revinfo=later
        ),
        moment=moment,
        algorithm_usage_policy=AlgorithmRules(dates),
        signature_validator=_Verifier(originals),
    )


def run(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine that has nothing to wait for (no fetching happens inside the library)."""
    try:
        work.send(None)
    except StopIteration as done:
        value: _T = done.value
        return value
    work.close()
    raise RuntimeError("the coroutine wants an event loop")
