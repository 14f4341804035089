"""The test authority as fixtures: root, intermediate, leaves of every kind."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import pki

HOLDER = {
    "2_5_4_4": "Иванова",
    "2_5_4_42": "Анна Петровна",
    "1_2_643_100_3": "11223344595",
    "1_2_643_3_131_1_1": "500100732259",
}


@dataclass
class Pki:
    root: pki.Entity
    intermediate: pki.Entity
    leaves: dict[str, pki.Entity] = field(default_factory=dict)

    @property
    def trust(self):
        from medcab.signing.trust import TrustStore

        return TrustStore.from_certificates([self.root.asn1])

    def leaf(self, kind: str) -> pki.Entity:
        if kind not in self.leaves:
            self.leaves[kind] = pki.make(
                f"Иванова {kind}", self.intermediate, kind=kind, holder=HOLDER
            )
        return self.leaves[kind]

    def verifier(self, **options):
        from medcab.signing.policy import ValidationPolicy
        from medcab.signing.verify import Verifier

        outer = {
            k: options.pop(k)
            for k in ("crls", "ocsps", "certificates", "policy_documents")
            if k in options
        }
        at = options.pop("at", pki.NOW)
        return Verifier(self.trust, ValidationPolicy(**options), at=at, **outer)


@pytest.fixture(scope="session")
def authority() -> Pki:
    root = pki.make(
        "Корень", kind="rsa", ca=True, start=pki.NOW - 5 * pki.YEAR, end=pki.NOW + 10 * pki.YEAR
    )
    between = pki.make(
        "Промежуточный",
        root,
        kind="rsa",
        ca=True,
        start=pki.NOW - 3 * pki.YEAR,
        end=pki.NOW + 5 * pki.YEAR,
    )
    return Pki(root, between)


@pytest.fixture
def inspected(monkeypatch):
    """Look at the signatures of a package as the engine does, with the trust of ``verifier``."""
    from dataclasses import replace

    from medcab.signing import inspecting
    from medcab.signing.trust_options import TrustOptions

    def look(made, verifier):
        monkeypatch.setattr(inspecting, "_verifier", lambda *_: verifier)
        documents = []
        for document in made.documents:
            beside = tuple((s.path, s.source) for s in made.signatures if s.target == document.path)
            question = inspecting.Question(
                document.path, document.source, beside, True, False, pki.NOW, TrustOptions()
            )
            reports = inspecting.inspect(question).signatures
            documents.append(replace(document, meta={**document.meta, "signatures": reports}))
        return replace(made, documents=tuple(documents))

    return look
