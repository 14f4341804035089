"""What checks of one run share: the workers, and what is known about bytes measured before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from medcab.model import Document
from medcab.sandbox import Limits, Sandbox
from medcab.validators.facts import FileFacts, ProbeLimits, ProbeOptions

if TYPE_CHECKING:
    from medcab.engine import CheckOptions

__all__ = ["Observer", "Workshop"]

Observer = Callable[[Document], None]

_WORTH_A_WORKER: Final = 1 << 19  # bytes of documents: about a page or two


class Workshop:
    """Workers for one check or several; a context manager, whose end is theirs.

    Args:
        options: of the checks: workers, limits, and whether legibility is wanted.

    Attributes:
        sandbox: the workers.
        seconds: that the signatures of a document may take.
    """

    def __init__(self, options: CheckOptions) -> None:
        limits = ProbeLimits(seconds=options.timeout, memory=options.memory)
        self._asked = ProbeOptions(limits, scan=options.scan)
        self.sandbox = Sandbox(options.jobs, Limits(options.timeout, options.memory))
        self.seconds = options.signature_timeout or options.timeout
        self._known: dict[str, FileFacts] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.sandbox.close(kill=kind is not None)

    def warm(self, documents: Sequence[Document]) -> None:
        """Start as many workers now as there will be work for."""
        from medcab.validators.probing import WARM

        self.sandbox.warm(WARM, sum(d.size for d in documents) // _WORTH_A_WORKER)

    def probe(
        self, documents: Sequence[Document], observer: Observer | None = None
    ) -> Iterator[tuple[int, FileFacts]]:
        """Measure ``documents``; yield (index, facts) as they come.

        Bytes that were measured before are not measured again: facts are about bytes alone.
        """
        from medcab.validators.probing import probe_all

        for index, facts in probe_all(documents, self._asked, self.sandbox, self._known):
            if facts.sha256 and not facts.limits:  # a limit of time may have been bad luck
                self._known[facts.sha256] = facts
            yield index, facts
            if observer is not None:
                observer(documents[index])
