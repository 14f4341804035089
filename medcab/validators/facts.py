"""What the probe measured about a file: plain values, picklable, no parser behind them.

Facts are made in a worker (:mod:`medcab.validators.probe`) and judged by rules. A fact that could
not be had is ``None`` or named in :attr:`FileFacts.limits`, never a comfortable default.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as _field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medcab.sandbox import Outcome
    from medcab.sources import Source
    from medcab.validators.scan.facts import PageScan

__all__ = [
    "Action",
    "Attachment",
    "Density",
    "FileFacts",
    "ImageFacts",
    "LimitHit",
    "PageFacts",
    "PdfFacts",
    "PlacedImage",
    "ProbeLimits",
    "ProbeOptions",
    "from_outcome",
    "unreadable",
]


@dataclass(frozen=True, slots=True)
class ProbeLimits:
    """How far the probe goes before it says «not determined» (METHODS: what hostile files do).

    Attributes:
        seconds: wall time of one file, kept by the sandbox.
        memory: address space of the worker in bytes, kept by the sandbox.
        file_size: larger files are hashed and identified, not parsed.
        pixels: of one image, decoded.
        jpeg_scans: SOS markers of one JPEG.
        filters: filters of one PDF stream.
        stream: bytes of one inflated content stream.
        operators: content operators of one page, forms included.
        image_draws: images drawn on one page.
        forms: form XObjects, patterns and appearances entered on one page.
        depth: nesting of forms, of actions, of objects.
        pages: pages looked at.
        objects: PDF objects looked at.
    """

    seconds: float = 20.0
    memory: int = 2 << 30
    file_size: int = 512 << 20
    pixels: int = 60_000_000
    jpeg_scans: int = 64
    filters: int = 4
    stream: int = 50_000_000
    operators: int = 400_000
    image_draws: int = 5_000
    forms: int = 2_000
    depth: int = 16
    pages: int = 2_000
    objects: int = 300_000


@dataclass(frozen=True, slots=True)
class ProbeOptions:
    """What to measure: ``scan`` asks for legibility too (renders pages, much slower)."""

    limits: ProbeLimits = _field(default=ProbeLimits())
    scan: bool = False


@dataclass(frozen=True, slots=True)
class LimitHit:
    """A limit that was reached: what lies behind it was not looked at.

    Attributes:
        name: ``time``, ``memory``, ``crash``, ``error``, ``unreadable`` or ``changed`` (nothing is
            known beyond the surface);
            ``scan_time`` (legibility of the later pages is not known) or ``scan_page`` (of one);
            else a field of :class:`ProbeLimits`.
        limit: the limit; None where it is no number.
        seen: what was met (a lower bound); None when unknown.
        page: 1-based page where it was met, None for the file as a whole.
        detail: what the parser said, for ``crash`` and ``error``.
    """

    name: str
    limit: float | None = None
    seen: float | None = None
    page: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PlacedImage:
    """One image as drawn on a page.

    Attributes:
        index: 1-based, in order of painting on the page.
        name: resource name, ``inline`` for inline images.
        width: samples across.
        height: samples down.
        dpi_h: effective resolution along the image's rows; inf when drawn with no width.
        dpi_v: the same along its columns.
        share: share 0..1 of the page where this image is what is seen.
        mask: a stencil or 1-bit mask (its resolution is that of the strokes).
        damage: what is broken in its data, empty when nothing was seen.
        box: (left, top, right, bottom) as fractions of the page as displayed, clipped to it.
    """

    index: int
    name: str
    width: int
    height: int
    dpi_h: float
    dpi_v: float
    share: float
    mask: bool = False
    damage: str = ""
    box: tuple[float, float, float, float] | None = None

    @property
    def dpi(self) -> float:
        """The worse of the two axes."""
        return min(self.dpi_h, self.dpi_v)


@dataclass(frozen=True, slots=True)
class PageFacts:
    """One page of a PDF.

    Attributes:
        number: 1-based.
        width: points as displayed (crop box, after UserUnit and Rotate).
        height: the same.
        rotation: 0, 90, 180 or 270.
        images: every image drawn, visible or not (``share`` tells).
        text: visible text is drawn.
        hidden_text: invisible text is drawn (the layer of a text recognition).
        drawing: lines or areas are painted.
        annotations: subtypes, as written.
        watermark: a watermark annotation or artifact is on the page.
        complete: False when a limit ended the walk: resolution is not known then.
        decoded: False when its pictures could not be read to the end: damage is not known then.
    """

    number: int
    width: float
    height: float
    rotation: int = 0
    images: tuple[PlacedImage, ...] = ()
    text: bool = False
    hidden_text: bool = False
    drawing: bool = False
    annotations: tuple[str, ...] = ()
    watermark: bool = False
    complete: bool = True
    decoded: bool = True

    def share_below(self, dpi: float) -> float:
        """Share of the page where an image with less than ``dpi`` on an axis is seen."""
        return sum(i.share for i in self.images if i.dpi < dpi)

    def worst(self, share: float) -> PlacedImage | None:
        """The image of lowest resolution such that it and worse ones cover ``share``.

        None when images cover less than that.
        """
        covered = 0.0
        for image in sorted((i for i in self.images if i.share > 0), key=lambda i: i.dpi):
            covered += image.share
            if covered >= share:
                return image
        return None

    @property
    def image_share(self) -> float:
        """Share of the page covered by images."""
        return sum(i.share for i in self.images)

    @property
    def empty(self) -> bool:
        """Nothing at all is drawn; False when the walk was not completed."""
        return self.complete and not (self.images or self.text or self.drawing or self.annotations)


@dataclass(frozen=True, slots=True)
class Action:
    """An action: ``kind`` is JavaScript, Launch, SubmitForm, ImportData, GoToE or RichMedia."""

    kind: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file embedded in a PDF."""

    name: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """A PDF as a whole.

    Attributes:
        version: of the header, ``1.7``.
        encryption: None, ``user`` (asks for a password to open) or ``owner`` (restricted only).
        damage: None, or why it cannot be read without repair.
        opened: the structure could be read (with repair if ``damage`` is set).
        complete: all objects were looked at; else absence of actions proves nothing.
        warnings: what the parser complained about, at most 20.
        page_count: as the page tree says; None when not opened.
        pages: looked at; fewer than ``page_count`` after a limit.
        actions: what runs or sends something.
        attachments: embedded files.
        fields: fields that can be filled in (terminal, not signatures).
        widgets: widget annotations that belong to no field of the form, signatures excluded.
        signature_fields: fields of type Sig.
        xfa: an XFA form is inside.
        layers: names of optional-content groups.
        producer: of the document information.
        creator: the same.
    """

    version: str = ""
    encryption: str | None = None
    damage: str | None = None
    opened: bool = False
    complete: bool = False
    warnings: tuple[str, ...] = ()
    page_count: int | None = None
    pages: tuple[PageFacts, ...] = ()
    actions: tuple[Action, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    fields: int = 0
    widgets: int = 0
    signature_fields: int = 0
    xfa: bool = False
    layers: tuple[str, ...] = ()
    producer: str = ""
    creator: str = ""


@dataclass(frozen=True, slots=True)
class Density:
    """A resolution that a file claims: ``source`` is jfif, exif, phys, tiff, bmp or other."""

    source: str
    h: float
    v: float


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """An image file.

    Attributes:
        width: samples across, as stored.
        height: samples down, as stored.
        mode: grey, rgb, cmyk, palette, bilevel or other.
        bits: per sample.
        alpha: has an opacity channel or colour.
        frames: pictures in the file.
        orientation: of EXIF, 1..8; 1 when absent.
        densities: resolutions claimed, in order of trust.
        scans: SOS markers (JPEG).
        damage: None, or what is broken in the data.
        ended: the closing marker is there (EOI, IEND, trailer).
        trailing: bytes after the end.
        decoded: all samples were read without complaint.
    """

    width: int
    height: int
    mode: str = "other"
    bits: int = 8
    alpha: bool = False
    frames: int = 1
    orientation: int = 1
    densities: tuple[Density, ...] = ()
    scans: int = 0
    damage: str | None = None
    ended: bool = True
    trailing: int = 0
    decoded: bool = False


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file.

    Attributes:
        size: bytes.
        format: id by content (``pdf``, ``jpeg``, ``png``, ``docx``, ``zip``, ``html``...), ``text``
            or ``unknown``; ``empty`` for no bytes; None when the content could not be read.
        media_type: of that format.
        sha256: hexadecimal; empty when the content could not be read.
        also: other formats that the same bytes pass for (a polyglot).
        blank: bytes that are all the same.
        pages: pages of a PDF or frames of an image; None when not known.
        pdf: set for PDF unless a limit on the whole file was reached.
        image: set for images, the same.
        limits: every limit reached.
        scan: measures of legibility by page, when asked for.
    """

    size: int
    format: str | None
    media_type: str = "application/octet-stream"
    sha256: str = ""
    also: tuple[str, ...] = ()
    blank: bool = False
    pages: int | None = None
    pdf: PdfFacts | None = None
    image: ImageFacts | None = None
    limits: tuple[LimitHit, ...] = ()
    scan: tuple[PageScan, ...] = ()

    @property
    def failure(self) -> LimitHit | None:
        """The limit that hid the whole content, if one did."""
        for hit in self.limits:
            if hit.name in _TOTAL:
                return hit
        return None


_TOTAL = frozenset({"time", "memory", "crash", "error", "file_size", "unreadable", "changed"})


def unreadable(
    size: int,
    reason: str,
    *,
    limit: float | None = None,
    detail: str = "",
    surface: FileFacts | None = None,
) -> FileFacts:
    """Facts of a file that no probe came back from.

    Args:
        size: bytes, as listed.
        reason: ``time``, ``memory``, ``crash``, ``error``, ``unreadable`` (cannot be opened) or
            ``changed`` (while it was examined).
        limit: the limit reached, where it is a number.
        detail: what is known beyond that, for the log and the finding.
        surface: what could be told without a parser (:func:`medcab.validators.probe.surface`).

    Every rule that needs more than the surface answers Unknown for such facts.
    """
    hit = LimitHit(reason, limit, None, None, detail)
    if surface is None:
        return FileFacts(size=size, format=None, limits=(hit,))
    return FileFacts(
        size=surface.size,
        format=surface.format,
        media_type=surface.media_type,
        sha256=surface.sha256,
        also=surface.also,
        blank=surface.blank,
        limits=(*surface.limits, hit),
    )


def from_outcome(outcome: Outcome, name: str, size: int, source: Source | None = None) -> FileFacts:
    """Facts for what a sandbox answered to ``run(probe, (source, name, options))``.

    Args:
        outcome: of the sandbox; every kind gives facts, none is dropped.
        name: of the file.
        size: as listed, used when the bytes cannot be had.
        source: where given, hash and format are told from it when the worker did not come back.
    """
    from medcab.sandbox import Died, Done, OutOfMemory, Raised, TimedOut
    from medcab.validators.probe import surface

    if isinstance(outcome, Done):
        facts: FileFacts = outcome.value
        return facts
    if isinstance(outcome, Raised) and isinstance(outcome.error, OSError):
        return unreadable(size, "unreadable", detail=_said(outcome.error))
    known: FileFacts | None = None
    if source is not None:
        try:
            known = surface(source, name)
        except OSError as error:
            return unreadable(size, "unreadable", detail=_said(error))
    match outcome:
        case TimedOut(seconds):
            return unreadable(size, "time", limit=seconds, surface=known)
        case OutOfMemory(limit):
            return unreadable(size, "memory", limit=limit, surface=known)
        case Died(code):
            return unreadable(size, "crash", detail=f"exit code {code}", surface=known)
        case Raised(raised):
            return unreadable(size, "error", detail=_said(raised), surface=known)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
