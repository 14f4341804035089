"""Finding chains from a certificate to an anchor, with every signature verified on the way.

The search is bounded in every direction, because the certificates come from strangers: how many
candidates are looked at, how many signatures are verified, how long a chain may be. Names and key
identifiers only give the order (RFC 4158 3.5); the signature decides who issued what.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as _field
from typing import Final

from asn1crypto import keys, x509

from medcab.signing.certificates import MAX_CERTIFICATE_BYTES, name_key, raw, sha256_of, touch
from medcab.signing.pkix import Signed, signed_by
from medcab.signing.trust import Anchor, TrustStore

__all__ = ["MAX_LENGTH", "Chain", "ChainSearch", "effective_key", "lacks_parameters"]

MAX_LENGTH: Final = 12
_MAX_STEPS: Final = 400
_MAX_SIGNATURES: Final = 250
_MAX_CHAINS: Final = 16


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain whose signatures are right.

    Attributes:
        certificates: from the certificate in question to the one that the anchor signed.
        anchor: where it ends.
    """

    certificates: tuple[x509.Certificate, ...]
    anchor: Anchor

    @property
    def whole(self) -> tuple[x509.Certificate, ...]:
        """All certificates, the anchor's own as the last (once, when it is the only one)."""
        if self.certificates and sha256_of(self.certificates[-1]) == self.anchor.fingerprint:
            return self.certificates
        return (*self.certificates, self.anchor.certificate)

    @property
    def is_anchor_alone(self) -> bool:
        """The certificate in question is itself an anchor."""
        return len(self.whole) == 1


@dataclass(slots=True)
class ChainSearch:
    """One search; afterwards its attributes tell how it went.

    Attributes:
        leaf: the certificate in question.
        trust: the anchors.
        exhausted: a limit was reached before everything was tried.
        unsupported: OIDs of signature algorithms that could not be checked.
        bad_signatures: a named issuer was there, but its key did not make the signature.
        longest: the longest chain that was built without reaching an anchor.
    """

    leaf: x509.Certificate
    trust: TrustStore
    exhausted: bool = False
    unsupported: set[str] = _field(default_factory=set)
    bad_signatures: int = 0
    longest: tuple[x509.Certificate, ...] = ()
    _by_subject: dict[str, list[x509.Certificate]] = _field(default_factory=dict)
    _answers: dict[tuple[str, bytes], bool] = _field(default_factory=dict)
    _steps: int = 0
    _signatures: int = 0

    def add(self, others: Sequence[x509.Certificate]) -> None:
        """Offer certificates that may be issuers; what cannot be parsed is passed over."""
        known = {sha256_of(c) for group in self._by_subject.values() for c in group}
        for certificate in others:
            try:
                key = sha256_of(certificate)
                if key not in known and len(certificate.contents) <= MAX_CERTIFICATE_BYTES:
                    known.add(key)
                    self._by_subject.setdefault(name_key(certificate.subject), []).append(
                        certificate
                    )
            except (ValueError, TypeError, LookupError, AttributeError):
                continue

    def chains(self) -> Iterator[Chain]:
        """Yield chains, the likeliest first, at most 16."""
        self.longest = (self.leaf,)
        anchor = self.trust.find(self.leaf)
        if anchor is not None:
            yield Chain((self.leaf,), anchor)
            return
        for found, chain in enumerate(self._extend((self.leaf,)), 1):
            yield chain
            if found >= _MAX_CHAINS:
                self.exhausted = True
                return

    def _extend(self, chain: tuple[x509.Certificate, ...]) -> Iterator[Chain]:
        last = chain[-1]
        for anchor in self.trust.issuers_of(last):
            if self._issued(last, anchor.certificate):
                yield Chain(chain, anchor)
        if len(chain) >= MAX_LENGTH or self.exhausted:
            return
        seen = {_identity(certificate) for certificate in chain}
        for issuer in self._candidates(last):
            self._steps += 1
            if self._steps > _MAX_STEPS:
                self.exhausted = True
                return
            if _identity(issuer) in seen or self.trust.find(issuer) is not None:
                continue
            if not self._issued(last, issuer) or not _sound(issuer):
                continue
            longer = (*chain, issuer)
            if len(longer) > len(self.longest):
                self.longest = longer
            yield from self._extend(longer)

    def _candidates(self, certificate: x509.Certificate) -> list[x509.Certificate]:
        """Named as the issuer; the right key first, certificates of authorities first."""
        named = self._by_subject.get(name_key(certificate.issuer), [])
        if len(named) < 2:
            return named
        wanted = certificate.authority_key_identifier

        def rank(candidate: x509.Certificate) -> tuple[bool, bool]:
            return (bool(wanted) and candidate.key_identifier != wanted, not candidate.ca)

        return sorted(named, key=rank)

    def _issued(self, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
        key = (sha256_of(certificate), issuer.public_key.dump())
        answer = self._answers.get(key)
        if answer is None:
            if self._signatures >= _MAX_SIGNATURES:
                self.exhausted = True
                return False
            self._signatures += 1
            told: bool | None
            inner = certificate["tbs_certificate"]["signature"]
            if raw(inner) != raw(certificate["signature_algorithm"]):
                told = False  # RFC 5280 4.1.1.2: the two must be the same
            elif lacks_parameters(issuer.public_key):
                told = True  # inherited from above (RFC 5280 6.1.4 e): the judge verifies it
            else:
                told = signed_by(Signed.certificate(certificate), issuer.public_key)
            if told is None:
                self.unsupported.add(certificate["signature_algorithm"]["algorithm"].dotted)
            elif not told:
                self.bad_signatures += 1
            answer = self._answers[key] = bool(told)
        return answer


def _sound(certificate: x509.Certificate) -> bool:
    """Every extension can be parsed; certificates out of signatures were not looked at yet."""
    try:
        touch(certificate)
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError):
        return False
    return True


def lacks_parameters(key: keys.PublicKeyInfo) -> bool:
    """A DSA key that takes its domain parameters from its issuer's (RFC 3279 2.3.2)."""
    algorithm = key["algorithm"]
    return algorithm["algorithm"].native == "dsa" and algorithm["parameters"].native is None


def effective_key(whole: Sequence[x509.Certificate], position: int) -> keys.PublicKeyInfo:
    """Public key of ``whole[position]`` with inherited DSA parameters filled in."""
    key = whole[position].public_key
    if not lacks_parameters(key) or position + 1 >= len(whole):
        return key
    above = effective_key(whole, position + 1)
    if above["algorithm"]["algorithm"].native != "dsa":
        return key
    filled = key.copy()
    filled["algorithm"]["parameters"] = above["algorithm"]["parameters"].copy()
    return filled


def _identity(certificate: x509.Certificate) -> tuple[str, bytes]:
    """Name and key: neither helps twice in one chain (RFC 4158 2.4.2)."""
    return name_key(certificate.subject), certificate.public_key.dump()
