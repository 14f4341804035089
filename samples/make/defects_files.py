"""One file a rule: the package ``broken-files`` is judged by the profile ``scan``."""

from __future__ import annotations

from PIL import Image

from samples.make import damage, packages, writers
from samples.make.packages import Draft
from samples.make.people import DOCTOR, WILLOW
from samples.make.registry import Expect, defect

FILES = "broken-files"


def slip() -> Image.Image:
    """The page that all these files show."""
    return packages.scans("slip", DOCTOR, WILLOW)[0]


def _pdf() -> bytes:
    return writers.pdf([slip()])


def files() -> Draft:
    """Two good files that nothing must be said about."""
    return Draft(
        "scan",
        {
            "good.pdf": _pdf,
            "good.jpg": lambda: writers.jpeg(slip()),
        },
    )


@defect(FILES, Expect("TBD-owner", "owner-password.pdf"))
def printing_forbidden(draft: Draft) -> None:
    """Opens without a password but is encrypted: printing is restricted."""
    draft.files["owner-password.pdf"] = lambda: damage.pdf_password(_pdf(), "", "12345")


@defect(FILES, Expect("TBD-damaged", "truncated.pdf"))
def download_broken_off(draft: Draft) -> None:
    """The last third of the file is missing."""
    draft.files["truncated.pdf"] = lambda: damage.pdf_truncated(_pdf())


@defect(FILES, Expect("TBD-launch", "launch.pdf"))
def starts_a_program(draft: Draft) -> None:
    """Opening it would start a program."""
    draft.files["launch.pdf"] = lambda: damage.pdf_launch(_pdf())


@defect(FILES, Expect("TBD-attach", "attachment.pdf"))
def with_a_spreadsheet_inside(draft: Draft) -> None:
    """A spreadsheet is embedded."""
    draft.files["attachment.pdf"] = lambda: damage.pdf_attachment(_pdf())


@defect(FILES, Expect("TBD-xfa", "xfa.pdf"))
def with_an_xfa_form(draft: Draft) -> None:
    """An XFA form is inside."""
    draft.files["xfa.pdf"] = lambda: damage.pdf_xfa(_pdf())


@defect(FILES, Expect("TBD-wm", "watermark-annotation.pdf"))
def with_a_watermark(draft: Draft) -> None:
    """A watermark was laid over the page."""
    draft.files["watermark-annotation.pdf"] = lambda: damage.pdf_watermark_annotation(_pdf())


@defect(FILES, Expect("TBD-layer", "layer.pdf"))
def on_a_layer(draft: Draft) -> None:
    """The scan lies on a layer that can be switched off."""
    draft.files["layer.pdf"] = lambda: damage.pdf_layer(_pdf())


@defect(FILES, Expect("TBD-nopages", "no-pages.pdf"))
def without_pages(draft: Draft) -> None:
    """A document without a page."""
    draft.files["no-pages.pdf"] = damage.pdf_without_pages


@defect(FILES, Expect("TBD-mixed", "mixed-orientation.pdf"))
def lying_and_standing(draft: Draft) -> None:
    """One page lies, the other stands."""

    draft.files["mixed-orientation.pdf"] = lambda: writers.pdf(
        [slip(), *packages.scans("slip_tall", DOCTOR, WILLOW)]
    )


@defect(FILES, Expect("TBD-exif", "exif-orientation.jpg"))
def turned_by_exif(draft: Draft) -> None:
    """Upright only for programs that read the orientation of EXIF."""
    draft.files["exif-orientation.jpg"] = lambda: damage.exif_turned_jpeg(slip())


@defect(FILES, Expect("TBD-nodpi", "no-density.jpg"))
def without_resolution(draft: Draft) -> None:
    """The file does not say its resolution."""
    draft.files["no-density.jpg"] = lambda: damage.jpeg_without_density(slip())


@defect(FILES, Expect("TBD-uneven", "uneven-density.jpg"))
def uneven_resolution(draft: Draft) -> None:
    """Other dots across than down."""
    draft.files["uneven-density.jpg"] = lambda: damage.jpeg_uneven_density(slip())


@defect(FILES, Expect("TBD-16", "sixteen-bit.png"))
def sixteen_bits(draft: Draft) -> None:
    """Sixteen bits a sample."""
    draft.files["sixteen-bit.png"] = lambda: damage.png_16_bit(_clean())


@defect(FILES, Expect("TBD-alpha", "alpha.png"))
def with_opacity(draft: Draft) -> None:
    """With an opacity channel."""
    draft.files["alpha.png"] = lambda: damage.png_alpha(_clean())


@defect(FILES, Expect("TBD-palette", "palette.png"))
def few_colours(draft: Draft) -> None:
    """Sixteen colours of a palette."""
    draft.files["palette.png"] = lambda: damage.png_palette(_clean())


@defect(FILES, Expect("TBD-frames", "animated.png"))
def two_pictures(draft: Draft) -> None:
    """Two pictures in one file."""
    draft.files["animated.png"] = lambda: damage.png_animated(_clean())


@defect(FILES, Expect("TBD-empty", "empty.pdf"))
def no_bytes(draft: Draft) -> None:
    """Nothing was uploaded."""
    draft.files["empty.pdf"] = lambda: b""


@defect(FILES, Expect("TBD-polyglot", "polyglot.jpg"))
def two_formats_at_once(draft: Draft) -> None:
    """A picture that is a PDF too."""
    draft.files["polyglot.jpg"] = lambda: damage.polyglot(writers.jpeg(slip()), _pdf())


@defect(FILES, Expect("TBD-mismatch", "really-a-picture.pdf"))
def picture_named_pdf(draft: Draft) -> None:
    """A JPEG was given the extension of a PDF."""
    draft.files["really-a-picture.pdf"] = lambda: writers.jpeg(slip())


@defect(FILES, Expect("TBD-double", "diploma.jpg.pdf"))
def two_extensions(draft: Draft) -> None:
    """Two extensions, one after the other."""
    draft.files["diploma.jpg.pdf"] = _pdf


def _clean() -> Image.Image:
    from samples.make.documents import appointment_slip

    return appointment_slip(DOCTOR, WILLOW).scan(noise=0, falloff=0)
