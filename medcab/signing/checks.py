"""The checks that a verification makes, by the names that stand in its reports.

A validation policy (:mod:`medcab.signing.longterm.policy_file`) says by these names what fails,
what warns and what is ignored.
"""

from __future__ import annotations

from typing import Final

__all__ = ["CHECKS", "FIXED"]

# Without these nothing is proven at all: they always count.
FIXED: Final = frozenset(
    (
        "algorithm-protection", "algorithms-consistent", "algorithms-supported", "byte-range",
        "certificate-chain", "certificate-issued-before", "certificate-readable", "chain",
        "chain-authorities", "chain-proven",
        "content-available", "content-not-attributes", "content-octet-string", "content-same",
        "coverage", "file-readable", "file-size", "gen-time-reached", "hash-index",
        "key-fits-algorithm", "limit",
        "message-digest-present", "message-digest-value", "message-imprint", "public-key",
        "signature", "signature-value", "signed-attributes-readable",
        "signing-certificate-found", "signing-certificate-reference", "signer-readable",
        "signers-present", "structure", "token-readable", "unchanged-since",
    )
)  # fmt: skip

# Where a check is made -> its name -> what it does unless a policy says otherwise: ``fail``,
# ``warn``, ``ignore``. Those that say «passed» or add to a report are not listed.
CHECKS: Final = {
    "file": {
        "no-trailing-bytes": "fail",
        "no-text-around": "warn",
        "one-signature": "ignore",
        "content-type-data": "warn",
    },
    "format": {
        "signed-attributes-present": "fail",
        "signed-attributes-der": "fail",
        "attributes-unique": "fail",
        "attributes-single-valued": "fail",
        "attributes-placed": "warn",
        "unsigned-attributes-readable": "warn",
        "content-type-present": "fail",
        "content-type-absent": "warn",
        "content-type-matches": "fail",
        "digest-algorithm-declared": "fail",
        "algorithm-parameters": "fail",
        "signer-version": "fail",
        "signing-time-form": "fail",
        "claimed-time": "warn",
        "signature-policy": "fail",
    },
    "signing certificate": {
        "signing-certificate-attribute": "fail",
        "issuer-serial-matches": "warn",
        "reference-digest": "warn",
        "certificates-readable": "warn",
        "key-usage": "fail",
        "extended-key-usage": "fail",
    },
    "chain and revocation": {
        "anchor-accreditation": "fail",
        "anchor-validity": "fail",
        "chain-algorithms": "fail",
        "chain-constraints": "fail",
        "validity-range": "fail",
        "revocation-signer": "warn",
        "revocation-authority": "warn",
        "revocation-data-readable": "warn",
    },
    "strength": {
        "digest-strength": "fail",
        "key-strength": "fail",
    },
    "time": {
        "time-stamp": "fail",
        "time-stamp-order": "fail",
        "time-stamping-purpose": "fail",
        "time-stamping-alone": "fail",
        "tst-extensions": "fail",
        "gen-time": "fail",
        "certificate-references": "fail",
        "revocation-references": "fail",
        "references-readable": "warn",
    },
    "PDF": {
        "subfilter": "fail",
        "content-detached": "fail",
        "single-signer": "fail",
    },
}
