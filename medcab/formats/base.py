"""What a writer is, and what all writers are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, ClassVar, Final, Protocol

from medcab.model import Document, Finding, Report
from medcab.text import Translator

__all__ = ["DEFAULT", "Box", "FixHint", "Options", "PageImage", "PageRequest", "Writer"]

Box = tuple[float, float, float, float]
"""Left, top, right, bottom as shares of the page as displayed."""

PageImage = Callable[[Document, int, int, Box | None], bytes | None]
"""``page_image(document, page, width, box) -> PNG or JPEG bytes``, None when it cannot be drawn.

Reading files is not the business of a writer: the caller draws pages (in the sandbox) and lends
them to the writers through this callback. ``page`` counts from 1, ``width`` is that of the whole
page in pixels; with a ``box`` only that part is returned. A callback that has a method
``prepare(requests)`` is told beforehand what will be asked (:class:`PageRequest`).
"""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A picture that a writer will ask for."""

    document: Document
    page: int
    width: int
    box: Box | None = None


FixHint = Callable[[Finding], str | None]


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller may ask of a writer; each writer takes what concerns it.

    Attributes:
        quiet: text: only the verdict line.
        verbose: text: also the checks that passed and the digests of the files.
        color: text: escape sequences for colour may be written.
        width: text: columns of the terminal.
        fix_hint: text, html: what ``medcab fix`` would make of a finding, as a msgid or None; text
            without it says nothing, html what the rule says.
        unicode: text: False when the console has no box-drawing characters.
        delimiter: csv: ``,`` or ``;`` (what Excel opens by double click in a Russian Windows).
        record: html, pdf, xlsx: number of the record in the journal, when there is one.
        page_image: html, pdf, xlsx: draws pages for thumbnails; None leaves them out.
    """

    quiet: bool = False
    verbose: bool = False
    color: bool = False
    width: int = 100
    fix_hint: FixHint | None = None
    unicode: bool = True
    delimiter: str = ","
    record: str | None = None
    page_image: PageImage | None = None


DEFAULT: Final = Options()


class Writer(Protocol):
    """Turns a report into one format.

    Attributes:
        name: as in ``--format NAME`` and ``--output NAME:FILE``.
        media_type: MIME type of what is written.
        extension: usual file name extension, with the dot.
        binary: :meth:`write` wants a stream of bytes; otherwise a stream of text. Everything that
            machines read is bytes in UTF-8, whatever the console's encoding.
        streaming: whole lines are written as they are made, so a reader can begin early.
    """

    name: ClassVar[str]
    media_type: ClassVar[str]
    extension: ClassVar[str]
    binary: ClassVar[bool]
    streaming: ClassVar[bool]

    def write(
        self, report: Report, tr: Translator, stream: IO[Any], *, options: Options = DEFAULT
    ) -> None:
        """Write ``report`` in the language of ``tr`` to ``stream`` (which stays open)."""
        ...
