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


def _tall() -> Image.Image:
    return packages.scans("slip_tall", DOCTOR, WILLOW)[0]


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


@defect(FILES, Expect("PDF004", "owner-password.pdf"))
def printing_forbidden(draft: Draft) -> None:
    """Opens without a password but is encrypted: printing is restricted."""
    draft.files["owner-password.pdf"] = lambda: damage.pdf_password(_pdf(), "", "12345")


@defect(FILES, Expect("PDF001", "truncated.pdf"))
def download_broken_off(draft: Draft) -> None:
    """The end of the file is missing."""
    draft.files["truncated.pdf"] = lambda: damage.pdf_truncated(_pdf())


@defect(FILES, Expect("PDF006", "launch.pdf"))
def starts_a_program(draft: Draft) -> None:
    """Opening it would start a program."""
    draft.files["launch.pdf"] = lambda: damage.pdf_launch(_pdf())


@defect(FILES, Expect("PDF007", "attachment.pdf"))
def with_a_spreadsheet_inside(draft: Draft) -> None:
    """A spreadsheet is embedded."""
    draft.files["attachment.pdf"] = lambda: damage.pdf_attachment(_pdf())


@defect(FILES, Expect("PDF009", "xfa.pdf"))
def with_an_xfa_form(draft: Draft) -> None:
    """An XFA form is inside."""
    draft.files["xfa.pdf"] = lambda: damage.pdf_xfa(_pdf())


@defect(FILES, Expect("PDF011", "watermark-annotation.pdf", 1))
def with_a_watermark(draft: Draft) -> None:
    """A watermark was laid over the page."""
    draft.files["watermark-annotation.pdf"] = lambda: damage.pdf_watermark_annotation(_pdf())


@defect(FILES, Expect("PDF010", "layer.pdf"))
def on_a_layer(draft: Draft) -> None:
    """The scan lies on a layer that can be switched off."""
    draft.files["layer.pdf"] = lambda: damage.pdf_layer(_pdf())


@defect(FILES, Expect("PDF012", "no-pages.pdf"))
def without_pages(draft: Draft) -> None:
    """A document without a page."""
    draft.files["no-pages.pdf"] = damage.pdf_without_pages


@defect(FILES, Expect("PDF015", "mixed-orientation.pdf", 1))
def lying_and_standing(draft: Draft) -> None:
    """One page lies, the other stands."""

    draft.files["mixed-orientation.pdf"] = lambda: writers.pdf(
        [slip(), *packages.scans("slip_tall", DOCTOR, WILLOW)]
    )


@defect(FILES, Expect("IMG007", "exif-orientation.jpg"))
def turned_by_exif(draft: Draft) -> None:
    """Upright only for programs that read the orientation of EXIF."""
    draft.files["exif-orientation.jpg"] = lambda: damage.exif_turned_jpeg(slip())


@defect(
    FILES,
    Expect("IMG009", "no-density.jpg"),
    Expect("DPI002", "no-density.jpg", outcome="undetermined"),
)
def without_resolution(draft: Draft) -> None:
    """The file does not say its resolution."""
    draft.files["no-density.jpg"] = lambda: damage.jpeg_without_density(slip())


@defect(FILES, Expect("IMG011", "uneven-density.jpg"))
def uneven_resolution(draft: Draft) -> None:
    """Other dots across than down."""
    draft.files["uneven-density.jpg"] = lambda: damage.jpeg_uneven_density(slip())


@defect(FILES, Expect("IMG004", "sixteen-bit.png"))
def sixteen_bits(draft: Draft) -> None:
    """Sixteen bits a sample."""
    draft.files["sixteen-bit.png"] = lambda: damage.png_16_bit(_clean())


@defect(FILES, Expect("IMG006", "alpha.png"))
def with_opacity(draft: Draft) -> None:
    """With an opacity channel."""
    draft.files["alpha.png"] = lambda: damage.png_alpha(_few())


@defect(FILES, Expect("IMG005", "palette.png"))
def few_colours(draft: Draft) -> None:
    """Sixteen colours of a palette."""
    draft.files["palette.png"] = lambda: damage.png_palette(_clean())


@defect(FILES, Expect("IMG008", "animated.png"))
def two_pictures(draft: Draft) -> None:
    """Two pictures in one file."""
    draft.files["animated.png"] = lambda: damage.png_animated(_few())


@defect(FILES, Expect("FIL001", "empty.pdf"))
def no_bytes(draft: Draft) -> None:
    """Nothing was uploaded."""
    draft.files["empty.pdf"] = lambda: b""


@defect(FILES, Expect("FIL007", "polyglot.jpg"), Expect("IMG002", "polyglot.jpg"))
def two_formats_at_once(draft: Draft) -> None:
    """A picture that is a PDF too."""
    draft.files["polyglot.jpg"] = lambda: damage.polyglot(writers.jpeg(slip()), _pdf())


@defect(FILES, Expect("FIL003", "really-a-picture.pdf"))
def picture_named_pdf(draft: Draft) -> None:
    """A JPEG was given the extension of a PDF."""
    draft.files["really-a-picture.pdf"] = lambda: writers.jpeg(_tall())


@defect(FILES, Expect("FIL006", "diploma.jpg.pdf"))
def two_extensions(draft: Draft) -> None:
    """Two extensions, one after the other."""
    draft.files["diploma.jpg.pdf"] = lambda: writers.pdf([_tall()])


@defect(FILES, Expect("FIL012", "without-extension"))
def no_extension(draft: Draft) -> None:
    """The name has no extension."""
    draft.files["without-extension"] = lambda: writers.pdf([_tall()], quality=35)


@defect(FILES, Expect("FIL013", "noise.pdf"))
def bytes_of_no_format(draft: Draft) -> None:
    """Bytes of no known format under the name of a PDF."""
    draft.files["noise.pdf"] = lambda: bytes((i * i * 7 + i // 3) % 251 + 4 for i in range(4096))


@defect(FILES, Expect("IMG012", "density-of-a-stamp.jpg"))
def density_that_cannot_be(draft: Draft) -> None:
    """With the stated 2400 dpi the slip would be smaller than a stamp."""
    draft.files["density-of-a-stamp.jpg"] = lambda: writers.jpeg(_tall(), dpi=2400)


@defect(FILES, Expect("DPI002", "coarse.jpg"))
def picture_at_150_dpi(draft: Draft) -> None:
    """Scanned at 150 dpi."""

    def make() -> bytes:
        page = slip()
        return writers.jpeg(page.resize((page.width // 2, page.height // 2)), dpi=150)

    draft.files["coarse.jpg"] = make


@defect(FILES, Expect("IMG010", "two-densities.jpg"))
def two_resolutions(draft: Draft) -> None:
    """JFIF says 300 dpi, EXIF says 72."""
    draft.files["two-densities.jpg"] = lambda: damage.jpeg_two_densities(_tall())


@defect(FILES, Expect("PDF002", "no-endobj.pdf"))
def small_syntax_error(draft: Draft) -> None:
    """A mistake in the structure that viewers put right on their own."""
    draft.files["no-endobj.pdf"] = lambda: damage.pdf_syntax_error(_pdf())


@defect(FILES, Expect("PDF013", "too-many-pages.pdf"), Expect("SCN015", "too-many-pages.pdf", 2))
def a_pile_in_one_file(draft: Draft) -> None:
    """A hundred and one pages in one file."""
    draft.files["too-many-pages.pdf"] = lambda: damage.pdf_many_pages(writers.pdf([_tall()]), 101)


@defect(FILES, Expect("PDF014", "tiny-page.pdf", 1))
def page_of_a_stamp(draft: Draft) -> None:
    """The page is 26 mm wide: the program did not know the size of the paper."""
    draft.files["tiny-page.pdf"] = lambda: writers.pdf([slip()], dpi=1200)


@defect(FILES, Expect("PDF016", "typed.pdf"))
def typed_anew(draft: Draft) -> None:
    """Text made on a computer, no scan."""
    draft.files["typed.pdf"] = lambda: damage.pdf_typed(("Spravka No 31", "vydana Berestovu G.T."))


@defect(FILES, Expect("PDF017", "empty-page.pdf", 2))
def page_without_content(draft: Draft) -> None:
    """Nothing is drawn on the second page."""
    draft.files["empty-page.pdf"] = lambda: damage.pdf_empty_page(_pdf())


@defect(
    FILES,
    Expect("PDF018", "half-a-picture.pdf", 1),
    Expect("SCN001", "half-a-picture.pdf", 1, outcome="undetermined"),
)
def picture_that_ends_half_way(draft: Draft) -> None:
    """The picture of the page ends half-way."""
    draft.files["half-a-picture.pdf"] = lambda: damage.pdf_damaged_picture(_pdf())


@defect(
    FILES,
    *(
        Expect(rule, "form-bomb.pdf", 1, outcome="undetermined")
        for rule in ("LIM004", "DPI001", "PDF011", "PDF017", "SCN001")
    ),
)
def forms_in_forms(draft: Draft) -> None:
    """A page that would take years to draw."""
    draft.files["form-bomb.pdf"] = lambda: damage.pdf_form_bomb(_pdf())


@defect(FILES, Expect("IMG002", "more-behind.jpg"))
def data_behind_the_end(draft: Draft) -> None:
    """Other data follows the end of the picture."""
    draft.files["more-behind.jpg"] = lambda: writers.jpeg(slip(), quality=40) + b"secret" * 500


def _clean() -> Image.Image:
    from samples.make.documents import appointment_slip

    return appointment_slip(DOCTOR, WILLOW).scan(noise=0)


def _few() -> Image.Image:
    # Eight shades press better; the picture is truecolour all the same.
    return _clean().quantize(8, dither=Image.Dither.NONE).convert("RGB")
