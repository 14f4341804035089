"""IMG: rules about picture files."""

from __future__ import annotations

from collections.abc import Iterator

from medcab.model import Severity
from medcab.rules import DocumentContext, Hit, Scope, Unknown, rule
from medcab.text import N_
from medcab.validators._missing import why_no_image
from medcab.validators.facts import ImageFacts

__all__ = [
    "image_alpha",
    "image_cmyk",
    "image_damaged",
    "image_depth",
    "image_frames",
    "image_orientation",
    "image_palette",
    "image_trailing_data",
]


def _known(ctx: DocumentContext) -> ImageFacts | Unknown | None:
    """The facts, a reason why there are none, or None when the file is no picture."""
    unknown = why_no_image(ctx.facts)
    return unknown if unknown is not None else ctx.facts.image


@rule(
    "IMG001",
    "image-damaged",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The picture is damaged or not complete."),
    since="0.1.0",
)
def image_damaged(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The picture is damaged or cut off.

    What it checks:
        The markers or chunks of the file up to its end mark, their checksums, whether all pixels
        can be decoded, and whether the data holds just the blocks or rows of the picture.
    Why it matters:
        The lower part of the page is missing or grey; some programs do not open the file at all.
    How to fix:
        Copy or download the file again. If that does not help, scan again.
    Source:
        docs/requirements.md F07; ITU-T T.81, annex B; W3C PNG, 5 and 11.
    """
    image = _known(ctx)
    if isinstance(image, Unknown):
        yield image
    elif image is not None:
        if image.damage is not None or not image.ended:
            yield Hit(evidence={"detail": image.damage or "no end marker"})
        elif not image.decoded:
            yield Unknown(N_("The picture was not decoded to the end."))


@rule(
    "IMG002",
    "image-trailing-data",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("After the end of the picture {n} byte of other data follows."),
    plural=N_("After the end of the picture {n} bytes of other data follow."),
    since="0.1.0",
    fixable=True,
)
def image_trailing_data(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """Other data follows the end of the picture.

    What it checks:
        Bytes after the end mark that are more than padding.
    Why it matters:
        Protection programs suspect hidden data; phones append such data to «living» photographs.
    How to fix:
        Open the picture and save it anew, or let medcab fix convert it.
    Source:
        docs/requirements.md F12; ITU-T T.81, annex B; W3C PNG, 5.6.
    """
    image = _known(ctx)
    if isinstance(image, Unknown):
        yield image
    elif image is not None and image.trailing:
        yield Hit(args={"n": image.trailing}, evidence={"measured": image.trailing})


@rule(
    "IMG003",
    "image-cmyk",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The picture is in the colours of printing presses (CMYK)."),
    since="0.1.0",
    fixable=True,
)
def image_cmyk(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The picture is in CMYK.

    What it checks:
        The colour model of the file.
    Why it matters:
        Browsers show CMYK pictures in false colours or not at all, and so does the portal.
    How to fix:
        Save the picture in RGB, or let medcab fix convert it.
    Source:
        docs/requirements.md F07, F08.
    """
    image = _known(ctx)
    if isinstance(image, Unknown):
        yield image
    elif image is not None and image.mode == "cmyk":
        yield Hit()


@rule(
    "IMG004",
    "image-depth",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The picture has {bits} bits a colour; 8 are usual."),
    since="0.1.0",
    fixable=True,
)
def image_depth(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The picture has more than 8 bits a colour.

    What it checks:
        The depth of the samples.
    Why it matters:
        Files of 16 bits are twice as large, and many programs do not show them.
    How to fix:
        Set the scanner to 24-bit colour or 8-bit grey, or let medcab fix convert the file.
    Source:
        docs/requirements.md F07.
    """
    image = _known(ctx)
    if isinstance(image, Unknown):
        yield image
    elif image is not None and image.bits > 8:
        yield Hit(args={"bits": image.bits}, evidence={"measured": image.bits, "limit": 8})


@rule(
    "IMG005",
    "image-palette",
    scope=Scope.DOCUMENT,
    severity=Severity.INFO,
    message=N_("The picture has a palette of at most 256 colours."),
    since="0.1.0",
    fixable=True,
)
def image_palette(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The picture has a palette.

    What it checks:
        Whether the colours are chosen from a table.
    Why it matters:
        Shades of stamps and signatures may be lost. Nothing to worry about if the page is well
        readable.
    How to fix:
        Scan in colour or grey without reducing the number of colours.
    Source:
        docs/requirements.md F08.
    """
    image = _known(ctx)
    if isinstance(image, Unknown):
        yield image
    elif image is not None and image.mode == "palette":
        yield Hit()


@rule(
    "IMG006",
    "image-alpha",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The picture has transparent parts or could have them."),
    since="0.1.0",
    fixable=True,
)
def image_alpha(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The picture can be transparent.

    What it checks:
        An opacity channel or a transparent colour.
    Why it matters:
        What is transparent becomes black or white depending on the program; text may vanish.
    How to fix:
        Save the picture without transparency, or let medcab fix convert it.
    Source:
        docs/requirements.md F07.
    """
    image = _known(ctx)
    if isinstance(image, Unknown):
        yield image
    elif image is not None and image.alpha:
        yield Hit()


@rule(
    "IMG007",
    "image-orientation",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The picture is upright only for programs that obey its EXIF note ({value})."),
    since="0.1.0",
    fixable=True,
)
def image_orientation(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The picture is turned by a note in the file only.

    What it checks:
        The orientation in the EXIF data of a photograph.
    Why it matters:
        Programs that ignore the note show the document on its side or upside down.
    How to fix:
        Turn the picture and save it, or let medcab fix do so.
    Source:
        docs/requirements.md F07; CIPA DC-008, 4.6.4.
    """
    image = _known(ctx)
    if isinstance(image, Unknown):
        yield image
    elif image is not None and image.orientation != 1:
        yield Hit(args={"value": image.orientation}, evidence={"measured": image.orientation})


@rule(
    "IMG008",
    "image-frames",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The file holds {n} picture."),
    plural=N_("The file holds {n} pictures; portals show only the first."),
    since="0.1.0",
    fixable=True,
)
def image_frames(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The file holds several pictures.

    What it checks:
        Pages of a TIFF, frames of a moving picture, additional pictures of a phone's JPEG.
    Why it matters:
        The portal shows only the first; the other pages of the document are not seen.
    How to fix:
        Put all pages into one PDF: medcab fix does so.
    Source:
        docs/requirements.md F03; CIPA DC-007.
    """
    image = _known(ctx)
    if isinstance(image, Unknown):
        yield image
    elif image is not None and image.frames > 1:
        yield Hit(args={"n": image.frames}, evidence={"measured": image.frames, "limit": 1})
