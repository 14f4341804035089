"""What goes wrong with a scan, mildly and clearly: name -> (rule, strength -> spoiled page)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from benchmarks.accuracy.pages import LAYOUTS, Drawn, card, drawn, noisy, scanned, sheet
from benchmarks.accuracy.writer import Writer, face
from samples.make.drawing import Sheet, px

__all__ = ["DEFECTS", "HARMLESS", "Defect"]

Make = Callable[[int, bool], Image.Image | tuple[Image.Image, ...]]


@dataclass(frozen=True)
class Defect:
    """A defect: ``rules`` that may name it, how strong mild and clear are, and how to make it.

    ``kind`` is the type of the document, for the rules that ask for it.
    """

    rules: tuple[str, ...]
    mild: str
    clear: str
    make: Make
    kind: str = ""


def _after(change: Callable[[Image.Image, random.Random, bool], Image.Image]) -> Make:
    """Spoil the printed sheet, then scan it."""

    def make(seed: int, clear: bool) -> Image.Image:
        rnd = random.Random(seed * 13 + clear)
        return scanned(change(sheet(seed)[1], rnd, clear), seed)

    return make


def _late(change: Callable[[Image.Image, random.Random, bool], Image.Image]) -> Make:
    """Scan the sheet, then spoil the picture."""

    def make(seed: int, clear: bool) -> Image.Image:
        rnd = random.Random(seed * 13 + clear)
        return change(scanned(sheet(seed)[1], seed), rnd, clear)

    return make


def _focus(image: Image.Image, rnd: random.Random, clear: bool) -> Image.Image:
    return image.filter(
        ImageFilter.GaussianBlur(rnd.uniform(2.4, 4) if clear else rnd.uniform(1.5, 1.8))
    )


def _lifted(image: Image.Image, rnd: random.Random, clear: bool) -> Image.Image:
    """The lower part of the sheet did not lie on the glass."""
    share = rnd.uniform(0.45, 0.6) if clear else rnd.uniform(0.3, 0.4)
    part = (0, round(image.height * (1 - share)), *image.size)
    made = image.copy()
    soft = image.crop(part).filter(ImageFilter.GaussianBlur(rnd.uniform(6, 9)))
    made.paste(soft, part)
    return made


def _motion(image: Image.Image, rnd: random.Random, clear: bool) -> Image.Image:
    length = 15 if clear else 9
    pixels = np.asarray(image, dtype=np.float32)
    axis = rnd.randrange(2)
    total = np.cumsum(
        np.concatenate([np.repeat(pixels.take([0], axis), length, axis), pixels], axis), axis
    )
    stop = pixels.shape[axis]
    late = np.take(total, range(length, length + stop), axis)
    early = np.take(total, range(stop), axis)
    return Image.fromarray(np.clip((late - early) / length, 0, 255).astype(np.uint8))


def _pale(image: Image.Image, rnd: random.Random, clear: bool) -> Image.Image:
    share = rnd.uniform(0.08, 0.13) if clear else rnd.uniform(0.2, 0.25)
    return image.point(lambda v: round(245 - (255 - v) * share))


def _blank(image: Image.Image, rnd: random.Random, clear: bool) -> Image.Image:
    paper = Image.new("RGB", image.size, image.getpixel((4, 4)))
    if not clear:  # the other side shines through
        ghost = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).filter(ImageFilter.GaussianBlur(3))
        return Image.blend(paper, ghost, 0.025)
    return paper


def _skew(image: Image.Image, rnd: random.Random, clear: bool) -> Image.Image:
    angle = rnd.choice((-1, 1)) * (rnd.uniform(2, 9) if clear else rnd.uniform(1.3, 1.9))
    return image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=image.getpixel((4, 4)))


def _turned(image: Image.Image, rnd: random.Random, clear: bool) -> Image.Image:
    way = rnd.choice((Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270))
    return image.transpose(way)


def _head(image: Image.Image, rnd: random.Random, clear: bool) -> Image.Image:
    return image.transpose(Image.Transpose.ROTATE_180)


def _cut_side(image: Image.Image, rnd: random.Random, clear: bool) -> Image.Image:
    mm = 45 if clear else 32
    if rnd.random() < 0.5:
        return image.crop((px(mm), 0, *image.size))
    return image.crop((0, 0, image.width - px(mm + 8), image.height))


def _cut_end(image: Image.Image, rnd: random.Random, clear: bool) -> Image.Image:
    """Cut through a line of text near the upper or lower end."""
    grey = np.asarray(image.convert("L"), dtype=np.int16)
    ink = grey[:, px(14) : -px(14)] < int(np.median(grey)) - 60
    strokes = (ink[:, 1:] & ~ink[:, :-1]).sum(axis=1)
    third = image.height // 3
    top = rnd.random() < 0.5
    part = strokes[px(12) : third] if top else strokes[-third : -px(12)]
    many = np.flatnonzero(part >= min(24 if clear else 10, int(part.max())))
    at = int(many[len(many) // 2]) + (px(12) if top else image.height - third)
    return image.crop((0, at, *image.size) if top else (0, 0, image.width, at))


def _enlarged(low: int, high: int) -> Make:
    def make(seed: int, clear: bool) -> Image.Image:
        rnd = random.Random(seed * 13 + clear)
        image = sheet(seed)[1]
        dpi = rnd.choice((72, 96, 100)) if clear else rnd.choice((low, 200, high))
        size = round(image.width * dpi / 300), round(image.height * dpi / 300)
        way = rnd.choice(
            (Image.Resampling.BICUBIC, Image.Resampling.BILINEAR, Image.Resampling.NEAREST)
        )
        small = noisy(image.resize(size, Image.Resampling.BOX), rnd.uniform(0.6, 2.5), seed)
        return small.resize(image.size, way)

    return make


def _dark(image: Image.Image, rnd: random.Random, clear: bool) -> Image.Image:
    share = rnd.uniform(0.3, 0.45) if clear else rnd.uniform(0.5, 0.56)
    return image.point(lambda v: round(v * share))


def _bleached(image: Image.Image, rnd: random.Random, clear: bool) -> Image.Image:
    lift = rnd.uniform(150, 170) if clear else rnd.uniform(120, 130)
    return image.point(lambda v: min(round(v * 0.98 + lift), 255))


def _grain(seed: int, clear: bool) -> Image.Image:
    rnd = random.Random(seed * 13 + clear)
    return scanned(sheet(seed)[1], seed, rnd.uniform(22, 35) if clear else rnd.uniform(15, 18))


def _blots(image: Image.Image, rnd: random.Random, clear: bool) -> Image.Image:
    image = image.copy()
    draw = ImageDraw.Draw(image)
    for _ in range(rnd.randrange(2, 5)):
        x, y = rnd.uniform(0.15, 0.85) * image.width, rnd.uniform(0.15, 0.85) * image.height
        r = px(rnd.uniform(3.5, 7)) if clear else px(rnd.uniform(2, 2.6))
        shape = [
            (
                x + r * rnd.uniform(0.75, 1.1) * np.cos(a),
                y + r * rnd.uniform(0.75, 1.1) * np.sin(a),
            )
            for a in np.linspace(0, 6.28, 14)
        ]
        draw.polygon(shape, fill=(38, 32, 30))
    return image


def _watermark(image: Image.Image, rnd: random.Random, clear: bool) -> Image.Image:
    word = rnd.choice(("ОБРАЗЕЦ", "КОПИЯ", "SAMPLE", "DEMO VERSION"))
    ink = Image.new("L", image.size, 0)
    draw = ImageDraw.Draw(ink)
    size = round(image.width * 0.75 / len(word) * 1.3)
    for part in (0.3, 0.7):
        at = (image.width / 2, image.height * part)
        draw.text(at, word, 255, face("LiberationSans-Bold", size), anchor="mm")
    ink = ink.rotate(rnd.choice((0, 25, 35, 45)), Image.Resampling.BICUBIC)
    depth = 0.2 if clear else 0.1
    pixels = np.asarray(image, dtype=np.float32)
    shade = np.asarray(ink, dtype=np.float32)[:, :, None] / 255
    return Image.fromarray((pixels * (1 - shade * depth)).astype(np.uint8))


def _grey(image: Image.Image, rnd: random.Random, clear: bool) -> Image.Image:
    return image.convert("L") if clear else image.convert("L").convert("RGB")


def _several(seed: int, clear: bool) -> Image.Image:
    """Two cards on one sheet of A4."""
    glass = Image.new("RGB", (px(210), px(297)), (252, 252, 250))
    for i in range(2):
        rnd = random.Random(seed * 13 + clear + i)
        one = Sheet((125, 88), seed=seed + i)
        card(one, Writer(one, rnd, (30, 30, 34)))
        one.box(0.4, 0.4, 124.6, 87.6, (120, 120, 124), 3)
        image = one.image
        if not clear:
            image = image.rotate(
                rnd.uniform(-1, 1), Image.Resampling.BICUBIC, True, fillcolor=(252, 252, 250)
            )
        glass.paste(image, (px(rnd.uniform(15, 70)), px(20 + i * rnd.uniform(120, 150))))
    return scanned(glass, seed)


def _small(seed: int, clear: bool) -> Image.Image:
    """A sheet scanned to a half or less of its size, on a larger page."""
    image = sheet(seed)[1]
    share = 0.36 if clear else 0.45
    size = round(image.width * share), round(image.height * share)
    page = Image.new("RGB", image.size, image.getpixel((4, 4)))
    page.paste(image.resize(size, Image.Resampling.LANCZOS), (px(10), px(10)))
    return scanned(page, seed)


def _again(seed: int, clear: bool) -> tuple[Image.Image, ...]:
    """One sheet laid on the glass twice, or one picture twice in the file."""
    image = sheet(seed)[1]
    first = scanned(image, seed)
    if clear:
        return first, first
    rnd = random.Random(seed * 13)
    moved = Image.new("RGB", image.size, image.getpixel((4, 4)))
    moved.paste(image, (px(rnd.uniform(-1.5, 1.5)), px(rnd.uniform(-1.5, 1.5))))
    return first, scanned(moved, seed + 20_000)


def _other(seed: int, clear: bool) -> tuple[Image.Image, ...]:
    """Two pages of one kind: with other text, or with other text in one strip of 20 mm."""
    one, layout = drawn(seed), list(LAYOUTS)[seed % len(LAYOUTS)]
    image, other = one.image, drawn(seed + 7, layout, size=(one.width, one.height)).image
    if clear:
        top, strip = px(30), px(20)
        changed = image.copy()
        changed.paste(other.crop((0, top, other.width, top + strip)), (0, top))
        other = changed
    return scanned(image, seed), scanned(other, seed + 20_000)


def _proved(missing: str) -> Make:
    """A letter or diploma without signature or stamp; clear: without both."""

    def make(seed: int, clear: bool) -> Image.Image:
        without = frozenset({"signature", "stamp"} if clear else {missing})
        layouts = ("letter", "diploma", "typewriter")[: 3 if clear else 2]
        return scanned(drawn(seed, layouts[seed % len(layouts)], without).image, seed)

    return make


def _signed(seed: int, clear: bool) -> Image.Image:
    layout = ("letter", "form", "diploma", "typewriter")[seed % 4]
    return _proof(drawn(seed, layout, frozenset({"stamp"})), seed, clear)


def _stamped(seed: int, clear: bool) -> Image.Image:
    page = drawn(seed, ("letter", "diploma")[seed % 2])
    return _proof(page if "stamp" in page.proofs else drawn(seed, "diploma"), seed, clear)


def _proof(page: Drawn, seed: int, grey: bool) -> Image.Image:
    image = scanned(page.image, seed)
    return image.convert("L") if grey else image


DEFECTS: dict[str, Defect] = {
    "out of focus": Defect(("SCN001",), "σ 1.5–1.8 px", "σ 2.4–4 px", _after(_focus)),
    "lifted": Defect(("SCN001",), "a third of the sheet", "half of it", _after(_lifted)),
    "moved": Defect(("SCN001",), "9 px", "15 px", _after(_motion)),
    "pale": Defect(("SCN002",), "20–25 % of the ink", "8–13 %", _after(_pale)),
    "blank": Defect(("SCN003",), "other side shines through", "bare paper", _after(_blank)),
    "crooked": Defect(("SCN004",), "1.3–1.9°", "2–9°", _after(_skew)),
    "on its side": Defect(("SCN005",), "90° or 270°", "90° or 270°", _after(_turned)),
    "on its head": Defect(("SCN005",), "180°", "180°", _after(_head)),
    "cut at a side": Defect(("SCN006",), "32 mm", "45 mm", _late(_cut_side)),
    "cut at an end": Defect(("SCN006",), "through a line", "through a dense line", _late(_cut_end)),
    "enlarged": Defect(("SCN007",), "from 150–240 dpi", "from 72–100 dpi", _enlarged(150, 240)),
    "dark": Defect(("SCN008",), "half the light", "a third", _after(_dark)),
    "bleached": Defect(("SCN009", "SCN002"), "+120–130", "+150–170", _after(_bleached)),
    "grainy": Defect(("SCN010",), "σ 15–18", "σ 22–35", _grain),
    "blots": Defect(("SCN011",), "4–5 mm", "7–14 mm", _after(_blots)),
    "watermark": Defect(("SCN012",), "10 % grey", "20 % grey", _after(_watermark)),
    "without colour": Defect(("SCN013",), "grey in colour channels", "one channel", _late(_grey)),
    "two cards": Defect(("SCN014",), "laid crooked", "laid straight", _several),
    "reduced": Defect(("SCN016",), "to 45 %", "to 36 %", _small),
    "repeated": Defect(("SCN015",), "scanned twice", "put in twice", _again),
    "unsigned": Defect(
        ("SCN017",), "but stamped", "nor stamped", _proved("signature"), "health_certificate"
    ),
    "unstamped": Defect(
        ("SCN018",), "but signed", "nor signed", _proved("stamp"), "health_certificate"
    ),
}

# What these rules must not take for a defect: an easy case and a harder one.
HARMLESS: dict[str, Defect] = {
    "two pages": Defect(("SCN015",), "other text", "other text in a strip of 20 mm", _other),
    "signed": Defect(("SCN017",), "in colour", "in grey", _signed, "health_certificate"),
    "stamped": Defect(("SCN018",), "in colour", "in grey", _stamped, "health_certificate"),
}
