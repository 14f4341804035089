"""Picture files as pages: decoded only where their samples cannot be taken over as they are."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Any, Final

from medcab.repair.encode import Encoded
from medcab.repair.jpeg import plain_jpeg
from medcab.repair.model import RepairError
from medcab.text import N_
from medcab.validators.facts import FileFacts, ImageFacts, ProbeLimits

__all__ = ["CONVERTIBLE", "Leaf", "leaves_of", "paper_dpi"]

CONVERTIBLE: Final = {
    "jpeg": "JPEG",
    "png": "PNG",
    "tiff": "TIFF",
    "bmp": "BMP",
    "webp": "WEBP",
    "heic": "HEIF",
    "gif": "GIF",
}
_A4: Final = (8.27, 11.69)
_MM: Final = 25.4
_LEAST_SIDE: Final = 50 / _MM  # the short side of an identity card
_MOST_SIDE: Final = 600 / _MM
_TOLERANCE: Final = 0.985  # as rule DPI002 has it
_TURNED: Final = {1: 0, 3: 180, 6: 90, 8: 270}
_LIMITS: Final = ProbeLimits()


@dataclass(slots=True)
class Leaf:
    """One page to be: samples as they were, or a decoded image.

    Attributes:
        dpi: across and down, of the samples as stored.
        encoded: as taken over; None when they were changed.
        image: decoded, L, RGB or 1; None until it is needed.
        turn: degrees clockwise by which the page is shown turned.
        lossy: the samples went through JPEG already.
    """

    dpi: tuple[float, float]
    encoded: Encoded | None = None
    image: Any = None
    turn: int = 0
    lossy: bool = False

    def decoded(self) -> Any:
        """The image, decoded now where that has not been done."""
        if self.image is None:
            assert self.encoded is not None
            from PIL import Image

            self.image = Image.open(io.BytesIO(self.encoded.data))
            self.image.load()
        return self.image

    def change(self, image: Any) -> None:
        """Put another image in place of the samples."""
        self.image, self.encoded = image, None


def leaves_of(data: bytes, facts: FileFacts, needs: int) -> list[Leaf]:
    """The pages of a picture file.

    Args:
        data: the whole file.
        facts: of the probe.
        needs: least dpi; 0 for none.

    Raises:
        RepairError: it is damaged, too large, or its resolution is too low or unknown.
    """
    form = facts.format or ""
    if facts.image is not None and facts.image.damage is not None:
        raise RepairError(N_("The picture is damaged."), hint=N_("Scan the document again."))
    if form == "jpeg" and facts.image is not None:
        leaf = _jpeg_as_it_is(data, facts.image, needs)
        if leaf is not None:
            return [leaf]
    return _decoded(data, form, facts.image, needs)


def paper_dpi(
    size: tuple[int, int], stated: tuple[float, float] | None, needs: int
) -> tuple[float, float]:
    """Resolution across and down by which the picture gets its size on paper.

    The stated one where it makes a sheet of a size that exists. A photograph with enough samples
    for A4 that says nothing, or the 72 dpi of a camera, is taken for a sheet of A4.

    Raises:
        RepairError: neither is possible.
    """
    width, height = size
    if stated is not None and min(stated) >= max(needs * _TOLERANCE, 1):
        sides = sorted((width / stated[0], height / stated[1]))
        if sides[0] >= _LEAST_SIDE and sides[1] <= _MOST_SIDE:
            return stated
    short, long = min(size), max(size)
    fit = max(short / _A4[0], long / _A4[1])
    # 3 %: the border that a scanner cannot reach.
    if min(short / _A4[0], long / _A4[1]) >= needs * _TOLERANCE * 0.97:
        return (max(fit, needs),) * 2
    if stated is None:
        raise RepairError(
            N_(
                "The picture does not say its resolution, and {width} × {height} pixels are too "
                "few for A4."
            ),
            hint=N_("Scan the document again at {needs} dpi and send the scanner's own file."),
            width=width,
            height=height,
            needs=needs,
        )
    raise RepairError(
        N_("The picture has {has} dpi; {needs} are needed, and enlarging adds no detail."),
        hint=N_("Scan the document again at {needs} dpi."),
        has=round(min(stated)),
        needs=needs,
    )


def _jpeg_as_it_is(data: bytes, image: ImageFacts, needs: int) -> Leaf | None:
    if image.mode not in {"grey", "rgb"} or image.bits != 8 or image.orientation not in _TURNED:
        return None
    plain = plain_jpeg(data)
    if plain is None:
        return None
    size = (image.width, image.height)
    encoded = Encoded(plain, "jpeg", size, 1 if image.mode == "grey" else 3)
    dpi = paper_dpi(size, _stated(image), needs)
    return Leaf(dpi, encoded, turn=_TURNED[image.orientation], lossy=True)


def _decoded(data: bytes, form: str, facts: ImageFacts | None, needs: int) -> list[Leaf]:
    from PIL import Image, ImageOps

    if form == "heic":
        _heic()
    Image.MAX_IMAGE_PIXELS = _LIMITS.pixels
    leaves: list[Leaf] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            opened = Image.open(io.BytesIO(data), formats=(CONVERTIBLE[form],))
            frames = int(getattr(opened, "n_frames", 1))
            total = 0
            for index in range(min(frames, _LIMITS.pages)):
                opened.seek(index)
                total += opened.width * opened.height
                if opened.width * opened.height > _LIMITS.pixels or total > 10 * _LIMITS.pixels:
                    raise _too_large()
                stated = _stated(facts) if facts is not None else _own_dpi(opened)
                raw = opened.copy()
                upright: Any = ImageOps.exif_transpose(raw)
                if upright.size != raw.size and stated is not None:
                    stated = (stated[1], stated[0])
                image = _plain(upright)
                dpi = paper_dpi(image.size, stated, needs)
                lossy = form in {"jpeg", "webp", "heic"}
                leaves.append(Leaf(dpi, image=image, lossy=lossy))
    except (RepairError, MemoryError):
        raise
    except Exception as error:  # decoders of hostile data raise anything
        raise RepairError(
            N_("The picture could not be decoded."), hint=N_("Scan the document again.")
        ) from error
    return leaves


def _too_large() -> RepairError:
    return RepairError(
        N_("The picture has too many pixels."), hint=N_("Scan the document again at 300 dpi.")
    )


def _plain(image: Any) -> Any:
    """Eight bits, no opacity, no palette, no inks: L, RGB or 1."""
    from PIL import Image

    if image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info:
        over = image.convert("RGBA")
        image = Image.new("RGB", over.size, "white")
        image.paste(over, mask=over.getchannel("A"))
    elif image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        wide = image.convert("F")
        top = 65535.0 if max(wide.getextrema()) > 255 else 255.0
        image = wide.point(lambda v: v * (255.0 / top)).convert("L")
    made = image.copy() if image.mode in {"1", "L", "RGB"} else image.convert("RGB")
    made.info = {}
    return made


def _stated(image: ImageFacts) -> tuple[float, float] | None:
    if not image.densities:
        return None
    return image.densities[0].h, image.densities[0].v


def _own_dpi(image: Any) -> tuple[float, float] | None:
    dpi = image.info.get("dpi")
    if not isinstance(dpi, tuple) or len(dpi) != 2:
        return None
    h, v = float(dpi[0]), float(dpi[1])
    return (h, v) if h > 1 and v > 1 else None


def _heic() -> None:
    try:
        import pillow_heif  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError as error:
        raise RepairError(
            N_("Pictures of the format HEIC need an extra package."),
            hint=N_("Install it with: pipx inject medcab pillow-heif; or save the photo as JPEG."),
        ) from error
    pillow_heif.register_heif_opener()
