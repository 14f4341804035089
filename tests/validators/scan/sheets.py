"""Pages for the tests: Latin text in the typeface that Pillow carries, A5 across at 300 dpi."""

from __future__ import annotations

import io
import random
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from medcab.sources import BytesSource
from medcab.validators.facts import FileFacts, ProbeLimits, ProbeOptions
from medcab.validators.probe import probe
from medcab.validators.scan.measure import measure_picture
from medcab.validators.scan.picture import from_jpeg
from tests.validators.makers import page_pdf, stream

SIZE = (2480, 1748)
WORDS = [
    "page",
    "letter",
    "doctor",
    "order",
    "seven",
    "charter",
    "great",
    "report",
    "health",
    "form",
    "number",
    "agree",
]


@cache
def text(seed: int = 1, size: tuple[int, int] = SIZE, points: float = 12) -> Image.Image:
    """A page of paragraphs with a ring-shaped stamp and a pen stroke, sharp and a little grainy."""
    rnd = random.Random(seed)
    image = Image.new("RGB", size, (250, 250, 246))
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(round(points * 300 / 72))
    step = round(points * 1.5 * 300 / 72)
    for y in range(180, size[1] - 520, step):
        line = rnd.choice(WORDS).capitalize()
        limit = size[0] - 480 if rnd.random() < 0.8 else size[0] // 2
        while font.getlength(line) < limit - 200:
            line += " " + rnd.choice(WORDS)
        draw.text((240, y), line, (30, 30, 34), font)
    x, y = size[0] // 2, size[1] - 300
    for r, wide in ((200, 10), (130, 5)):
        draw.ellipse((x - r, y - r, x + r, y + r), outline=(30, 50, 170), width=wide)
    points_of_pen = [(300 + i * 18, y + rnd.randrange(-55, 55)) for i in range(16)]
    draw.line(points_of_pen, fill=(20, 40, 130), width=7, joint="curve")
    return scanned(image, seed)


def scanned(image: Image.Image, seed: int = 1, grain: float = 1.5) -> Image.Image:
    """Optics and grain of a scanner."""
    pixels = np.asarray(image.filter(ImageFilter.GaussianBlur(0.6)), dtype=np.float32)
    noise = np.random.default_rng(seed).normal(0, grain, pixels.shape[:2])
    return Image.fromarray(np.clip(pixels + noise[:, :, None] + 0.5, 0, 255).astype(np.uint8))


def pressed(image: Image.Image, **how: object) -> bytes:
    """As JPEG."""
    out = io.BytesIO()
    image.save(out, "JPEG", **{"quality": 80, "dpi": (300, 300), **how})
    return out.getvalue()


def measured(image: Image.Image):
    """The measures of a page."""
    return measure_picture(from_jpeg(pressed(image), (300.0, 300.0), ProbeLimits()))


def pdf_of(data: bytes, size: tuple[int, int], page: str = "", colour: str = "DeviceRGB") -> bytes:
    """A PDF page that a JPEG fills at 300 dpi."""
    width, height = size[0] * 0.24, size[1] * 0.24
    entries = (
        f"/Type /XObject /Subtype /Image /Width {size[0]} /Height {size[1]} "
        f"/ColorSpace /{colour} /BitsPerComponent 8 /Filter /DCTDecode"
    )
    return page_pdf(
        f"q {width} 0 0 {height} 0 0 cm /I Do Q".encode(),
        "/XObject << /I 5 0 R >>",
        stream(entries, data, flate=False),
        page=page,
        box=f"0 0 {width} {height}",
    )


def scan_of(data: bytes, name: str = "a.pdf", **limits: float) -> FileFacts:
    """Probe with legibility, in this process."""
    options = ProbeOptions(limits=ProbeLimits(**limits), scan=True)
    return probe(BytesSource(data), name, options)
