"""Signatures inside PDF files (ISO 32000, ETSI EN 319 142-1), by pyHanko."""

from __future__ import annotations

from typing import TYPE_CHECKING

from medcab.signing.results import Check, CheckOutcome, SubIndication, VerificationReport
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.verify import Verifier

__all__ = ["verify_pdf"]


def verify_pdf(verifier: Verifier, data: bytes, name: str) -> VerificationReport:
    """Verify the signatures of a PDF."""
    check = Check(
        "structure", CheckOutcome.UNDETERMINED, "ISO 32000-1 12.8",
        N_("Signatures inside PDF files cannot be checked yet."), {}, SubIndication.GENERIC,
    )  # fmt: skip
    return VerificationReport(name, None, verifier.moment, problems=(check,), encoding="pdf")
