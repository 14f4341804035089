"""Bringing pictures under a size: one search of the JPEG quality for the whole file.

The quality is found on stripes of every picture, a tenth of its rows, and proven on the whole
file. Two threads work at a time: the codecs let go of the interpreter.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from medcab.repair.encode import Encoded, as_g4, as_jpeg, two_tones
from medcab.sandbox import usable_cores

__all__ = ["BEST", "Fitted", "Picture", "decode_jpeg", "fit", "reduced"]

BEST: Final = 88  # what scanners write when asked for good quality; above it only noise is kept
_STRIPES: Final = 12
_SHARE: Final = 10
_THREADS: Final = 2
_TRIES: Final = 4
_POWER: Final = 0.8
_MARGIN: Final = 0.985


@dataclass(slots=True)
class Picture:
    """A picture that may be encoded anew.

    Attributes:
        load: decodes it: L, RGB or 1, already reduced to 300 dpi where it has more.
        stored: bytes that it takes now.
        reducible: it has more samples than 300 dpi; what is stored will not be kept then.
        channels: 1 or 3; None leaves it to the image.
    """

    load: Callable[[], Any]
    stored: int
    reducible: bool = False


@dataclass(frozen=True, slots=True)
class Fitted:
    """What came out: None where the stored samples are kept; the quality that was found."""

    encoded: tuple[Encoded | None, ...]
    quality: int

    @property
    def changed(self) -> int:
        """Pictures encoded anew."""
        return sum(one is not None for one in self.encoded)


def reduced(image: Any, dpi: tuple[float, float], target: int) -> Any:
    """``image`` with no more than ``target`` dpi on either axis, and never less."""
    from PIL import Image

    if image.mode == "1":
        return image
    size = tuple(
        side if one <= target * 1.05 else max(-int(-side * target // one), 1)
        for side, one in zip(image.size, dpi, strict=True)
    )
    if size == image.size:
        return image
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def decode_jpeg(data: bytes, dpi: tuple[float, float] | None, target: int) -> Any:
    """Decode a JPEG, letting the decoder halve it where twice the samples needed are there."""
    from PIL import Image

    image: Any = Image.open(io.BytesIO(data), formats=("JPEG",))
    full = image.size
    if dpi is not None and min(dpi) > target * 1.05:
        wanted = tuple(-int(-s * target // d) for s, d in zip(full, dpi, strict=True))
        image.draft(None, wanted)
    image.load()
    if image.mode not in {"L", "RGB"}:
        image = image.convert("RGB")
    if dpi is None:
        return image
    left = (dpi[0] * image.width / full[0], dpi[1] * image.height / full[1])
    return reduced(image, left, target)


def fit(
    pictures: Sequence[Picture], budget: int, floor: int, *, grey: bool = False
) -> Fitted | None:
    """Encode ``pictures`` so that together they take at most ``budget`` bytes.

    Args:
        pictures: in any order.
        budget: bytes for all of them.
        floor: least quality.
        grey: a scan without colour will do, and colourless pictures may lose their chroma.

    Returns:
        None when even ``floor`` is too large.
    """
    if not pictures:
        return None
    threads = min(_THREADS, usable_cores())

    def look(index: int) -> tuple[Any, Encoded | None, float]:
        image = _loaded(pictures[index], grey)
        two = image if image.mode == "1" else two_tones(image)
        if two is not None:
            return None, as_g4(two), 1.0
        sample = _stripes(image)
        return sample, None, image.height / sample.height

    with ThreadPoolExecutor(threads) as pool:
        seen = list(pool.map(look, range(len(pictures))))
        quality = _search(pictures, seen, budget, floor, pool)
        ready = [done for _, done, _ in seen]
        seen.clear()  # the stripes have served
        for _ in range(_TRIES):
            found = quality

            def make(index: int, quality: int = found) -> Encoded | None:
                picture, done = pictures[index], ready[index]
                if done is None:
                    # Decoded again: held, the pictures of ten pages would take 350 MB.
                    done = as_jpeg(_loaded(picture, grey), quality)
                # A picture that gains nothing stays as it is: every coding costs detail.
                keeps = not picture.reducible and len(done.data) >= picture.stored
                return None if keeps else done

            made = tuple(pool.map(make, range(len(pictures))))
            total = _total(pictures, made)
            if total <= budget:
                return Fitted(made, quality)
            if quality <= floor:
                return None
            # The size goes about as the quality to the power of 1.3 in this range.
            step = quality * (1 - (_MARGIN * budget / total) ** 0.75)
            quality = max(floor, quality - max(2, round(step)))
    return None


def _loaded(picture: Picture, grey: bool) -> Any:
    image = picture.load()
    if grey and image.mode == "RGB" and _colourless(image):
        return image.convert("L")
    return image


def _colourless(image: Any) -> bool:
    """No place of the picture, seen from afar, has colour."""
    import numpy as np

    small = np.asarray(image.reduce(8), dtype=np.int16)
    return bool((small.max(axis=2) - small.min(axis=2) > 24).mean() < 0.0005)


def _total(pictures: Sequence[Picture], made: Sequence[Encoded | None]) -> int:
    return sum(p.stored if e is None else len(e.data) for p, e in zip(pictures, made, strict=True))


def _stripes(image: Any) -> Any:
    """Bands of 16 rows from all over the picture, put together."""
    from PIL import Image

    band = 16
    bands = max(_STRIPES, image.height // (band * _SHARE))
    if image.height <= 2 * band * bands:
        return image
    sample = Image.new(image.mode, (image.width, band * bands))
    for number in range(bands):
        top = round(number * (image.height - band) / (bands - 1))
        sample.paste(image.crop((0, top, image.width, top + band)), (0, number * band))
    return sample


def _search(
    pictures: Sequence[Picture],
    seen: Sequence[tuple[Any, Encoded | None, float]],
    budget: int,
    floor: int,
    pool: ThreadPoolExecutor,
) -> int:
    """The highest quality at which the stripes promise to fit; ``floor`` when none does."""

    def promised(quality: int) -> float:
        def one(index: int) -> float:
            sample, done, times = seen[index]
            picture = pictures[index]
            if done is not None:
                size: float = len(done.data)
            else:
                size = len(as_jpeg(sample, quality).data) * times
            return size if picture.reducible else min(size, picture.stored)

        return sum(pool.map(one, range(len(pictures))))

    target = budget * _MARGIN
    low, small = floor, 0.0
    high, large = BEST, promised(BEST)
    if large <= target:
        return BEST
    while high - low > 1:
        middle = _between(low, small, high, large, target)
        size = promised(middle)
        if size <= target:
            low, small = middle, size
        else:
            high, large = middle, size
    return low


def _between(low: int, small: float, high: int, large: float, target: float) -> int:
    """The quality between two at which ``target`` is to be expected.

    The size goes about as a power of the step of quantisation.
    """
    fine, wanted = math.log(_step(high)), math.log(large / target)
    power = math.log(large / small) / (math.log(_step(low)) - fine) if small else _POWER
    step = math.exp(fine + wanted / power) if power > 0 else math.inf
    guess = next((q for q in range(high - 1, low, -1) if _step(q) >= step), low + 1)
    return max(guess, low + 1)


def _step(quality: int) -> float:
    """The step of quantisation against that of quality 50, in per cent (as encoders scale it)."""
    return 5000 / quality if quality < 50 else 200 - 2 * quality
