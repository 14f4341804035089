"""Signatures inside PDF files (ISO 32000-2 12.8, ETSI EN 319 142-1), levels B-B to B-LTA.

The file structure (fields, revisions, what was changed after signing) is pyHanko's; the CMS in
it is made and judged by the same blocks as every other signature, so that reports look the same
and every algorithm that medcab knows works here too.
"""

from __future__ import annotations

from medcab.signing.pades.making import sign_pdf, sign_pdf_file
from medcab.signing.pades.verify import verify_pdf

__all__ = ["sign_pdf", "sign_pdf_file", "verify_pdf"]
