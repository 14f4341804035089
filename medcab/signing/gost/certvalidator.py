"""GOST for pyhanko-certvalidator: pass :class:`GostSignatureValidator` to a ValidationContext.

medcab's own verification has its table of algorithms behind the same hook; this one serves
programs that use pyHanko directly. The library forgets the hook for delegated OCSP responders
that carry ``ocsp-nocheck``: :func:`responder_is_authorised` is the check for that case.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from asn1crypto import x509
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    DefaultSignatureValidator,
)

from medcab.signing.gost.algorithms import KEYS, verify_signature
from medcab.signing.gost.register import register

__all__ = ["GostSignatureValidator", "responder_is_authorised"]


class GostSignatureValidator(DefaultSignatureValidator):  # type: ignore[misc]
    """Checks signatures of GOST keys itself, leaves all others to the library."""

    def __init__(self) -> None:
        register()

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: Any,
        signature_algorithm: Any,
        context: Any = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        """Check one signature; InvalidSignature when it is wrong."""
        if public_key_info["algorithm"]["algorithm"].dotted not in KEYS:
            super().validate_signature(
                signature, signed_data, public_key_info, signature_algorithm, context
            )
            return
        try:
            right = verify_signature(
                public_key_info,
                signature_algorithm["algorithm"].dotted,
                "",
                signature,
                signed_data,
                prehashed=context.prehashed,
            )
        except ValueError:
            right = False
        if not right:
            raise InvalidSignature


def responder_is_authorised(
    responder: x509.Certificate, issuer: x509.Certificate, moment: datetime
) -> bool:
    """Tell whether ``issuer`` let ``responder`` answer for it (RFC 6960, section 4.2.2.2).

    Args:
        responder: certificate that came with the OCSP answer.
        issuer: authority that issued the certificate asked about.
        moment: aware time at which the responder must have been valid.
    """
    usage = responder.extended_key_usage_value
    if usage is None or "ocsp_signing" not in usage.native:
        return False
    if responder.issuer != issuer.subject:
        return False
    if not responder.not_valid_before <= moment <= responder.not_valid_after:
        return False
    try:
        GostSignatureValidator().validate_signature(
            responder["signature_value"].native,
            responder["tbs_certificate"].dump(),
            issuer.public_key,
            responder["signature_algorithm"],
        )
    except (InvalidSignature, ValueError, TypeError, KeyError):
        return False
    return True
