"""CRT rules: what a certificate for signing must be like (docs/requirements.md, C01 to C14).

They look at :class:`medcab.signing.cert_facts.CertificateFacts` that stand under the key
``certificates`` in the ``meta`` of a document; a document without them is none of their business.
Importing this module registers all of them; no parser is imported.
"""

from __future__ import annotations

from medcab.signing.certrules import holder, key, terms, trust
from medcab.signing.certrules.common import META_KEY, certificates_of

__all__ = ["META_KEY", "certificates_of", "holder", "key", "terms", "trust"]
