"""Signing and verifying: PKCS#12, CMS, CAdES, trust, revocation.

The names below are loaded when they are first used; importing this package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medcab.signing.keys import load_p12, load_pem
    from medcab.signing.policy import ValidationPolicy
    from medcab.signing.results import (
        Check,
        Indication,
        SignatureResult,
        SubIndication,
        VerificationReport,
    )
    from medcab.signing.sign import Signer, SignOptions
    from medcab.signing.trust import TrustStore
    from medcab.signing.verify import Verifier

__all__ = [
    "Check",
    "Indication",
    "SignOptions",
    "SignatureResult",
    "Signer",
    "SubIndication",
    "TrustStore",
    "ValidationPolicy",
    "VerificationReport",
    "Verifier",
    "load_p12",
    "load_pem",
]

_HOMES = {
    "Check": "results",
    "Indication": "results",
    "SignOptions": "sign",
    "SignatureResult": "results",
    "Signer": "sign",
    "SubIndication": "results",
    "TrustStore": "trust",
    "ValidationPolicy": "policy",
    "VerificationReport": "results",
    "Verifier": "verify",
    "load_p12": "keys",
    "load_pem": "keys",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
