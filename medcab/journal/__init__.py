"""The journal: who checked what, when, with which answer; append-only, chained by hashes.

SQLite in WAL mode. Each record holds the SHA-256 of its own content joined with the hash of the
record before, so an edited, removed or moved record breaks the chain at that place; the head of
the chain is kept beside it, so a cut tail shows too. Whoever can rewrite the whole file could
compute a new chain: against that the head is sealed with a signature (:mod:`medcab.journal.seal`).
"""

from __future__ import annotations

from medcab.journal.chain import ChainProblem, Verification
from medcab.journal.entry import Entry, from_report
from medcab.journal.store import Journal, Record

__all__ = ["ChainProblem", "Entry", "Journal", "Record", "Verification", "from_report"]
